import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encryptForCertificate } from "../../../lib/apple/keys/envelope.ts";
import { createTestKey } from "#support/apple/simulator/key.ts";
import type { Ade } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const tenant = { ade: example<Ade>("ade") };

test("shows the token that is set, in both languages", async () => {
  const { en, ja } = await runInBoth("ade token show --fields server,admin,tokenExpiresAt", { tenant });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "server\tadmin\ttokenExpiresAt\nSIMULATOR\tadmin@example.jp\t2027-04-01T00:00:00.000Z\n",
    requests: [{ operation: "ade" }],
  });
  expect(ja.stderr).toContain("接続先: ");
});

test("does not know who downloaded a token that has not been used yet", async () => {
  const ade = example<Ade>("ade");
  const { server, token } = ade;
  if (server === null || token === null) throw new TypeError("the example has both");
  const seenAt = "2026-03-01T00:00:00.000Z";
  const unseen = { ade: { ...ade, server: { ...server, admin: null, seenAt }, token } };
  const { en, ja } = await runInBoth("ade token show --format table --fields admin", { tenant: unseen });
  expect(en.stdout).toContain("not known until the next contact with Apple");
  expect(ja.stdout).toContain("次回の接続まで不明");
});

test("warns about a token that Apple rejected, says what to do, and does not propose a sync", async () => {
  const ade = example<Ade>("ade");
  const { token, sync } = ade;
  if (token === null || sync === null) throw new TypeError("the example has both");
  const rejected = {
    ...ade,
    token: { ...token, rejectedAt: "2026-11-20T00:00:00.000Z" },
    sync: { ...sync, state: "failed" },
  };
  const { en, ja } = await runInBoth("ade token show", { tenant: { ade: rejected } });
  expect(en.stderr).toMatch(/^warning: Apple rejected the server token: .*\n.*clomoctl ade simulator do token/m);
  expect(en.stderr).not.toContain("clomoctl ade sync");
  expect(ja.stderr).toContain("警告: Apple がサーバートークンを拒否しました");
});

const FILE = "SIMULATOR_Token_2026-11-20T01-00-00Z_smime.p7m";

const folderWith = (): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, FILE), "MIME");
  return folder;
};

test("lets the tenant open a file and says what to type next, in both languages", async () => {
  const { en, ja } = await runInBoth(`ade token show ${FILE}`, {
    tenant: { ...tenant, inspectAdeToken: example<object>("inspectAdeToken") },
    folder: folderWith(),
  });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "server\ttokenExpiresAt\tkey\tinForce\nSIMULATOR\t2027-04-01T00:00:00.000Z\tstaged\tfalse\n",
    requests: [{ operation: "ade" }, { operation: "inspectAdeToken", json: { name: FILE, content: "TUlNRQ==" } }],
  });
  expect(en.stderr).toContain(`to set this token: clomoctl ade token set ${FILE}`);
  expect(ja.stderr).toContain("トークンを設定するには: ");
});

test.each([
  ["the one in force", { inForce: true }, "this token is already set"],
  ["expired", { expiresAt: "2020-01-01T00:00:00.000Z" }, "warning: this token has expired: write the public key"],
  [
    "the one in force, which has expired",
    { inForce: true, expiresAt: "2020-01-01T00:00:00.000Z" },
    "clomoctl ade simulator do token",
  ],
  [
    "this token is from a different administrator than the previous token",
    { sameAdmin: false },
    `clomoctl ade token set ${FILE} --other-admin`,
  ],
])("a file: %s", async (_, change, told) => {
  const inspectAdeToken = { ...example<object>("inspectAdeToken"), ...change };
  const ran = await run(`ade token show ${FILE} --lang en`, {
    tenant: { ...tenant, inspectAdeToken },
    folder: folderWith(),
  });
  expect(ran.stderr).toContain(told);
});

test.each([
  [
    "a simulator's, where none is",
    { ...tenant.ade, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" } as const },
    true,
    "this token was made by a simulator and cannot be used at this endpoint",
    "このトークンはシミュレーターで作成されたため、この接続先では使えません",
  ],
  [
    "one that is not a simulator's, at one",
    tenant.ade,
    false,
    "the endpoint is a simulator, but this token is not from a simulator and would be rejected",
    "接続先はシミュレーター",
  ],
])("does not propose a file that would be refused: %s", async (_, ade, simulated, en, ja) => {
  const inspectAdeToken = { ...example<object>("inspectAdeToken"), simulated };
  const told = await runInBoth(`ade token show ${FILE}`, { tenant: { ade, inspectAdeToken }, folder: folderWith() });
  expect(told.en).toMatchObject({ exit: 0, stderr: expect.stringContaining(en) });
  expect(told.ja.stderr).toContain(ja);
  expect(told.en.stderr).not.toContain("ade token set");
});

test("shows an expired token of Apple's, in both languages", async () => {
  const ade = { ...tenant.ade, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" } as const };
  const inspectAdeToken = {
    ...example<object>("inspectAdeToken"),
    simulated: false,
    inForce: true,
    expiresAt: "2020-01-01T00:00:00.000Z",
  };
  const told = await runInBoth(`ade token show ${FILE}`, { tenant: { ade, inspectAdeToken }, folder: folderWith() });
  expect(told.en.stderr).toContain("this token has expired: download a new token from the same MDM server entry");
  expect(told.ja.stderr).toContain("このトークンは期限切れです。");
});

test("in a mirror, recognises an expired token by its file name", async () => {
  const folder = freshFolder();
  const name = "CLOMO_Token_2019-11-20T01-00-00Z_smime.p7m";
  writeFileSync(join(folder, name), encryptForCertificate(createTestKey().certificate, Buffer.from("{}")));
  const mirror = { ade: { ...example<Ade>("ade"), mirror: true, endpoint: null } };
  const { en, ja } = await runInBoth(`ade token show ${name}`, { tenant: mirror, folder });
  expect(en.stderr).toContain(
    "according to its name, this token has expired; steps to renew it: clomoctl renewals guide",
  );
  expect(ja.stderr).toContain("期限切れです");
});

test("in a mirror, reads only the file name", async () => {
  const folder = freshFolder();
  const name = "CLOMO_Token_2026-11-20T01-00-00Z_smime.p7m";
  writeFileSync(join(folder, name), encryptForCertificate(createTestKey().certificate, Buffer.from("{}")));
  const mirror = { ade: { ...example<Ade>("ade"), mirror: true, endpoint: null } };
  const ran = await run(`ade token show ${name} --lang en`, { tenant: mirror, folder });
  expect(ran).toMatchObject({ exit: 0, requests: [{ operation: "ade" }] });
  expect(ran.stdout).toContain("2027-11-20T01:00:00");
  expect(ran.stderr).toContain("CLOMO holds the key of this tenant's tokens");
});

test("refuses a token for another key, and a file that is not a token", async () => {
  const refused = new Failure("input-rejected", { what: text("encrypted for another key", "別の鍵です") });
  const folder = folderWith();
  const told = { tenant: { ...tenant, inspectAdeToken: refused }, folder };
  expect(await run(`ade token show ${FILE}`, told)).toMatchObject({ exit: 3, stdout: "" });
  writeFileSync(join(folder, "long.p7m"), new Uint8Array(300_000));
  expect(await run("ade token show long.p7m", { tenant, folder })).toMatchObject({ exit: 3, stdout: "" });
  expect(await run("ade token show none.p7m", { tenant, folder })).toMatchObject({ exit: 6, stdout: "" });
});
