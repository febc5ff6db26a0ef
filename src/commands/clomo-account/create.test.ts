import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Account, OrgDetail, User, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const CANARY = "Canary42Canary";

const [user] = example<{ items: readonly [User] }>("findUsers").items;
const [org] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const { after } = example<WrittenAccount>("createAccount");
const findUsers = { items: [{ ...user, accountName: null }] };
const made = (account: Partial<Account> = {}, more: Partial<WrittenAccount> = {}): WrittenAccount =>
  toWritten(null, { ...after, ...account }, more);

const secretFile = (): string => {
  const file = join(freshFolder(), "password.txt");
  writeFileSync(file, `${CANARY}\n`, { mode: 0o600 });
  return file;
};

test("sends only a name, and does not propose an undo", async () => {
  const tenant = { findUsers, createAccount: made({ role: "none" }) };
  const { en } = await runInBoth("clomo-account create E0042 --account hanako01", { tenant });
  expect(en.requests).toEqual([
    { operation: "findUsers", query: { name: "E0042" } },
    { operation: "createAccount", json: { user: user.id, name: "hanako01", dryRun: false } },
  ]);
  expect(en).toMatchObject({ exit: 0, stderr: "created: hanako01 (髙橋 花子)\n" });
});

test("sends a role with its settings and the password from a file, and shows the password nowhere", async () => {
  const tenant = { findUsers, findOrgs: { items: [org] }, createAccount: made({}, { consoleTask: 4 }) };
  const file = secretFile();
  const line = `clomo-account create E0042 --account hanako01 --role division --managed-orgs 営業部 --language ja --account-timezone Asia/Tokyo --memo 受付 --password-file ${file}`;
  const { en, ja } = await runInBoth(line, { tenant });
  expect(en.requests.at(-1)).toEqual({
    operation: "createAccount",
    json: {
      user: user.id,
      name: "hanako01",
      role: "division",
      managedOrgs: [org.id],
      language: "ja",
      timezone: "Asia/Tokyo",
      memo: "受付",
      password: CANARY,
      dryRun: false,
    },
  });
  expect(JSON.stringify([en.stdout, en.stderr, ja.stdout, ja.stderr])).not.toContain(CANARY);
});

test("asks twice for a required password, without echo, and asks again if it is weak", async () => {
  const tenant = { findUsers, tenant: { ...example("tenant"), mirroredAt: null }, createAccount: made() };
  const typing = [
    ["password (at least 6 characters", "weak1\r"],
    ["at least", "\u0015"],
    ["password (", `${CANARY}\r`],
    ["password again:", `${CANARY}\r`],
  ] as const;
  const line = "clomo-account create E0042 --account hanako01 --role system --support-option --notice-mail";
  const { exit, requests, stderr } = await run(line, { tenant, terminal: { typing } });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({
    json: { role: "system", supportOption: true, noticeMail: true, password: CANARY },
  });
  expect(stderr).not.toContain(CANARY);
});

test("without a terminal, requires a password file, except in a mirror, which keeps no password", async () => {
  const line = "clomo-account create E0042 --account hanako01 --role system";
  const here = { findUsers, tenant: { ...example("tenant"), mirroredAt: null } };
  const { en } = await runInBoth(line, { tenant: here });
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("pass --password-file FILE") });
  const refused = new Failure("input-rejected", { what: text("a mirror", "ミラーです") });
  const mirror = { findUsers, tenant: example("tenant"), createAccount: refused };
  expect(await run(line, { tenant: mirror, terminal: {} })).toMatchObject({ exit: 3 });
  const recorded = await run(`${line} --password-in-console`, { tenant: { findUsers, createAccount: made() } });
  expect(recorded.requests.at(-1)).toMatchObject({ json: { role: "system", passwordInConsole: true } });
});

test("an account that the console already has leaves nothing to do there", async () => {
  await using tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス"],
    ["山田", "yamada@x.jp"],
    ["佐藤", "sato@x.jp"],
  ]);
  const account = "--account taro01 --role system";
  const given = { tenant: tenant.fetch };
  const there = await run(`clomo-account create yamada@x.jp ${account} --already-in-console`, given);
  expect(there, there.stderr).toMatchObject({ exit: 0 });
  expect(await tenant.client.console.list({})).toEqual([]);
  const later = `${account.replace("taro", "jiro")} --password-in-console`;
  expect(await run(`clomo-account create sato@x.jp ${later}`, given)).toMatchObject({ exit: 0 });
  expect(await tenant.client.console.list({})).toHaveLength(1);
});
