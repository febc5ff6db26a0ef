import { expect, test } from "vitest";
import type { Account, SchemeDetail, Tenant, WrittenAccount } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
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

test("grants a role with the password from stdin", async () => {
  const tenant = { findAccounts, grantRole: granted({ role: "operator" }) };
  const line = "clomo-account grant hanako01 --role オペレーター --password-file -";
  const { en, ja } = await runInBoth(line, { tenant, stdin: `${CANARY}\n` });
  expect(en.requests.at(-1)).toEqual({
    operation: "grantRole",
    params: { id: before.id },
    json: { role: "operator", password: CANARY, dryRun: false },
  });
  expect(en.stderr).toBe("role: no administrator role → operator\n");
  expect(ja.stderr).toContain("管理者権限: 管理者権限を付与しない → オペレーター\n");
});

test("a rejected password leaves no trace, and two different passwords are both asked for again", async () => {
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
  expect(stderr).toContain("the entries do not match");
  expect(stderr).not.toContain(CANARY);
});

test("an account that already has a role needs no other password, and a dry run changes nothing", async () => {
  const tenant = {
    findAccounts: { items: [division] },
    grantRole: granted({ role: "system" }, { before: division, dryRun: true }),
  };
  const { exit, stderr, requests } = await run("clomo-account grant hanako01 --role system --dry-run", { tenant });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ json: { role: "system", dryRun: true } });
  expect(stderr).toContain("dry run: nothing was changed\n");
});

test("a dry run does not ask for a password but says that it is required, in both languages", async () => {
  const grantRole = granted({ role: "operator" }, { dryRun: true });
  const line = "clomo-account grant hanako01 --role operator --dry-run";
  const tenantOf = (mirroredAt: string | null) => ({
    findAccounts,
    grantRole,
    tenant: { ...example<Tenant>("tenant"), mirroredAt },
  });
  const { en, ja } = await runInBoth(line, { tenant: tenantOf(null) });
  expect(en.exit).toBe(0);
  expect(en.requests.at(-1)).toMatchObject({ operation: "grantRole", json: { role: "operator", dryRun: true } });
  expect(en.stderr).toContain(
    "no password is given; without --dry-run, a password is required (--password-file FILE)\n",
  );
  expect(ja.stderr).toContain("パスワードが指定されていません。実行時には必要です(--password-file FILE)\n");
  const typed = await run(line, { tenant: tenantOf(null), terminal: { columns: 200 } });
  expect(typed.exit).toBe(0);
  const mirror = await run(line, { tenant: tenantOf("2026-11-19T00:00:00.000Z") });
  expect(mirror.stderr).toContain("(--password-in-console)");
});

test("warns that a scheme's SECURED APPs items have no effect for only some organisations", async () => {
  const scheme = { id: before.id, name: "受付" };
  const { managedOrgs } = division;
  const held = example<SchemeDetail>("scheme");
  const answer = { ...held, scheme: { ...held.scheme, operations: ["users.write", "secured.read", "secured.write"] } };
  const grantRole = granted({ role: "custom", scheme, managesAll: false, managedOrgs });
  const line = "clomo-account grant hanako01 --role custom --scheme 受付 --managed-orgs S01 --password-file -";
  const findOrgs = example("findOrgs");
  const { en, ja } = await runInBoth(line, {
    tenant: { findAccounts, findOrgs, grantRole, scheme: answer },
    stdin: CANARY,
  });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    "warning: the items secured.read, secured.write of the scheme 受付 have no effect for hanako01, because they require all organisations as managed organisations (a clomoctl rule); to manage all organisations: clomoctl clomo-account edit hanako01 --managed-orgs all\n",
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
