import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readAdeToken } from "../../ade-token.ts";
import { decodeLatin1, decodeWrappedBase64 } from "../../encoding/pem.ts";
import { readRenewables } from "../../read.ts";
import { describeWithOpenssl, createPropertyList, OpensslWorkspace } from "#support/apple/openssl.ts";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { decryptServerToken, parseBody, simulateApple, type Mdm } from "#support/apple/simulator/mdm.ts";

const KEY = createTestKey();
const DAY_MS = 24 * 3600 * 1000;

const tokenOf = (mdm: Mdm, wish: object = {}) =>
  mdm.control("POST", "/tokens", { certificate: KEY.certificate, ...wish });

test("apple 1: a token is S/MIME that clomoctl opens, named like a download from Apple", async () => {
  const { mdm } = simulateApple();
  const answer = await tokenOf(mdm);
  expect(answer.headers["content-disposition"]).toBe(
    "attachment; filename*=UTF-8''SIMULATOR_MDM_Server_Token_2026-11-20T01-00-00Z_smime.p7m",
  );
  expect(answer.body).toMatch(
    /^Content-Type: application\/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data\r\n/,
  );
  expect(
    Math.max(
      ...answer.body
        .split("\r\n")
        .slice(5)
        .map((line) => line.length),
    ),
  ).toBe(76);
  const file = { name: "SIMULATOR_MDM_Server_Token_2026-11-20T01-00-00Z_smime.p7m", bytes: Buffer.from(answer.body) };
  const [read] = readRenewables(file, { keys: [KEY.privateKey] });
  expect(read?.expiring).toMatchObject({ kind: "ade-token", expiresAt: "2027-11-20T01:00:00Z", certainty: "exact" });
  const der = decodeWrappedBase64(decodeLatin1(file.bytes)) ?? new Uint8Array();
  expect(readAdeToken(file, der, [KEY.privateKey]).expiring.name).toBe("SIMULATOR_MDM_Server");
  expect(decryptServerToken(answer.body, KEY.privateKey).consumer_key).toMatch(/^CK_SIMULATOR_[0-9a-f]{40}$/);
});

test("the consumer key depends on administrator and server, and each access token is new", async () => {
  const { mdm } = simulateApple();
  const opened = async (wish: object = {}) => decryptServerToken((await tokenOf(mdm, wish)).body, KEY.privateKey);
  const [first, again] = [await opened(), await opened()];
  const [other, elsewhere] = [await opened({ admin: "jiro@example.jp" }), await opened({ server: "other" })];
  expect(again.consumer_key).toBe(first.consumer_key);
  expect(again.access_token).not.toBe(first.access_token);
  expect(new Set([first.consumer_key, other.consumer_key, elsewhere.consumer_key]).size).toBe(3);
});

