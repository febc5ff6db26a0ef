import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { User } from "../../lib/client/index.ts";
import { displayWidth } from "../../lib/terminal/width.ts";
import { readRows } from "#support/xlsx/read.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { USER_COLUMNS } from "../kit/columns/users.ts";

const [hanako] = example<{ items: readonly [User] }>("users").items;
const taro: User = { ...hanako, id: hanako.id.replace(/2$/, "9"), name: "山田 太郎", emails: [], employeeCode: null };

test("accepts an organisation's path, and passes the search to the tenant", async () => {
  const org = example<{ items: readonly [{ id: string }] }>("findOrgs").items[0];
  const tenant = { findOrgs: [org], users: [hanako] };
  const line = ["users", "list", "--org", "本社/営業部", "--search", "花", "--fields", "name"];
  const { exit, requests } = await run(line, { tenant });
  expect(exit).toBe(0);
  expect(requests).toEqual([
    { operation: "findOrgs", query: { name: "本社/営業部" } },
    { operation: "users", query: { org: org.id, search: "花" } },
  ]);
});

test("--direct excludes the organisations below --org, and is rejected without it", async () => {
  const org = example<{ items: readonly [{ id: string }] }>("findOrgs").items[0];
  const findOrgs = [org];
  const { requests } = await run("users list --org S01 --direct", { tenant: { findOrgs, users: [] } });
  expect(requests.at(-1)).toEqual({ operation: "users", query: { org: org.id, direct: "true" } });
  const exported = await run("users export --org S01 --direct", { tenant: { findOrgs, exportUsers: "氏名\r\n" } });
  expect(exported.requests.at(-1)).toMatchObject({ operation: "exportUsers", query: { org: org.id, direct: "true" } });
  for (const line of ["users list --direct", "users export --direct", "devices list --direct"]) {
    const { exit, stderr } = await run(line, { tenant: {} });
    expect(exit).toBe(2);
    expect(stderr).toContain("error: --direct requires --org\n");
  }
});

test("a table shows all addresses of a user, a pipe the default fields, and --fields any field", async () => {
  const circumstances = { tenant: { users: [hanako] }, terminal: { columns: 200 } };
  const shown = await run("users list", circumstances);
  expect(shown.stdout).toContain("hanako@example.co.jp, h.takahashi@example.co.jp");
  const piped = await run("users list", { tenant: circumstances.tenant });
  expect(piped.stdout).toMatch(/^name\temails\torg\ttitle\temployeeCode\taccountName\n/);
  const told = await run("users list --fields tel,name", circumstances);
  expect(told.stdout).toMatch(/^telephone number +name\n03-0000-0000 +髙橋 花子\n$/);
});

test("no line is wider than a small terminal, and times are in the tenant's time zone", async () => {
  const tenant = {
    users: [{ ...hanako, name: "髙橋 花子".repeat(6), emails: [`${"ha".repeat(9)}@example.co.jp`] }],
  };
  const { stdout } = await run("users list", { tenant, terminal: { columns: 80 } });
  expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  for (const line of stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  const named = await run("users list --fields name,createdAt,administrator", { tenant, terminal: {} });
  expect(named.stdout).toContain("  2026-11-20 10:23  no\n");
  expect(stdout).toContain(` ${"ha".repeat(9)}@example.co.jp `);
  const utc = await run("users list --fields createdAt --timezone UTC", { tenant, terminal: {} });
  expect(utc.stdout).toContain("\n2026-11-20 01:23\n");
  const piped = await run("users list --fields createdAt,administrator", { tenant });
  expect(piped.stdout).toBe("createdAt\tadministrator\n2026-11-20T01:23:45.000Z\tfalse\n");
  const all = await run("users list --fields all --format csv", { tenant });
  expect(all.stdout.split("\n")[0]?.split(",")).toEqual(USER_COLUMNS.map(({ key }) => key));
});

test("--fields accepts the headers of the table and of the console's file, in any width", async () => {
  const tenant = { users: [hanako] };
  const line = ["users", "list", "--fields", "氏名,ＴＥＬ,組織 コード、Employee Code", "--format", "csv"];
  const { stdout } = await run(line, { tenant });
  expect(stdout.split("\n")[0]).toBe("name,tel,orgCode,employeeCode");
  const unknown = await run("users list --fields 氏明 --lang ja", { tenant: {} });
  expect(unknown.exit).toBe(2);
  expect(unknown.stderr).toContain("「氏名」ではありませんか? 使える項目: id, ");
});

test("an empty result is an empty list", async () => {
  const tenant = { users: [] };
  expect((await run("users list --format json", { tenant })).stdout).toBe("[]\n");
  const { en } = await runInBoth("users list", { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: "no results in tenant local\n" });
  const piped = await run("users list", { tenant });
  expect(piped).toMatchObject({ stdout: "name\temails\torg\ttitle\temployeeCode\taccountName\n", stderr: "" });
});

test("a workbook has the same fields as CSV, with labels, and all cells are text", async () => {
  const folder = freshFolder();
  const tenant = {
    users: [
      { ...hanako, employeeCode: "0012" },
      { ...taro, name: "=1+1" },
    ],
  };
  const { exit, stdout } = await run("users list --format xlsx -o list.xlsx", { tenant, folder });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
  const [headers = [], first = [], second] = await readRows(readFileSync(join(folder, "list.xlsx")));
  expect(headers).toContain("email addresses");
  expect(first).toContain("0012");
  expect(first).toContain(hanako.emails.join(", "));
  expect(second).toContain("=1+1");
});

test("a workbook can be written to stdout", async () => {
  const { bytes } = await run("users list --format xlsx -o -", { tenant: { users: [hanako] } });
  expect(await readRows(bytes)).toHaveLength(2);
});
