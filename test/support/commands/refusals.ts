import { expect, test } from "vitest";
import type { Ade } from "../../../src/lib/client/index.ts";
import { inBoth, run } from "./program.ts";
import { example } from "./tenant.ts";

/** Tests that each line is refused as a wrong command line, with what is told, before the tenant is asked. */
export const testWrongLines = (...lines: readonly (readonly [line: string, told?: string])[]): void =>
  test.each(lines.map(([line, told = ""]) => [line, told] as const))("%s is wrong", async (line, told) => {
    const { exit, stdout, stderr, requests } = await run(line, { tenant: {} });
    expect({ exit, stdout, requests }).toEqual({ exit: 2, stdout: "", requests: [] });
    expect(stderr).toContain(told);
  });

/** Tests that a line which would be done is refused, before anything is, where its result could not be shown. */
export const testUnshowable = (line: string): void =>
  testWrongLines([`${line} --fields nope`, "--fields"], [`${line} --query [[`, "--query"]);

/** Tests that in a mirror each line is refused with the console's steps, before anything else is looked at or asked. */
export const testFenced = (steps: string, ...lines: readonly string[]): void =>
  test.each(lines)("%s is refused in a mirror", async (line) => {
    const tenant = { ade: example<Ade>("ade", { mirror: true, endpoint: null }) };
    const { en, ja } = await inBoth(line, { tenant });
    expect(en).toMatchObject({ exit: 4, stdout: "", requests: [{ operation: "ade" }] });
    expect(en.stderr).toContain("this tenant mirrors the console");
    expect(en.stderr).toContain(steps);
    expect(ja.stderr).toContain(steps);
    const typed = await run(line, { tenant, terminal: { typing: [] } });
    expect(typed).toMatchObject({ exit: 4, requests: [{ operation: "ade" }] });
  });
