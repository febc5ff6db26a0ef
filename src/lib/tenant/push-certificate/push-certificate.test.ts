import { createPublicKey, X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCertificateRequest, createRequestKey } from "../../apple/keys/certificate-request.ts";
import { readSigningRequest } from "../../apple/index.ts";
import { issuePushCertificate, type PushCertificateOptions } from "#support/apple/push-portal.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const CANARY_PASSWORD = "Canary-42!";
const SUBJECT = { email: "mdm@example.co.jp", name: "Hanako Yamada" };
const ACCOUNT = "mdm@example.co.jp";
const TOPIC = "com.apple.mgmt.External.0001";
// the tenant's clock begins at 2026-04-01
const FIRST: PushCertificateOptions = { topic: TOPIC, from: "2026-03-01T00:00:00Z", to: "2026-06-01T00:00:00Z" };
const NEXT: PushCertificateOptions = { ...FIRST, from: "2026-03-31T00:00:00Z", to: "2027-03-31T00:00:00Z" };

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant.close());

const push = () => tenant.client["push-certificate"];
const request = async (more: object = SUBJECT): Promise<string> => (await push().request(more)).request;
const send = (pem: string, more: object = {}) =>
  push().upload({ name: "new.pem", content: Buffer.from(pem).toString("base64"), appleAccount: ACCOUNT, ...more });

/** A whole year: request, portal, upload. */
const year = async (issuing: PushCertificateOptions, more: object = {}) =>
  send(await issuePushCertificate(await request(), issuing), more);

const addDevices = (rows: readonly (readonly [platform: string, status: string])[]) =>
  tenant.import({ kind: "devices", mode: "append" }, [
    ["シリアルナンバー", "プラットフォーム", "ステータス"],
    ...rows.map(([platform, status], index) => [`SERIAL${index}`, platform, status]),
  ]);

const useSimulator = async (): Promise<void> => {
  tenant.apple = async () => ({ status: 200, headers: {}, body: '{"simulator":"clomoctl"}' });
  await tenant.client.ade.setEndpoint({ kind: "simulator", url: "http://127.0.0.1:8080" });
};
const mirror = () => tenant.database.run("update tenant set mirroredAt = '2026-03-01T00:00:00.000Z'");

describe("a signing request", () => {
  test("is created once with a sealed key, and returned again until it is replaced", async () => {
    const first = await push().request(SUBJECT);
    expect(first.created).toBe(true);
    expect(first.certificate.request).toMatchObject({ ...SUBJECT, country: "JP" });
    const { publicKey } = readSigningRequest({ name: "a", bytes: Buffer.from(first.request) });
    expect(first.certificate.request?.publicKey).toBe(publicKey);
    expect(await push().request({})).toMatchObject({ created: false, request: first.request });
    expect(await push().request({ ...SUBJECT, country: "jp" })).toMatchObject({ created: false });
    const other = await push().request({ startOver: true });
    expect(other).toMatchObject({ created: true, certificate: { request: SUBJECT } });
    expect(other.request).not.toBe(first.request);
    expect(JSON.stringify(tenant.sql("select * from push_certificate"))).not.toContain("PRIVATE KEY");
  });

  test("needs the key that sealed the previous request, unless it starts over", async () => {
    await year(FIRST);
    tenant.sealingKey = "other-";
    expect(await failureOf(push().request(SUBJECT))).toMatchObject({ code: "input-rejected" });
    expect(await push().request({ ...SUBJECT, startOver: true })).toMatchObject({ created: true });
  });

  test("is not returned again if its key can no longer be opened", async () => {
    const first = await request();
    tenant.sealingKey = "other-";
    expect(await failureOf(push().request({}))).toMatchObject({ code: "input-rejected" });
    tenant.sealingKey = "first-";
    expect(await request({})).toBe(first);
    tenant.sealingKey = "other-";
    expect(await request({ startOver: true })).not.toBe(first);
  });

  test("with other details than the staged request is rejected, unless it starts over", async () => {
    await request();
    const failed = await failureOf(push().request({ email: "other@example.jp" }));
    expect(failed).toMatchObject({ code: "input-rejected", hint: { en: expect.stringContaining("--start-over") } });
    expect(failed?.what.en).toContain(
      'the staged signing request contains "mdm@example.co.jp", not "other@example.jp"',
    );
    const anew = await push().request({ email: "other@example.jp", startOver: true });
    expect(anew.certificate.request).toMatchObject({ email: "other@example.jp", name: "Hanako Yamada" });
  });

  test.each([
    [{}, "--email"],
    [{ email: SUBJECT.email }, "--name"],
    [{ ...SUBJECT, email: "山田@example.jp" }, "--email"],
    [{ ...SUBJECT, email: "a, b@example.jp" }, "--email"],
    [{ ...SUBJECT, name: "Yamada" }, "--name"],
    [{ ...SUBJECT, name: "山田 花子" }, "--name"],
    [{ ...SUBJECT, name: "Hanako  Yamada" }, "--name"],
    [{ ...SUBJECT, name: `Hanako ${"a".repeat(60)}` }, "--name"],
    [{ ...SUBJECT, country: "JA" }, "--country"],
    [{ ...SUBJECT, country: "日本" }, "--country"],
  ])("with these details is rejected: %j", async (wanted, where) => {
    expect(await failureOf(push().request(wanted))).toMatchObject({ code: "input-rejected", where });
    expect(tenant.sql("select * from push_certificate")).toEqual([]);
  });
});

