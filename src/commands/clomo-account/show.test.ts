import { expect, test } from "vitest";
import type { Account } from "../../lib/client/index.ts";
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
