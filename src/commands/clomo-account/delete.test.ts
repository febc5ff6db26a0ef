import { expect, test } from "vitest";
import type { Account } from "../../lib/client/index.ts";
import { inBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [account] = example<{ items: readonly [Account] }>("findAccounts").items;

test("facts 2.4: of an administrator revoke is named, of another the deletion of the user; nothing is changed", async () => {
  const { en, ja } = await inBoth("clomo-account delete hanako01", { tenant: { findAccounts: { items: [account] } } });
  expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "findAccounts" }] });
  expect(en.stderr).toBe(
    "error: a CLOMO account is never deleted: hanako01\n  take its role away, which ends its sign-in: clomoctl clomo-account revoke hanako01\n",
  );
  expect(ja.stderr).toContain("CLOMO アカウントは削除できません: hanako01\n");
  const owner = { findAccounts: { items: [{ ...account, role: "none" }] } };
  const other = await inBoth("clomo-account delete hanako01", { tenant: owner });
  expect(other.en.stderr).toContain("leave it, or delete the user: clomoctl users delete hanako@example.co.jp\n");
  expect(other.ja.stderr).toContain("clomoctl users delete hanako@example.co.jp\n");
});
