import { expect, test } from "vitest";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };
const edited = (after: Partial<Account>, of: Account = before): WrittenAccount => ({
  before: of,
  after: { ...of, ...after },
  consoleTask: null,
  dryRun: false,
});

test("sends what is given, tells what differs, and what takes it back", async () => {
  const tenant = {
    findAccounts,
    editAccount: edited({ name: "hana02", memo: "x", language: null }),
    accountSettings: { ...example<object>("accountSettings"), composition: "free-text" },
  };
  const { en, ja } = await inBoth(
    ["clomo-account", "edit", "hanako01", "--account", "hana02", "--memo", "x", "--language", ""],
    { tenant },
  );
  expect(en.requests).toContainEqual({
    operation: "editAccount",
    params: { id: before.id },
    json: { name: "hana02", memo: "x", language: null, dryRun: false },
  });
  expect(en.stderr).toBe(
    [
      "account: hanako01 → hana02",
      "language: 日本語 → (none)",
      "memo: (none) → x",
      "to take it back: clomoctl clomo-account edit hana02 --account hanako01 --language ja --memo ''",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("アカウント名: hanako01 → hana02\n");
});

test("where names are composed, no command gives a former one back", async () => {
  const composed = { ...example<object>("accountSettings"), composition: "employee-code" };
  const line = "clomo-account edit hanako01 --account E1";
  const renamed = await run(line, {
    tenant: { findAccounts, editAccount: edited({ name: "E1" }), accountSettings: composed },
  });
  expect(renamed.stderr).toBe("account: hanako01 → E1\n");
  const both = await run(`${line} --memo x`, {
    tenant: { findAccounts, editAccount: edited({ name: "E1", memo: "x" }), accountSettings: composed },
  });
  expect(both.stderr).toContain("to take it back: clomoctl clomo-account edit E1 --memo ''\n");
});

test.each([
  [
    { role: "system", managedOrgs: [], supportOption: true },
    "clomoctl clomo-account grant hanako01 --role division --managed-orgs S01",
  ],
  [
    { role: "none", managedOrgs: [] },
    "clomoctl clomo-account grant hanako01 --role division --managed-orgs S01 --password-file FILE",
  ],
  [
    { role: "operator", managedOrgs: [], memo: "x" },
    "clomoctl clomo-account edit hanako01 --memo '' --role division --managed-orgs S01",
  ],
] as const)("what takes a change to %j back names the role with all that belongs to it", async (after, back) => {
  const editAccount = edited(after as unknown as Partial<Account>);
  const around = {
    ...(after.role === "none" && { tenant: { ...example("tenant"), mirroredAt: null } }),
    ...(after.role === "system" && { accounts: { items: [before, { ...before, id: before.org.id }], next: null } }),
  };
  const { stderr } = await run("clomo-account edit hanako01 --role operator", {
    tenant: { findAccounts, editAccount, ...around },
  });
  expect(stderr).toContain(`to take it back: ${back}\n`);
});

test("options of system administrators are taken back alike; a custom one manages all", async () => {
  const system: Account = { ...before, role: "system", managedOrgs: [], supportOption: true, noticeMail: true };
  const ended = edited({ supportOption: false, noticeMail: false }, system);
  const line = "clomo-account edit hanako01 --no-support-option";
  const { stderr, requests } = await run(line, { tenant: { findAccounts, editAccount: ended } });
  expect(requests.at(-1)).toMatchObject({ json: { supportOption: false } });
  expect(stderr).toContain("back: clomoctl clomo-account grant hanako01 --support-option --notice-mail\n");
  const given = await run(line, {
    tenant: { findAccounts, editAccount: edited({ noticeMail: true }, { ...system, noticeMail: false }) },
  });
  expect(given.stderr).toContain("back: clomoctl clomo-account grant hanako01 --no-notice-mail\n");
  const scheme = { id: before.id, name: "受付 担当" };
  const custom: Account = { ...before, role: "custom", scheme, managesAll: true, managedOrgs: [] };
  const { managedOrgs } = before;
  const less = edited({ managesAll: false, managedOrgs, scheme: { ...scheme, id: before.org.id } }, custom);
  const told = await run(line, { tenant: { findAccounts, editAccount: less, scheme: example("scheme") } });
  expect(told.stderr).toContain("managed organisations: all → 営業部\n");
  expect(told.stderr).toContain(
    "back: clomoctl clomo-account grant hanako01 --scheme '受付 担当' --managed-orgs all\n",
  );
});

test("of a switch and its opposite the last one counts", async () => {
  const tenant = { findAccounts, editAccount: edited({}) };
  const off = await run("clomo-account edit hanako01 --notice-mail --no-notice-mail", { tenant });
  expect(off.requests.at(-1)?.json).toEqual({ noticeMail: false, dryRun: false });
  const on = await run("clomo-account edit hanako01 --no-notice-mail --notice-mail", { tenant });
  expect(on.requests.at(-1)?.json).toEqual({ noticeMail: true, dryRun: false });
});

test("all organisations are meant by all and 全て", async () => {
  for (const all of ["all", "全て"]) {
    const { requests } = await run(`clomo-account edit hanako01 --managed-orgs ${all}`, {
      tenant: { findAccounts, editAccount: edited({}) },
    });
    expect(requests.at(-1)).toMatchObject({ json: { managesAll: true } });
  }
});

test("who may not set managed organisations is told that before which ones are there", async () => {
  const writing = [{ operation: "accounts.write", reach: "inside" }];
  const whoami = { ...example<object>("whoami"), operations: writing };
  const tenant = { findOrgs: { items: [] }, orgs: { items: [] }, whoami };
  const line = ["clomo-account", "edit", "hanako01", "--managed-orgs", "OUTSIDE", "--as", "hanako"];
  const { en, ja } = await inBoth(line, { tenant });
  expect([en.exit, ja.exit]).toEqual([4, 4]);
  expect(en.stderr).toContain("hanako may not set managed organisations");
  expect(ja.stderr).toContain("「hanako」の権限では行えません");
  const operations = [...writing, { operation: "accounts.orgs", reach: "all" }];
  const may = { ...tenant, whoami: { ...example<object>("whoami"), operations } };
  expect((await run([...line, "--lang", "en"], { tenant: may })).exit).toBe(6);
});

test("who may grant operator alone is told that of other roles before a password is asked for", async () => {
  const operations = [{ operation: "accounts.write", reach: "inside" }];
  const whoami = { ...example<object>("whoami"), role: "division", operations };
  const ran = await run("clomo-account grant hanako01 --role custom --as hanako --lang en", { tenant: { whoami } });
  expect(ran.exit).toBe(4);
  expect(ran.stderr).toContain("may not grant roles above operator: a division administrator has no such right");
});

test("who may grant operator alone is told of the support option that it is for system administrators", async () => {
  const operations = [{ operation: "accounts.write", reach: "inside" }];
  const whoami = { ...example<object>("whoami"), role: "division", operations };
  const line = "clomo-account grant hanako01 --role operator --support-option --as hanako";
  const { en, ja } = await inBoth(line, { tenant: { whoami } });
  expect([en.exit, ja.exit]).toEqual([4, 4]);
  expect(en.stderr).toContain(
    "hanako may not give the support option: the support option is for system administrators, at most 5 in a tenant",
  );
  expect(en.stderr).toMatch(/\n {2}--support-option\n {2}ask a system administrator\n$/);
  expect(ja.stderr).toContain("(サポートオプションの付与): サポートオプションを付与できるのはシステム管理者だけ");
  expect(ja.stderr).toMatch(/\n {2}システム管理者に依頼してください\n$/);
});