describe("an upload", () => {
  test("stores the certificate of the staged request with its expiry, and leaves one audit record", async () => {
    const uploaded = await year(NEXT);
    expect(uploaded).toMatchObject({ unchanged: false, losing: null, dryRun: false });
    expect(uploaded.warnings).toEqual([expect.objectContaining({ en: expect.stringContaining("not compared") })]);
    const after = {
      topic: TOPIC,
      expiresAt: "2027-03-31T00:00:00Z",
      appleAccount: ACCOUNT,
      issuedByApple: true,
      issuer: "CN=Apple Application Integration 2 Certification Authority, O=Apple Inc.",
      issuerKeyId: "0102030405060708090a0b0c0d0e0f1011121314",
      simulated: false,
      request: null,
      uploadedBy: "owner",
    };
    expect(uploaded.after).toMatchObject(after);
    expect(await push().show()).toEqual(uploaded.after);
    const items = await tenant.client.renewals.list();
    expect(items).toMatchObject([
      {
        kind: "push-certificate",
        name: "APSP:0001",
        topic: TOPIC,
        expiresAt: "2027-03-31T00:00:00Z",
        certainty: "exact",
        account: ACCOUNT,
        fingerprint: uploaded.after.fingerprint,
      },
    ]);
    const records = tenant.sql("select record from audit").map(({ record }) => JSON.parse(String(record)) as object);
    expect(records).toMatchObject([
      { action: "push-certificate.request" },
      { action: "push-certificate.upload", before: { topic: null }, after: { topic: TOPIC, losing: null } },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/PRIVATE KEY|enrolledDevices/);
  });

  test("of the same topic updates the renewal item, which keeps its name and people", async () => {
    await year(FIRST);
    const [item] = await tenant.client.renewals.list();
    await tenant.client.renewals.edit(item?.id ?? "", { name: "本社", owner: "it@example.jp" });
    expect((await year(NEXT)).warnings).toEqual([]);
    expect(await tenant.client.renewals.list()).toMatchObject([
      { id: item?.id, name: "本社", owner: "it@example.jp", expiresAt: "2027-03-31T00:00:00Z" },
    ]);
  });

  test("updates an item that was recorded by hand if it is the only one", async () => {
    const known = { kind: "push-certificate", name: "本社", account: "recorded@example.jp" } as const;
    const item = await tenant.client.renewals.add({ ...known, expiresAt: "2026-06-01T00:00:00.000Z" });
    expect((await push().show()).appleAccount).toBe("recorded@example.jp");
    const { warnings } = await year(NEXT);
    expect(warnings.map(({ en }) => en)).toEqual([
      expect.stringContaining("the current topic is not recorded"),
      expect.stringContaining("not compared"),
      expect.stringContaining("was recorded@example.jp"),
    ]);
    expect(await tenant.client.renewals.list()).toMatchObject([{ id: item.id, topic: TOPIC, account: ACCOUNT }]);
  });

  test("of the same file changes nothing; another Apple Account is recorded", async () => {
    const pem = await issuePushCertificate(await request(), NEXT);
    await send(pem);
    const before = [tenant.sql("select * from push_certificate"), tenant.sql("select seq from audit").length];
    expect(await send(pem)).toMatchObject({ unchanged: true });
    expect([tenant.sql("select * from push_certificate"), tenant.sql("select seq from audit").length]).toEqual(before);
    const moved = await send(pem, { appleAccount: "new@example.jp" });
    expect(moved).toMatchObject({ unchanged: false, after: { appleAccount: "new@example.jp", topic: TOPIC } });
    expect(moved.warnings[0]?.en).toContain(`was ${ACCOUNT}`);
  });

  test("for another request, or without one, is rejected with a hint and keeps the staged key", async () => {
    const key = await createRequestKey();
    const foreign = await createCertificateRequest({ privateKey: key, ...SUBJECT, country: "JP" });
    const pem = await issuePushCertificate(foreign, NEXT);
    expect(await failureOf(send(pem))).toMatchObject({
      code: "input-rejected",
      hint: { en: expect.stringContaining("push-certificate csr --email MAIL --name NAME -o") },
    });
    await request();
    const failed = await failureOf(send(pem));
    expect(failed).toMatchObject({ code: "input-rejected", where: "new.pem" });
    expect(failed?.hint?.ja).toContain("作成済みの CSR をもう一度書き出し");
    expect((await push().show()).request).not.toBeNull();
  });

  test.each([
    ["expired", { ...NEXT, to: "2026-03-31T12:00:00Z" }, "expired on"],
    ["not valid yet", { ...NEXT, from: "2026-05-01T00:00:00Z" }, "not valid before"],
    ["no later than the one in use", { ...NEXT, to: FIRST.to }, "not later than"],
  ])("is rejected: %s", async (_, issuing, told) => {
    await year(FIRST);
    expect((await failureOf(year(issuing)))?.what.en).toContain(told);
    expect((await push().show()).expiresAt).toBe(FIRST.to);
  });

  test("from another issuer is accepted with a warning if it is named Apple, and rejected otherwise", async () => {
    await year(FIRST);
    const issuer = (name: string) => [{ CN: [{ utf8String: "CA 9" }] }, { O: [{ utf8String: name }] }];
    expect(await failureOf(year({ ...NEXT, issuer: issuer("own") }))).toMatchObject({
      code: "input-rejected",
      what: { en: expect.stringContaining("different issuer, and not Apple: ") },
    });
    const { warnings } = await year({ ...NEXT, issuer: issuer("Apple Inc.") });
    expect(warnings).toEqual([expect.objectContaining({ en: expect.stringContaining("Apple may have changed it") })]);
  });

  test.each([
    ["words", "no certificate"],
    ["a request", undefined],
  ])("that is not a push certificate is rejected: %s", async (_, content) => {
    const sent = content ?? (await request());
    expect(await failureOf(send(sent))).toMatchObject({ code: "input-rejected", where: "new.pem" });
  });

  test("does not store a private key from the file", async () => {
    const pem = await issuePushCertificate(await request(), NEXT);
    await send(`${await createRequestKey()}${pem}`);
    const [row] = tenant.sql("select certificate, privateKey from push_certificate");
    expect(new X509Certificate(String(row?.["certificate"])).subject).toContain(TOPIC);
    expect(JSON.stringify(row)).not.toContain("PRIVATE KEY");
  });

  test("as a dry run shows the result and changes nothing", async () => {
    const uploaded = await year(NEXT, { dryRun: true });
    expect(uploaded).toMatchObject({ dryRun: true, after: { topic: TOPIC } });
    expect(await push().show()).toMatchObject({ topic: null, request: SUBJECT });
    expect(await tenant.client.renewals.list()).toEqual([]);
  });

  test.each(["", "no address", "山田@example.jp"])("rejects an invalid Apple Account: %j", async (appleAccount) => {
    const pem = await issuePushCertificate(await request(), NEXT);
    expect((await failureOf(send(pem, { appleAccount })))?.code).toMatch(/^(input-rejected|usage)$/);
  });
});

describe("another topic", () => {
  const OTHER = { ...NEXT, topic: `${TOPIC}2` };

  test("is rejected unless the exact number of lost devices is accepted, even if it is 0", async () => {
    await year(FIRST);
    const failed = await failureOf(year(OTHER));
    expect(failed?.what.en).toContain(`from ${TOPIC} to ${TOPIC}2: 0 enrolled devices`);
    expect(failed?.hint?.en).toMatch(/Renew .*clomoctl push-certificate csr -o \S+\.csr.*--accept-losing-devices 0$/);
    expect(await failureOf(year(OTHER, { acceptLosingDevices: 1 }))).toMatchObject({
      code: "input-rejected",
      where: "--accept-losing-devices",
    });
    expect(await year(OTHER, { acceptLosingDevices: 0 })).toMatchObject({ losing: 0, after: { topic: OTHER.topic } });
    expect(await tenant.client.renewals.list()).toMatchObject([{ topic: OTHER.topic, expiresAt: OTHER.to }]);
  });

  test("counts managed devices of Apple or of an unknown platform, and no others", async () => {
    await addDevices([
      ["iOS", "管理中"],
      ["macOS", "管理中"],
      ["iOS", "事前登録"],
      ["iOS", "管理外"],
      ["Android", "管理中"],
      ["Windows", "管理中"],
      ["", "管理中"],
    ]);
    await year(FIRST);
    expect((await push().show()).enrolledDevices).toBe(3);
    expect((await failureOf(year(OTHER)))?.what.ja).toContain("管理中のデバイス 3 台が");
    expect((await failureOf(year(OTHER, { acceptLosingDevices: 2 })))?.what.en).toContain("3 enrolled devices");
    expect(await year(OTHER, { acceptLosingDevices: 3 })).toMatchObject({ losing: 3 });
    const [record] = tenant.sql("select record from audit order by seq desc limit 1");
    expect(JSON.parse(String(record?.["record"]))).toMatchObject({ after: { losing: 3 } });
  });

  test("is also compared with a topic recorded by hand", async () => {
    const known = { kind: "push-certificate", name: "本社", topic: TOPIC, certainty: "exact" } as const;
    await tenant.client.renewals.add({ ...known, expiresAt: "2026-06-01T00:00:00.000Z" });
    expect((await failureOf(year(OTHER)))?.hint?.en).toContain("--accept-losing-devices 0");
    await year(NEXT);
  });
});

describe("mirrors and simulators", () => {
  const simulated = { ...NEXT, organisation: "SIMULATOR" };

  test("a mirror rejects requests, uploads and the password with the console's steps, but shows the status", async () => {
    const pem = await issuePushCertificate(await request(), NEXT);
    mirror();
    const password = () => push().setProfilePassword({ password: CANARY_PASSWORD });
    for (const refused of [push().request(SUBJECT), send(pem), password()]) {
      const failed = await failureOf(refused);
      expect(failed?.code).toBe("not-permitted");
      expect(failed?.hint?.ja).toContain("MDM 構成プロファイルの作成ウィザード");
    }
    expect((await push().show()).simulator).toBe(false);
    await useSimulator();
    expect((await password()).profilePasswordSetAt).not.toBeNull();
  });

  test("a mirror with a simulator as endpoint may rehearse", async () => {
    mirror();
    // refused before its details are looked at
    expect((await failureOf(push().request({})))?.code).toBe("not-permitted");
    await useSimulator();
    expect((await year(simulated)).after).toMatchObject({ simulated: true, simulator: true });
  });

  test("with a simulator, hints name its commands and not Apple's portal", async () => {
    await useSimulator();
    const pem = await issuePushCertificate(await request(), simulated);
    await push().request({ ...SUBJECT, startOver: true });
    const refused = await failureOf(send(pem));
    expect(refused?.hint?.ja).toMatch(
      /clomoctl push-certificate csr -o (?<file>\S+\.csr)`\).*clomoctl ade simulator do push-certificate --csr \k<file> --url /,
    );
    expect(refused?.hint?.en).not.toContain("--start-over");
    expect(JSON.stringify(refused?.hint)).not.toMatch(/Apple's portal|Apple のポータル/);
  });

  test("for another topic, the hint is to write the staged request again before renewing", async () => {
    await useSimulator();
    await year(simulated);
    const refused = await failureOf(year({ ...simulated, topic: `${TOPIC}2`, to: "2028-03-31T00:00:00Z" }));
    for (const hint of [refused?.hint?.en, refused?.hint?.ja]) {
      expect(hint).toMatch(
        /clomoctl push-certificate csr -o (?<file>\S+\.csr)`\).*clomoctl ade simulator do push-certificate --csr \k<file> --renew /,
      );
    }
  });

  test("for a certificate without a request, the hint is how to create one for the recorded account", async () => {
    await useSimulator();
    await year(simulated);
    const pem = await issuePushCertificate((await push().request(SUBJECT)).request, simulated);
    tenant.database.run("update push_certificate set stagedRequest = null, stagedPublicKey = null, stagedAt = null");
    const refused = await failureOf(send(pem));
    expect(refused?.hint?.en).toContain("clomoctl push-certificate csr --email mdm@example.co.jp --name NAME -o");
    expect(refused?.hint?.en).toContain(`--renew ${TOPIC} --url`);
  });

  test("a simulator's clock may be ahead", async () => {
    await useSimulator();
    const later = { ...simulated, from: "2027-03-01T00:00:00Z", to: "2028-03-01T00:00:00Z" };
    const { warnings } = await year(later);
    expect(warnings.map(({ en }) => en)).toContainEqual(expect.stringContaining("not valid before"));
    expect((await failureOf(year({ ...later, organisation: "例", to: "2029-03-01T00:00:00Z" })))?.code).toBe(
      "input-rejected",
    );
  });

  test("a simulator's certificate is rejected if the endpoint is not a simulator", async () => {
    const failed = await failureOf(year(simulated));
    expect(failed).toMatchObject({ code: "input-rejected", where: "new.pem" });
    expect(failed?.what.en).toContain("simulator");
  });
});

