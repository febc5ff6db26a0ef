import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade, PushCertificate } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { OPERATIONS } from "../../../lib/model/role.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";
import { testFenced, testUnshowable, testWrongLines } from "#support/commands/refusals.ts";
import { example } from "#support/commands/tenant.ts";

const AT_ADE = { ade: example<Ade>("ade") };
const ASKED = [{ operation: "ade" }];

const CANARY = "Canary-42!";
const set = example<PushCertificate>("pushCertificate", { profilePasswordSetAt: "2026-11-20T01:00:00.000Z" });
const tenant = { ...AT_ADE, setProfilePassword: set };

const fileWith = (content: string): string => {
  const file = join(freshFolder(), "pw.txt");
  writeFileSync(file, content, { mode: 0o600 });
  return file;
};

test("sends the password that a file or stdin has; nothing shows it, in both languages", async () => {
  const { en, ja } = await inBoth(`push-cert profile-password set --password-file ${fileWith(`${CANARY}\n`)}`, {
    tenant,
  });
  expect(en.requests).toEqual([...ASKED, { operation: "setProfilePassword", json: { password: CANARY } }]);
  expect(en).toMatchObject({ exit: 0, stderr: "recorded; the password itself is kept nowhere\n" });
  expect(ja.stderr).toBe("記録しました。パスワード自体は保存していません\n");
  expect(en.stdout).toContain("2026-11-20T01:00:00.000Z");
  const piped = await run("push-cert profile-password set --password-stdin", { tenant, stdin: CANARY });
  expect(piped.requests).toEqual(en.requests);
  expect(JSON.stringify([en.stdout, en.stderr, ja.stdout, piped.stdout, piped.stderr])).not.toContain(CANARY);
});

test("else it is asked for twice, without echo; one that is none is asked for again", async () => {
  const typing = [
    ["at most 64 characters", "パス\r"],
    ["the password has to be", "\u0015"],
    ["パスワード", `${CANARY}\r`],
    ["パスワード again:", `${CANARY}\r`],
  ] as const;
  const { exit, requests, stderr } = await run("push-cert profile-password set", { tenant, terminal: { typing } });
  expect(exit).toBe(0);
  expect(requests).toEqual([...ASKED, { operation: "setProfilePassword", json: { password: CANARY } }]);
  expect(stderr).not.toContain(CANARY);
});

test("without a terminal the file is asked for; what the tenant refuses is told", async () => {
  const { en, ja } = await inBoth("push-cert profile-password set", { tenant: AT_ADE });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(ja.stderr).toContain("--password-file FILE");
  const refused = new Failure("input-rejected", { what: text("no", "不可") });
  const line = `push-cert profile-password set --password-file ${fileWith("x")}`;
  const told = await inBoth(line, { tenant: { ...AT_ADE, setProfilePassword: refused } });
  expect(told.en).toMatchObject({ exit: 3, stdout: "", stderr: "error: no\n" });
  expect(told.ja.stderr).toBe("エラー: 不可\n");
});

test("who may not is told so before anything is read or asked", async () => {
  const { en, ja } = await inBoth("push-cert profile-password set --as hanako", {
    tenant: { whoami: example("whoami") },
  });
  expect(en).toMatchObject({ exit: 4, stdout: "", requests: [{ operation: "whoami" }] });
  expect(en.stderr).toContain(`hanako may not ${OPERATIONS["apple.write"].about.en}`);
  expect(ja.stderr).toContain("「hanako」の権限では行えません");
});

testWrongLines(["push-cert profile-password set --password-stdin --password-file a", "--password"]);
testUnshowable("push-cert profile-password set --password-stdin");

testFenced(
  "renewals guide push-certificate",
  "push-cert profile-password set --no-input",
  "push-cert profile-password set --password-file none.txt",
);
