import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { same } from "../../../lib/text/index.ts";
import { run, runInBoth } from "#support/commands/program.ts";

const backupCodes = Array.from({ length: 10 }, (_, n) => `AAAA-BBBB-CCC${n}`);
const KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const URI = `otpauth://totp/x:taro?secret=${KEY}&issuer=x&algorithm=SHA1&digits=6&period=30`;
const createTotp = { secret: KEY, uri: URI };
const confirmTotp = { backupCodes };

test("at a terminal, shows the key, asks for the first code, and shows the backup codes once", async () => {
  const typing = [["Code that the app shows", "123456\r"]] as const;
  const { exit, stdout, stderr, requests } = await run("clomo-account totp enable", {
    tenant: { createTotp, confirmTotp },
    terminal: { typing },
  });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "createTotp" }, { operation: "confirmTotp", json: { code: "123456" } }]);
  expect(stderr).toContain(KEY);
  for (const code of backupCodes) expect(stdout).toContain(code);
});

test("does not name an option if the code was typed at a prompt", async () => {
  const wrong = new Failure("input-rejected", { what: same("wrong code"), where: "json.code" });
  const { stderr } = await run("clomo-account totp enable", {
    tenant: { createTotp, confirmTotp: wrong },
    terminal: { typing: [["Code that the app shows", "123456\r"]] },
  });
  expect(stderr).toContain("wrong code");
  expect(stderr).not.toMatch(/--code|json/);
});

test("without a terminal, shows the key, and fails because the first code is missing", async () => {
  const { en, ja } = await runInBoth("clomo-account totp enable", { tenant: { createTotp } });
  expect([en.exit, ja.exit]).toEqual([2, 2]);
  expect(en.requests).toEqual([{ operation: "createTotp" }]);
  expect(en.stderr).toContain(URI);
  expect(en.stderr).toContain("pass --code CODE");
  expect(ja.stderr).toContain(`アプリに入力するキー: ${KEY}`);
});

test("--code confirms the key of the previous run", async () => {
  const { requests, stdout } = await run("clomo-account totp enable --code 123456 --format json", {
    tenant: { confirmTotp },
  });
  expect(requests).toEqual([{ operation: "confirmTotp", json: { code: "123456" } }]);
  expect(JSON.parse(stdout)).toEqual(backupCodes.map((backupCode) => ({ backupCode })));
});