describe("the password for installing the profile", () => {
  test("is recorded as set, but stored nowhere", async () => {
    const state = await push().setProfilePassword({ password: CANARY_PASSWORD });
    expect(state.profilePasswordSetAt).toMatch(/^2026-04-01T/);
    const everything = tenant
      .sql("select name from sqlite_schema where type = 'table'")
      .map(({ name }) => JSON.stringify(tenant.sql(`select * from "${String(name)}"`)));
    expect(everything.join("\n")).not.toContain(CANARY_PASSWORD);
  });

  test.each([
    ["blank", ""],
    ["a blank", "a b"],
    ["Japanese", "パスワード"],
    ["65 characters", "a".repeat(65)],
  ])("is rejected without being shown: %s", async (_, password) => {
    const failed = await failureOf(push().setProfilePassword({ password }));
    expect(failed?.code).toBe("input-rejected");
    expect((await push().show()).profilePasswordSetAt).toBeNull();
  });

  test("of 64 characters is accepted", async () => {
    await push().setProfilePassword({ password: "~".repeat(64) });
    expect((await push().show()).profilePasswordSetAt).not.toBeNull();
  });
});

test("the stored key belongs to the certificate", async () => {
  await year(NEXT);
  const [row] = tenant.sql("select certificate, privateKey, stagedKey from push_certificate");
  const sealed = Buffer.from(String(row?.["privateKey"]).slice(tenant.sealingKey.length), "base64url").toString();
  const key = [...sealed].slice("push-certificate\n".length).toReversed().join("");
  const own = createPublicKey(key).export({ type: "spki", format: "pem" });
  expect(new X509Certificate(String(row?.["certificate"])).publicKey.export({ type: "spki", format: "pem" })).toBe(own);
  expect(row?.["stagedKey"]).toBeNull();
});
