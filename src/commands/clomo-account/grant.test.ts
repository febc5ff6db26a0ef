import { expect, test } from "vitest";
import type { Account, HeldScheme, Tenant, WrittenAccount } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const CANARY = "Canary42Canary";

const [division] = example<{ items: readonly [Account] }>("findAccounts").items;
const before: Account = { ...division, role: "none", managedOrgs: [], passwordSetAt: null };
const findAccounts = { items: [before] };
const granted = (after: Partial<Account>, more: Partial<WrittenAccount> = {}): WrittenAccount => ({
  before,
  after: { ...before, ...after },
  consoleTask: null,
  dryRun: false,
  ...more,
});

test("gives a role with the password that stdin has", async () => {
  const tenant = { findAccounts, grantRole: granted({ role: "operator" }) };
  const line = "clomo-account grant hanako01 --role オペレーター --password-file -";
  const { en, ja } = await inBoth(line, { tenant, stdin: `${CANARY}\n` });
  expect(en.requests.at(-1)).toEqual({
    operation: "grantRole",
    params: { id: before.id },
    json: { role: "operator", password: CANARY, dryRun: false },
  });
  expect(en.stderr).toBe("role: no administrator → operator\n");
  expect(ja.stderr).toContain("管理者権限: 管理者権限を付与しない → オペレーター\n");
});

test("a password that is refused leaves nothing behind, and two that differ are both asked for anew", async () => {
  const tenant = {
    findAccounts,
    grantRole: granted({ role: "operator" }),
    tenant: { ...example<Tenant>("tenant"), mirroredAt: null },
  };
  const typing = [
    ["digit):", "Weak1\r"],
    ["> at least", `${CANARY}\r`],
    ["again:", "Other42Other\r"],
    ["type both again", ""],
    ["digit):", `${CANARY}\r`],
    ["again:", `${CANARY}\r`],
  ] as const;
  const line = "clomo-account grant hanako01 --role operator";
  const { requests, stderr } = await run(line, { tenant, terminal: { typing, columns: 300 } });
  expect(requests.at(-1)).toMatchObject({ json: { password: CANARY } });
  expect(stderr).toContain("the two are not the same");
  expect(stderr).not.toContain(CANARY);
});

test("who has a role is asked for no other password; a dry run changes nothing", async () => {
  const tenant = {
    findAccounts: { items: [division] },
    grantRole: granted({ role: "system" }, { before: division, dryRun: true }),
  };
  const { exit, stderr, requests } = await run("clomo-account grant hanako01 --role system --dry-run", { tenant });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ json: { role: "system", dryRun: true } });
  expect(stderr).toContain("dry run: nothing was changed\n");
});

test("a dry run asks for no password, and says that one is needed, in both languages", async () => {
  const grantRole = granted({ role: "operator" }, { dryRun: true });
  const line = "clomo-account grant hanako01 --role operator --dry-run";
  const tenantOf = (mirroredAt: string | null) => ({
    findAccounts,
    grantRole,
    tenant: { ...example<Tenant>("tenant"), mirroredAt },
  });
  const { en, ja } = await inBoth(line, { tenant: tenantOf(null) });
  expect(en.exit).toBe(0);
  expect(en.requests.at(-1)).toMatchObject({ operation: "grantRole", json: { role: "operator", dryRun: true } });
  expect(en.stderr).toContain("the password was left out: without --dry-run one is needed (--password-file FILE)\n");
  expect(ja.stderr).toContain("パスワードは省略されています。実行時には必要です(--password-file FILE)\n");
  const typed = await run(line, { tenant: tenantOf(null), terminal: { columns: 200 } });
  expect(typed.exit).toBe(0);
  const mirror = await run(line, { tenant: tenantOf("2026-11-19T00:00:00.000Z") });
  expect(mirror.stderr).toContain("(--password-in-console)");
});

test("items of SECURED APPs that a scheme has are of no use over a part of the organisations: that is told", async () => {
  const scheme = { id: before.id, name: "受付" };
  const { managedOrgs } = division;
  const held = example<HeldScheme>("scheme");
  const answer = { ...held, scheme: { ...held.scheme, operations: ["users.write", "secured.read", "secured.write"] } };
  const grantRole = granted({ role: "custom", scheme, managesAll: false, managedOrgs });
  const line = "clomo-account grant hanako01 --role custom --scheme 受付 --managed-orgs S01 --password-file -";
  const findOrgs = example("findOrgs");
  const { en, ja } = await inBoth(line, {
    tenant: { findAccounts, findOrgs, grantRole, scheme: answer },
    stdin: CANARY,
  });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    "warning: secured.read, secured.write of the scheme 受付 will do nothing for hanako01: over all organisations alone (ours); to give these: clomoctl clomo-account edit hanako01 --managed-orgs all\n",
  );
  expect(ja.stderr).toContain("スキーム「受付」の secured.read・secured.write は、");
  const others = { ...held, scheme: { ...held.scheme, operations: ["users.write"] } };
  const silent = await run(line, { tenant: { findAccounts, findOrgs, grantRole, scheme: others }, stdin: CANARY });
  expect(silent.stderr).not.toContain("warning");
  const whole = await run(line, {
    tenant: { findAccounts, findOrgs, grantRole: granted({ role: "custom", scheme, managesAll: true }) },
    stdin: CANARY,
  });
  expect(whole.stderr).not.toContain("warning");
});
