import forge from "node-forge";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testKey } from "#support/apple/simulator/key.ts";
import { freshFolder } from "#support/commands/program.ts";
import { rehearsal } from "#support/commands/ade/simulated.ts";

/** A signing request in PEM. */
function request(): string {
  const { privateKey, certificate } = testKey();
  const csr = forge.pki.createCertificationRequest();
  csr.publicKey = forge.pki.certificateFromPem(certificate).publicKey as forge.pki.rsa.PublicKey;
  csr.setSubject([{ name: "commonName", value: "Taro Yamada" }]);
  csr.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(csr);
}

test("a new one has a topic of its own; --renew keeps it", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a.csr"), request());
  const { inBoth, run, requests } = rehearsal();
  const { en, ja } = await inBoth("ade simulator push-certificate --csr a.csr", { folder });
  expect(en).toMatchObject({
    exit: 0,
    stdout: "",
    stderr:
      "written: MDM_SIMULATOR_Certificate.pem\nto take it over: clomoctl push-certificate upload MDM_SIMULATOR_Certificate.pem --apple-account ADDRESS\n",
  });
  expect(ja.stderr).toBe(
    "書き出しました: MDM_SIMULATOR_Certificate-2.pem\n取り込むには: clomoctl push-certificate upload MDM_SIMULATOR_Certificate-2.pem --apple-account ADDRESS\n",
  );
  const { subject } = new X509Certificate(readFileSync(join(folder, "MDM_SIMULATOR_Certificate.pem")));
  const topic = /UID=(\S+)/.exec(subject)?.[1] ?? "";
  const line = `ade simulator push-certificate --csr a.csr --renew ${topic} -o SIMULATOR-new.pem`;
  expect(await run(line, { folder })).toMatchObject({ exit: 0 });
  expect(requests.at(-1)).toMatchObject({
    asked: "POST http://127.0.0.1:8600/_simulator/push-certificates",
    body: { renew: topic },
  });
  expect(new X509Certificate(readFileSync(join(folder, "SIMULATOR-new.pem"))).subject).toBe(subject);
});

test("what is no CSR is 3; a topic that the portal does not know is 6", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "a.csr"), request());
  writeFileSync(join(folder, "b.csr"), "x");
  const { inBoth } = rehearsal();
  const broken = await inBoth("ade simulator push-certificate --csr b.csr", { folder });
  expect(broken.en).toMatchObject({ exit: 3, stderr: expect.stringContaining("not a signing request") });
  expect(broken.ja.stderr).toContain("CSR ファイルではない");
  const { en, ja } = await inBoth("ade simulator push-certificate --csr a.csr --renew x", { folder });
  expect(en).toMatchObject({ exit: 6, stderr: expect.stringContaining("the portal has no certificate x") });
  expect(ja.stderr).toContain("証明書 x はありません");
});
