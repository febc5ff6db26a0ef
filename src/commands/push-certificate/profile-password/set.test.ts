import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ade, PushCertificate } from "../../../lib/client/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
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

test("sends the password from a file or stdin and shows it nowhere, in both languages", async () => {
  const { en, ja } = await runInBoth(`push-cert profile-password set --password-file ${fileWith(`${CANARY}\n`)}`, {
    tenant,
  });
  expect(en.requests).toEqual([...ASKED, { operation: "setProfilePassword", json: { password: CANARY } }]);
  expect(en).toMatchObject({ exit: 0, stderr: "recorded; the password itself is not saved\n" });
  expect(ja.stderr).toBe("記録しました。パスワード自体は保存していません\n");
  expect(en.stdout).toContain("2026-11-20T01:00:00.000Z");
  const piped = await run("push-cert profile-password set --password-stdin", { tenant, stdin: CANARY });
  expect(piped.requests).toEqual(en.requests);
  expect(JSON.stringify([en.stdout, en.stderr, ja.stdout, piped.stdout, piped.stderr])).not.toContain(CANARY);
});

test("otherwise asks for it twice without echo, and asks again if it is invalid", async () => {
  const typing = [
    ["at most 64 characters", "パス\r"],
    ["the password must consist of", "\u0015"],
    ["password (", `${CANARY}\r`],
    ["password again:", `${CANARY}\r`],
  ] as const;
  const { exit, requests, stderr } = await run("push-cert profile-password set", { tenant, terminal: { typing } });
  expect(exit).toBe(0);
  expect(requests).toEqual([...ASKED, { operation: "setProfilePassword", json: { password: CANARY } }]);
  expect(stderr).not.toContain(CANARY);
});
