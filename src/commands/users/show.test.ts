import { expect, test } from "vitest";
import type { User } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [User] }>("findUsers").items;

const finding = (...items: readonly User[]) => ({ findUsers: { items } });

test("--fields selects fields by key or header", async () => {
  const { exit, stdout, requests } = await run("users show E0042 --format json --fields name,組織", {
    tenant: finding(hanako),
  });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findUsers", query: { name: "E0042" } }]);
  expect(JSON.parse(stdout)).toEqual({ name: hanako.name, org: hanako.org.path });
  for (const format of ["csv", "tsv", "ndjson --fields id"])
    expect(await run(`users show E0042 --format ${format}`, { tenant: finding(hanako) })).toMatchObject({ exit: 0 });
});

test("a terminal shows one field per line, in the selected language", async () => {
  const { en } = await runInBoth("users show hanako@example.co.jp", { tenant: finding(hanako), terminal: {} });
  expect(en.stdout).toMatch(/\nname +髙橋 花子\n[^]+\norganisation code +S01\n/);
  expect(en.stdout).not.toContain("password set at");
  const line = "users show hanako@example.co.jp --fields name,accountPasswordSetAt";
  expect((await run(line, { tenant: finding(hanako), terminal: {} })).stdout).toMatch(/\npassword set at *\n/);
});
