import { expect, test } from "vitest";
import type { Account } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [account] = example<{ items: readonly [Account] }>("findAccounts").items;

test("facts 2.4: names revoke for an administrator, or else deleting the user, and changes nothing", async () => {
  const { en, ja } = await runInBoth("clomo-account delete hanako01", {
    tenant: { findAccounts: { items: [account] } },
  });
  expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "findAccounts" }] });
  expect(en.stderr).toBe(
    "error: a CLOMO account cannot be deleted: hanako01\n  to stop the account from logging in, revoke its role: clomoctl clomo-account revoke hanako01\n",
  );
  expect(ja.stderr).toContain("CLOMO アカウントは削除できません: hanako01\n");
  const owner = { findAccounts: { items: [{ ...account, role: "none" }] } };
  const other = await runInBoth("clomo-account delete hanako01", { tenant: owner });
  expect(other.en.stderr).toContain(
    "keep the account, or delete the user: clomoctl users delete hanako@example.co.jp\n",
  );
  expect(other.ja.stderr).toContain("clomoctl users delete hanako@example.co.jp\n");
});
