import { expect, test } from "vitest";
import { run } from "./program.ts";

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
