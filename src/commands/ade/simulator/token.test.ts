import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testKey } from "#support/apple/simulator/key.ts";
import { openedToken } from "#support/apple/simulator/mdm.ts";
import { freshFolder } from "#support/commands/program.ts";
import { rehearsal } from "#support/commands/ade/simulated.ts";

const KEY = testKey();

function folderWithKey(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "key.pem"), KEY.certificate);
  return folder;
}

test("writes the token of the public key, under the name that Apple would give it, and says which", async () => {
  const folder = folderWithKey();
  const { inBoth, requests } = rehearsal();
  const line = "ade simulator token --public-key key.pem";
  const { en, ja } = await inBoth(line, { folder });
  const name = "SIMULATOR_MDM_Server_Token_2026-11-20T01-00-00Z_smime.p7m";
  expect(requests[0]).toEqual({
    asked: "POST http://127.0.0.1:8600/_simulator/tokens",
    body: { certificate: KEY.certificate },
  });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: `written: ${name}\nto set it: clomoctl ade token set ${name}\n`,
  });
  // the one that is there is kept
  const second = name.replace(".p7m", "-2.p7m");
  expect(ja.stderr).toBe(`書き出しました: ${second}\n設定するには: clomoctl ade token set ${second}\n`);
  const token = openedToken(readFileSync(join(folder, second), "utf8"), KEY.privateKey);
  expect(token.consumer_key).toContain("CK_SIMULATOR_");
});

test("another server, another administrator, another file", async () => {
  const folder = folderWithKey();
  const { run, requests } = rehearsal();
  const words = "--server Jamf --admin jiro@example.jp -o SIMULATOR-t.p7m";
  expect(await run(`ade simulator token --public-key key.pem ${words}`, { folder })).toMatchObject({ exit: 0 });
  expect(requests[0]?.body).toMatchObject({ server: "Jamf", admin: "jiro@example.jp" });
  expect(statSync(join(folder, "SIMULATOR-t.p7m")).size).toBeGreaterThan(1000);
  const out = await run("ade simulator token --public-key key.pem -o -", { folder });
  expect(out.stdout).toMatch(/^Content-Type: application\/pkcs7-mime/);
});

test("a file that does not say SIMULATOR is refused, before the former token is ended", async () => {
  const folder = folderWithKey();
  const { inBoth, requests } = rehearsal();
  const { en, ja } = await inBoth("ade simulator token --public-key key.pem -o token.p7m", { folder });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("-o SIMULATOR-token.p7m");
  expect(ja.stderr).toContain("SIMULATOR を含めてください");
  expect(requests).toEqual([]);
  expect(readdirSync(folder)).toEqual(["key.pem"]);
});

test("what is no public key is 3, and no file is written", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "key.pem"), "x");
  const { inBoth } = rehearsal();
  const { en, ja } = await inBoth("ade simulator token --public-key key.pem", { folder });
  expect(en).toMatchObject({ exit: 3, stderr: "error: the public key is not a certificate in PEM with an RSA key\n" });
  expect(ja.stderr).toContain("公開鍵ファイルが");
  expect(readdirSync(folder)).toEqual(["key.pem"]);
});
