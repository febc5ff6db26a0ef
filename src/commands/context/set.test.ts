import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { same } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";

test("changes only what is named", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded --language en", { home });
  const fields = "--fields name,used,protected,timezone,language";
  const told = await run(`context set KANTO --protected ${fields}`, { home });
  expect(told).toMatchObject({ exit: 0, stderr: "" });
  expect(told.stdout).toContain("kanto\ttrue\ttrue\tAsia/Tokyo\ten\n");
  expect((await run(`context set kanto --timezone utc ${fields}`, { home })).stdout).toContain("true\ttrue\tUTC\ten\n");
  expect((await run(`context set kanto --unprotected ${fields}`, { home })).stdout).toContain("true\tfalse\tUTC\ten\n");
  expect((await run(`context set local --protected ${fields}`, { home })).stdout).toContain(
    "local\tfalse\ttrue\tAsia/Tokyo\tja\n",
  );
  const { ja } = await runInBoth("context set kanto --protected", { home, terminal: {} });
  expect(ja.stdout).toMatch(/^名前 +kanto\n[^]+\n保護 +はい\n/);
});

test.each([
  ["context set kinki --protected", 6, "kinki"],
  ["context set kanto --protected --unprotected", 2, "cannot be used together"],
  ["context set kanto --timezone Tokyo", 2, "Tokyo"],
])("%s exits with %i", async (line, exit, en) => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const refused = await runInBoth(line, { home });
  expect(refused.en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(en) });
});

test("--token-file stores the token of a served tenant, so that one run watches it beside the local ones", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  await run("context add far --url https://far.example.jp", { home });
  const token = `clomo_${"a".repeat(43)}`;
  writeFileSync(join(home, "token"), `${token}\n`, { mode: 0o600 });
  const { en } = await runInBoth("context set kanto --token-file token", { home, folder: home });
  expect(en).toMatchObject({ exit: 2, stderr: expect.stringContaining("kanto is on this computer") });
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
