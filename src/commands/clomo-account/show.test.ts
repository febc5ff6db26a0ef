import { expect, test } from "vitest";
import type { Account, User } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [Account] }>("findAccounts").items;

test("shows the account with the given name and all that is recorded about it", async () => {
  const tenant = { findAccounts: { items: [{ ...hanako, role: "custom", managesAll: true, managedOrgs: [] }] } };
  const { en } = await runInBoth("clomo-account show hanako01", { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "findAccounts", query: { name: "hanako01" } }] });
  expect(en.stdout).toMatch(/role +custom administrator\n/);
  expect(en.stdout).toMatch(/managed organisations +all\n/);
});

test("shows people that a system administrator manages all organisations, and JSON as recorded", async () => {
  const tenant = { findAccounts: { items: [{ ...hanako, role: "system", managesAll: false, managedOrgs: [] }] } };
  const { en } = await runInBoth("clomo-account show hanako01", { tenant, terminal: {} });
  expect(en.stdout).toMatch(/manages all organisations +yes\n/);
  expect(en.stdout).toMatch(/managed organisations +all\n/);
  const { stdout } = await run("clomo-account show hanako01 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ managesAll: false, managedOrgs: [] });
});

test.each([
  ["create", "createAccount", "clomo-account create hanako01 --role system --password-in-console"],
  ["edit", "editAccount", "clomo-account edit hanako01 --role system"],
])("shows people the same after a change: %s", async (_, operation, line) => {
  const system = { ...hanako, role: "system", managesAll: false, managedOrgs: [] } as const;
  const [user] = example<{ items: readonly [User] }>("findUsers").items;
  const written = (before: Account | null) => ({ before, after: system, consoleTask: null, dryRun: false });
  const tenant =
    operation === "createAccount"
      ? { findUsers: { items: [{ ...user, accountName: null }] }, createAccount: written(null) }
      : {
          findAccounts: { items: [hanako] },
          [operation]: written(hanako),
        };
  const { en } = await runInBoth(`${line} --yes`, { tenant, terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/manages all organisations +yes\n/);
  expect(en.stdout).toMatch(/managed organisations +all\n/);
  const { stdout } = await run(`${line} --format json`, { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ managesAll: false, managedOrgs: [] });
});

test("shows people the former value if the role is removed", async () => {
  const system = { ...hanako, role: "system", managesAll: false, managedOrgs: [] } as const;
  const editAccount = { before: system, after: hanako, consoleTask: null, dryRun: true };
  const { en } = await runInBoth("clomo-account edit hanako01 --role division --managed-orgs S01 --dry-run", {
    tenant: {
      findAccounts: { items: [system] },
      findOrgs: example("findOrgs"),
      editAccount,
    },
  });
  expect(en.stderr).toContain("managed organisations: all → 営業部\n");
});
