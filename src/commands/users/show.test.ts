import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { User } from "../../lib/client/index.ts";
import { rowsIn } from "#support/xlsx/read.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [User] }>("findUsers").items;

const finding = (...items: readonly User[]) => ({ findUsers: { items } });

test("sends the typed name, and shows all fields of the only match", async () => {
  const { exit, stdout, requests } = await run("users show E0042 --format json", { tenant: finding(hanako) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findUsers", query: { name: "E0042" } }]);
  const { org, ...fields } = hanako;
  expect(JSON.parse(stdout)).toEqual({ ...fields, org: org.path, orgCode: org.code, orgId: org.id });
});

test("a terminal shows one field per line, in the selected language", async () => {
  const { en, ja } = await runInBoth("users show hanako@example.co.jp", { tenant: finding(hanako), terminal: {} });
  expect(en.stdout).toMatch(/\nname +髙橋 花子\n[^]+\norganisation code +S01\n/);
  expect(en.stdout).not.toContain("password set at");
  expect(ja.stdout).toMatch(/\n氏名 +髙橋 花子\n[^]+\n組織コード +S01\n/);
  const all = await run("users show hanako@example.co.jp --fields all", { tenant: finding(hanako), terminal: {} });
  expect(all.stdout).toMatch(/\npassword set at *\n/);
});

test("suggests a user whose name contains the typed part", async () => {
  const tenant = { ...finding(), users: { items: [hanako], next: null } };
  const { en, ja } = await runInBoth("users show 花子", { tenant });
  expect(en.requests.at(-1)).toMatchObject({ operation: "users", query: { search: "花子" } });
  expect(en.stderr).toContain(
    `  did you mean 髙橋 花子 <hanako@example.co.jp> ${hanako.id}? to search for part of the name: clomoctl users list --search 花子\n`,
  );
  expect(ja.stderr).toContain(`髙橋 花子 <hanako@example.co.jp> ${hanako.id} ですか? 名前の一部で探すには`);
});

test("a workbook has one row", async () => {
  const folder = freshFolder();
  const line = "users show E0042 --format xlsx -o user.xlsx --fields name,employeeCode --lang ja";
  expect(await run(line, { tenant: finding(hanako), folder })).toMatchObject({ exit: 0, stdout: "" });
  expect(await rowsIn(readFileSync(join(folder, "user.xlsx")))).toEqual([
    ["氏名", "社員コード"],
    [hanako.name, hanako.employeeCode],
  ]);
});