test.each(["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])(
  "%j is not a public key, and the former token stays valid",
  async (certificate) => {
    const { mdm } = simulateApple();
    await mdm.signIn();
    const answer = await mdm.control("POST", "/tokens", { certificate });
    expect(answer).toMatchObject({ status: 422 });
    expect(parseBody(answer)).toMatchObject({ type: "input-rejected" });
    expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  },
);

describeWithOpenssl("what portals give, by openssl", () => {
  test("smime -decrypt opens a token", async () => {
    const workshop = new OpensslWorkspace();
    const { mdm } = simulateApple();
    const pair = workshop.certificate({ subject: "/CN=clomoctl" });
    const { body } = await mdm.control("POST", "/tokens", { certificate: pair.certificate });
    const file = workshop.file("SIMULATOR_smime.p7m", body);
    const opened = workshop.run(
      "smime",
      "-decrypt",
      "-in",
      file,
      "-inkey",
      pair.keyFile,
      "-recip",
      pair.certificateFile,
    );
    expect(opened.toString()).toMatch(
      /-----BEGIN MESSAGE-----\r\n\{"consumer_key":"CK_SIMULATOR_.*\}\r\n-----END MESSAGE-----/,
    );
    workshop.close();
  });

  test("a push certificate lasts a year, and its renewal keeps the topic in every CSR format", async () => {
    const workshop = new OpensslWorkspace();
    const { mdm } = simulateApple();
    const csrFile = workshop.request(workshop.key(), "/CN=Taro Yamada/C=JP/emailAddress=push@example.jp");
    const csr = readFileSync(csrFile, "utf8");
    const der = workshop.run("req", "-in", csrFile, "-outform", "DER").toString("base64");
    const list = createPropertyList(`<key>PushCertRequestCSR</key><string>${der}</string>`);
    const issue = async (body: object) => (await mdm.control("POST", "/push-certificates", body)).body;
    const first = await issue({ csr });
    const certificate = new X509Certificate(first);
    const { subject, issuer, validTo } = certificate;
    const topic = /UID=(?<topic>com\.apple\.mgmt\.External\.[0-9a-f-]{36})/.exec(subject)?.groups?.["topic"] ?? "";
    expect(subject).toContain(`CN=APSP:${topic.slice("com.apple.mgmt.External.".length)}`);
    expect(subject).toContain("C=JP");
    expect(issuer).toMatch(/O=SIMULATOR[^]*CN=SIMULATOR/);
    expect(new Date(validTo).toISOString()).toBe("2027-11-20T01:00:00.000Z");
    await mdm.control("POST", "/advance", { ms: 300 * DAY_MS });
    const wrapped = Buffer.from(list).toString("base64");
    const renewed = new X509Certificate(await issue({ csr: wrapped, renew: topic }));
    const bySerial = new X509Certificate(await issue({ csr, renew: certificate.serialNumber }));
    for (const next of [renewed, bySerial]) expect(next.subject).toBe(subject);
    expect(new Set([certificate, renewed, bySerial].map(({ serialNumber }) => serialNumber)).size).toBe(3);
    expect(new X509Certificate(await issue({ csr })).subject).not.toBe(subject);
    const file = workshop.file("first.pem");
    writeFileSync(file, first);
    expect(workshop.run("x509", "-in", file, "-noout", "-pubkey").toString()).toBe(
      workshop.run("req", "-in", csrFile, "-noout", "-pubkey").toString(),
    );
    const [read] = readRenewables({ name: "MDM_SIMULATOR_Certificate.pem", bytes: Buffer.from(first) });
    expect(read?.expiring).toMatchObject({ kind: "push-certificate", topic });
    workshop.close();
  });

  test("refuses a broken, altered or elliptic-key request, and a renewal of an unknown certificate", async () => {
    const workshop = new OpensslWorkspace();
    const { mdm } = simulateApple();
    const csrFile = workshop.request(workshop.key(), "/CN=Taro Yamada/C=JP");
    const csr = readFileSync(csrFile, "utf8");
    const der = workshop.run("req", "-in", csrFile, "-outform", "DER");
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const altered = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    const elliptic = readFileSync(workshop.request(workshop.key("ec"), "/CN=Taro Yamada"), "utf8");
    for (const broken of ["", "x", csr.slice(0, 200), altered, elliptic]) {
      const answer = await mdm.control("POST", "/push-certificates", { csr: broken });
      expect(parseBody(answer)).toMatchObject({ type: "input-rejected" });
    }
    const answer = await mdm.control("POST", "/push-certificates", { csr, renew: "com.apple.mgmt.External.none" });
    expect(parseBody(answer)).toMatchObject({ type: "not-found" });
    workshop.close();
  });
});

const configOf = (mdm: Mdm, path: string, bearer?: string) =>
  mdm.send({
    method: "GET",
    url: `http://127.0.0.1:8080/mdm/v2/${path}`,
    headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
  });

test("apple 5: a content token opens the location's configuration, which names the holder", async () => {
  const { mdm } = simulateApple();
  const answer = await mdm.control("POST", "/vpp-tokens", { org: "東京" });
  expect(answer.headers["content-disposition"]).toContain("sToken_for_SIMULATOR___");
  const content: unknown = JSON.parse(Buffer.from(answer.body, "base64").toString());
  expect(content).toEqual({
    token: expect.any(String),
    expDate: "2027-11-20T01:00:00+0000",
    orgName: "SIMULATOR 東京",
  });
  const [read] = readRenewables({ name: "sToken_for_SIMULATOR_.vpptoken", bytes: Buffer.from(answer.body) });
  expect(read?.expiring).toMatchObject({ kind: "vpp-token", expiresAt: "2027-11-20T01:00:00Z" });
  expect(parseBody(await configOf(mdm, "client/config", answer.body))).toMatchObject({
    locationName: "SIMULATOR 東京",
    tokenExpirationDate: "2027-11-20T01:00:00+0000",
    uId: expect.stringMatching(/^\d+$/),
    mdmInfo: {},
  });
  const holder = { id: "1", name: "other", metadata: "" };
  await mdm.control("POST", "/vpp-tokens", { org: "東京", holder });
  expect(parseBody(await configOf(mdm, "client/config", answer.body))).toMatchObject({ mdmInfo: holder });
  await mdm.control("POST", "/vpp-tokens", { org: "東京", holder: null });
  expect(parseBody(await configOf(mdm, "client/config", answer.body))).toMatchObject({ mdmInfo: {} });
});

test("apple 5: VPP errors have status 200 or 401, and the service configuration needs no token", async () => {
  const { mdm } = simulateApple();
  expect(parseBody(await configOf(mdm, "service/config"))).toMatchObject({
    errorCodes: expect.arrayContaining([{ errorNumber: 9622, errorMessage: "Invalid sToken" }]),
    urls: { clientConfig: "http://127.0.0.1:8080/mdm/v2/client/config" },
  });
  for (const bearer of [undefined, "other"]) {
    const answer = await configOf(mdm, "client/config", bearer);
    expect([answer.status, parseBody(answer)["errorNumber"]]).toEqual([401, 9622]);
  }
  const { body } = await mdm.control("POST", "/vpp-tokens", { org: "全社" });
  await mdm.control("POST", "/advance", { ms: 365 * DAY_MS });
  const expired = await configOf(mdm, "client/config", body);
  expect([expired.status, parseBody(expired)["errorNumber"]]).toEqual([200, 9621]);
  const posted = await mdm.send({ method: "POST", url: "http://127.0.0.1:8080/mdm/v2/client/config", headers: {} });
  expect(posted.status).toBe(404);
});
