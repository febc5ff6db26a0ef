import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { same } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";

test("--token-file stores the token of a served tenant, so that one run watches it beside the local ones", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context add far --url https://far.example.jp", { home });
  const token = `clomo_${"a".repeat(43)}`;
  writeFileSync(join(home, "token"), `${token}\n`, { mode: 0o600 });
  const { en } = await runInBoth("context set kanto --token-file token", { home, folder: home });
  expect(en).toMatchObject({ exit: 2, stderr: expect.stringContaining("kanto is a tenant on this computer") });
  const told = await run("context set far --token-file token", { home, folder: home });
  expect(told).toMatchObject({ exit: 0, stderr: "" });
  expect(statSync(join(home, "credentials", "far")).mode & 0o777).toBe(0o600);
  const secrets: unknown[] = [];
  const openTenant: NonNullable<Circumstances["outside"]>["openTenant"] = async ({ secretFor }, { context }) => {
    if (context.kind === "remote") secrets.push(await secretFor?.(context));
    throw new Failure("unavailable", { what: same("seen") });
  };
  await run("status", { home, outside: { openTenant } });
  expect(secrets).toContainEqual({ secret: token, origin: "https://far.example.jp" });
});
