import { expect, test } from "vitest";
import type { Account } from "../../lib/client/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testWrongLines } from "../testing/refusals.ts";
import { example } from "../testing/tenant.ts";

const [hanako] = example<{ items: readonly [Account] }>("findAccounts").items;

test("shows the account of a name, with all that is recorded", async () => {
  const tenant = { findAccounts: { items: [{ ...hanako, role: "custom", managesAll: true, managedOrgs: [] }] } };
  const { en, ja } = await inBoth("clomo-account show hanako01", { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "findAccounts", query: { name: "hanako01" } }] });
  expect(en.stdout).toMatch(/role +custom administrator\n/);
  expect(en.stdout).toMatch(/managed organisations +all\n/);
  expect(ja.stdout).toMatch(/管理者権限 +カスタム管理者\n/);
  expect(ja.stdout).toMatch(/管理対象組織 +全て\n/);
});

test("of a system administrator people read that all organisations are managed; JSON has what is recorded", async () => {
  const tenant = { findAccounts: { items: [{ ...hanako, role: "system", managesAll: false, managedOrgs: [] }] } };
  const { en, ja } = await inBoth("clomo-account show hanako01", { tenant, terminal: {} });
  expect(en.stdout).toMatch(/manages all +yes\n/);
  expect(en.stdout).toMatch(/managed organisations +all\n/);
  expect(ja.stdout).toMatch(/管理対象組織: 全て +はい\n/);
  expect(ja.stdout).toMatch(/管理対象組織 +全て\n/);
  const { stdout } = await run("clomo-account show hanako01 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ managesAll: false, managedOrgs: [] });
});

test("an account that is not there is 6, with those that are near", async () => {
  const tenant = { findAccounts: { items: [] }, findUsers: { items: [] }, accounts: { items: [hanako], next: null } };
  const { en, ja } = await inBoth("clomo-account show hana", { tenant });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain("no CLOMO account has the account name, id, mail address or employee code hana\n");
  expect(en.stderr).toContain(`did you mean hanako01 (髙橋 花子) ${hanako.id}?`);
  expect(ja.stderr).toContain("clomoctl clomo-account list --search hana");
});

testWrongLines(["clomo-account show", "ACCOUNT"], ["clomo-account show a b"]);
