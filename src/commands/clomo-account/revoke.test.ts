import { expect, test } from "vitest";
import type { Account, Tenant, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testUnshowable, testWrongLines } from "../testing/refusals.ts";
import { example } from "../testing/tenant.ts";

const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [before] };
const own: Tenant = { ...example<Tenant>("tenant"), mirroredAt: null };
const mirror: Tenant = { ...own, mirroredAt: "2026-11-19T00:00:00.000Z" };

test("takes the role away with all that belongs to it, and says what gives it back", async () => {
  const system: Account = { ...before, role: "system", supportOption: true, noticeMail: true, managedOrgs: [] };
  const after: Account = { ...system, role: "none", supportOption: false, noticeMail: false };
  const revokeRole: WrittenAccount = { before: system, after, consoleTask: 7, dryRun: false };
  const { en, ja } = await inBoth("clomo-account revoke hanako01", {
    tenant: { findAccounts, revokeRole, tenant: mirror },
  });
  expect(en.requests).toContainEqual({ operation: "revokeRole", params: { id: before.id }, json: { dryRun: false } });
  expect(en.stderr).toBe(
    [
      "role: system administrator → no administrator",
      "support option: yes → no",
      "notice mail: yes → no",
      "to be done in the console, too: clomoctl console show 7",
      "to take it back: clomoctl clomo-account grant hanako01 --role system --support-option --notice-mail --password-in-console",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("管理者権限: システム管理者 → 管理者権限を付与しない\n");
  expect(ja.stderr).toContain("サポートオプション: はい → いいえ\n");
});

test("what gives the role back says how the password is given, unless a terminal asks for it", async () => {
  const revokeRole: WrittenAccount = {
    before,
    after: { ...before, role: "none", managedOrgs: [] },
    consoleTask: null,
    dryRun: false,
  };
  const answers = { findAccounts, revokeRole, tenant: own };
  const piped = await run("clomo-account revoke hanako01", { tenant: answers });
  const line = "to take it back: clomoctl clomo-account grant hanako01 --role division --managed-orgs S01";
  expect(piped.stderr).toContain(`${line} --password-file FILE\n`);
  const typed = await run("clomo-account revoke hanako01", { tenant: answers, terminal: { columns: 200 } });
  expect(typed.stderr).toContain(`${line}\n`);
});

test("the last system administrator keeps the role, in both languages", async () => {
  const refused = new Failure("input-rejected", { what: text("the last one", "最後の 1 人です") });
  const { en, ja } = await inBoth("clomo-account revoke hanako01", { tenant: { findAccounts, revokeRole: refused } });
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: "error: the last one\n" });
  expect(ja.stderr).toBe("エラー: 最後の 1 人です\n");
});

testWrongLines(["clomo-account revoke", "ACCOUNT"], ["clomo-account revoke a b"]);

testUnshowable("clomo-account revoke a");
