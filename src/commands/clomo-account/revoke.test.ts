import { expect, test } from "vitest";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };

test("removes the role with all its settings, and says what restores it", async () => {
  const system: Account = { ...before, role: "system", supportOption: true, noticeMail: true, managedOrgs: [] };
  const after: Account = { ...system, role: "none", supportOption: false, noticeMail: false };
  const revokeRole: WrittenAccount = { before: system, after, consoleTask: 7, dryRun: false };
  const { en } = await runInBoth("clomo-account revoke hanako01", {
    tenant: { findAccounts, revokeRole, accounts: { items: [{ ...system, id: before.org.id }], next: null } },
  });
  expect(en.requests).toContainEqual({ operation: "revokeRole", params: { id: before.id }, json: { dryRun: false } });
  expect(en.stderr).toBe(
    [
      "role: system administrator → no administrator role",
      "support option: yes → no",
      "notice emails: yes → no",
      "make the same change in the console: clomoctl console show 7",
      "",
    ].join("\n"),
  );
});

test("a terminal asks before a system administrator loses the role, with the number of those who are left", async () => {
  const system: Account = { ...before, role: "system", supportOption: false, managedOrgs: [] };
  const other: Account = { ...system, id: system.id.replace(/.$/, "9"), name: "yamazaki" };
  const tenant = {
    findAccounts: { items: [system] },
    accounts: { items: [system, other], next: null },
  };
  const question = "Revoke the role of hanako01? 1 system administrator will remain.";
  const { exit, stderr } = await run("clomo-account revoke hanako01", {
    tenant,
    terminal: { typing: [[question, "n\r"]] },
  });
  expect(exit).toBe(0);
  expect(stderr).toContain("nothing was changed\n");
});

test.each([
  ["nobody", [], true],
  ["another account", [{ ...before, id: before.id.replace(/.$/, "9") }], false],
])("warns if %s is left with the support option", async (_, others, warns) => {
  const holder: Account = { ...before, role: "system", supportOption: true, managedOrgs: [] };
  const revokeRole: WrittenAccount = {
    before: holder,
    after: { ...holder, role: "none", supportOption: false },
    consoleTask: null,
    dryRun: false,
  };
  const tenant = {
    findAccounts: { items: [holder] },
    accounts: { items: others, next: null },
    revokeRole,
  };
  const { en } = await runInBoth("clomo-account revoke hanako01 --yes", { tenant });
  expect([en.exit, en.stderr.includes("clomoctl handover checklist --leaver hanako01")]).toEqual([0, warns]);
});
