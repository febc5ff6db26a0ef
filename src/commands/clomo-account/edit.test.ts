import { expect, test } from "vitest";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };
const edited = (after: Partial<Account>, of: Account = before): WrittenAccount => toWritten(of, { ...of, ...after });

test("sends the given values and shows what changed", async () => {
  const tenant = {
    findAccounts,
    editAccount: edited({ name: "hana02", memo: "x", language: null }),
  };
  const { en } = await runInBoth(
    ["clomo-account", "edit", "hanako01", "--account", "hana02", "--memo", "x", "--language", ""],
    { tenant },
  );
  expect(en.requests).toContainEqual({
    operation: "editAccount",
    params: { id: before.id },
    json: { name: "hana02", memo: "x", language: null, dryRun: false },
  });
  expect(en.stderr).toBe(
    ["account: hanako01 → hana02", "language: 日本語 → (blank)", "memo: (blank) → x", ""].join("\n"),
  );
});

test('shows all changed options, including "all" for a custom administrator who managed all', async () => {
  const system: Account = { ...before, role: "system", managedOrgs: [], supportOption: true, noticeMail: true };
  const ended = edited({ supportOption: false, noticeMail: false }, system);
  const line = "clomo-account edit hanako01 --no-support-option";
  const { stderr, requests } = await run(line, {
    tenant: { findAccounts, editAccount: ended, accounts: { items: [{ ...system, id: before.org.id }], next: null } },
  });
  expect(requests.at(-2)).toMatchObject({ json: { supportOption: false } });
  expect(stderr).toBe("support option: yes → no\nnotice emails: yes → no\n");
  const last = { ...system, id: before.id };
  const lost = await run(line, {
    tenant: { findAccounts, editAccount: ended, accounts: { items: [last], next: null } },
  });
  expect(lost.stderr).toContain("no account has the support option");
  const scheme = { id: before.id, name: "受付 担当" };
  const custom: Account = { ...before, role: "custom", scheme, managesAll: true, managedOrgs: [] };
  const { managedOrgs } = before;
  const less = edited({ managesAll: false, managedOrgs, scheme: { ...scheme, id: before.org.id } }, custom);
  const told = await run(line, { tenant: { findAccounts, editAccount: less } });
  expect(told.stderr).toContain("managed organisations: all → 営業部\n");
});

test("uses the last of a switch and its opposite", async () => {
  const tenant = { findAccounts, editAccount: edited({}) };
  const off = await run("clomo-account edit hanako01 --notice-mail --no-notice-mail", { tenant });
  expect(off.requests.at(-1)?.json).toEqual({ noticeMail: false, dryRun: false });
  const on = await run("clomo-account edit hanako01 --no-notice-mail --notice-mail", { tenant });
  expect(on.requests.at(-1)?.json).toEqual({ noticeMail: true, dryRun: false });
});

test("all and 全て select all organisations", async () => {
  for (const all of ["all", "全て"]) {
    const { requests } = await run(`clomo-account edit hanako01 --managed-orgs ${all}`, {
      tenant: { findAccounts, editAccount: edited({}) },
    });
    expect(requests.at(-1)).toMatchObject({ json: { managesAll: true } });
  }
});
