import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createPropertyList, describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { failureOf, openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const refusal = async (promise: Promise<unknown>) => (await failureOf(promise))?.what.en;

test("an app is created, changed, imported, exported and deleted by the ordinary verbs, without a task", async () => {
  const given = { kind: "MarketPlace", bundleId: "jp.example", version: "01.20", vppLocation: "本社", orgs: ["全社"] };
  const { after, consoleTask } = await tenant.client.apps.create({ name: "経費精算", licences: 3, ...given });
  expect([after, consoleTask]).toMatchObject([{ ...given, licences: 3, file: null }, null]);
  const edited = await tenant.client.apps.edit(after.id, { licences: 5 });
  expect(edited).toMatchObject({ before: { licences: 3 }, after: { licences: 5, orgs: ["全社"] }, consoleTask: null });
  expect(await refusal(tenant.client.apps.edit(after.id, { licences: -1 }))).toContain(
    "not a whole number of 0 or more",
  );
  expect(await refusal(tenant.client.apps.create({ name: "X", kind: "Enterprise", orgs: ["S9"] }))).toBe(
    "organisation not found: S9",
  );
  await tenant.import({ kind: "apps" }, "アプリ名,種類,ライセンス数\n受付,Enterprise,\n経費精算,MarketPlace,7\n");
  const rows = (await buffer(await tenant.client.apps.export({}))).toString().split("\r\n");
  expect(rows.slice(1, 3)).toEqual(["経費精算,MarketPlace,jp.example,01.20,7,本社,全社,,,", "受付,Enterprise,,,,,,,,"]);
  expect((await tenant.client.apps.history({ name: "経費精算" }))[0]?.versions).toHaveLength(3);
  await tenant.client.imports.commit(await tenant.client.imports.undo("last"));
  expect((await tenant.client.apps.find({ name: "経費精算" }))[0]?.licences).toBe(5);
  expect(await tenant.client.apps.find({ name: "受付" })).toEqual([]);
});

test("apps with fewer licences than devices are short", async () => {
  const { apps, devices, orgs } = tenant.client;
  const { after: sales } = await orgs.create({ name: "営業部", code: "S1" });
  for (const serialNumber of ["A1", "A2", "A3"]) await devices.create({ serialNumber, platform: "iOS" });
  await devices.create({ serialNumber: "B1", platform: "iOS", ownerOrg: sales.id, status: "管理中" });
  await devices.create({ serialNumber: "C1", platform: "Android" });
  const create = (name: string, values: object) => apps.create({ name, kind: "MarketPlace", ...values });
  await create("four for four", { licences: 4, orgs: ["全社"] });
  await create("three for four", { licences: 3, orgs: ["全社"] });
  await create("none for one", { licences: 0, orgs: ["S1"] });
  await create("one for the same one", { licences: 1, orgs: ["S1"], devices: ["B1"] });
  await create("one for two", { licences: 1, orgs: ["S1"], devices: ["A1"] });
  await create("unknown", { orgs: ["全社"] });
  await create("nobody", { licences: 0 });
  expect(await Array.fromAsync(apps.list({ short: true }), ({ name }) => name)).toEqual([
    "three for four",
    "none for one",
    "one for two",
  ]);
});

test("in a mirror, profiles and apps open no task", async () => {
  await tenant.import({ kind: "devices", fromConsole: true }, [["シリアルナンバー"], ["A1"]]);
  const { after } = await tenant.client.apps.create({ name: "A", kind: "Enterprise", devices: ["A1"] });
  await tenant.client.apps.edit(after.id, { memo: "m" });
  await tenant.import({ kind: "apps" }, "アプリ名,種類\nB,MarketPlace\n");
  await tenant.import({ kind: "config-profiles" }, "プロファイル名,種類\nVPN,vpn\n");
  expect(await tenant.client.console.list()).toEqual([]);
});

describeWithOpenssl("signed by openssl", () => {
  let workshop: OpensslWorkspace;
  beforeAll(() => void (workshop = new OpensslWorkspace()));
  afterAll(() => workshop.close());

  const sign = (expiry: string, more = ""): string => {
    const signer = workshop.certificate({ subject: "/CN=a" });
    const list = workshop.file(
      "list",
      createPropertyList(
        `<key>Name</key><string>受付</string><key>ExpirationDate</key><date>${expiry}T00:00:00Z</date>${more}`,
      ),
    );
    const by = ["-signer", signer.certificateFile, "-inkey", signer.keyFile, "-outform", "DER"];
    return workshop.run("cms", "-sign", "-binary", "-nodetach", "-in", list, ...by).toString("base64");
  };

  test("the provisioning profile of an Enterprise app gives a renewal item, which a newer file renews", async () => {
    const { apps, renewals } = tenant.client;
    const file = sign("2027-03-01");
    const { after } = await apps.create({ name: "受付", kind: "Enterprise", file });
    expect((await buffer(await apps.file(after.id))).toString("base64")).toBe(file);
    expect(await renewals.list()).toMatchObject([
      { kind: "custom", name: "受付", expiresAt: "2027-03-01T00:00:00Z", certainty: "exact" },
    ]);
    await apps.edit(after.id, { file: sign("2028-03-01") });
    expect(await renewals.list()).toMatchObject([{ name: "受付", expiresAt: "2028-03-01T00:00:00Z" }]);
    await tenant.client.imports.commit(await tenant.client.imports.undo("last"));
    expect(await renewals.list()).toMatchObject([{ name: "受付", expiresAt: "2027-03-01T00:00:00Z" }]);
    expect((await apps.find({ name: "受付" }))[0]?.file).toBe(after.file);
    expect(await refusal(apps.edit(after.id, { file: "aGVsbG8=" }))).toContain("not a provisioning profile");
  });

  test("a provisioning profile is kept with certificates and its second form, and nothing else", async () => {
    const { certificate, key } = workshop.certificate({ subject: "/CN=a" });
    const own = sign("2027-03-01");
    const again = "<key>DER-Encoded-Profile</key>";
    const write = (name: string, text: string) => `${name}<data>${Buffer.from(text).toString("base64")}</data>`;
    const kept = `${again}<data>${own}</data><key>com.apple.developer.pass-type-identifiers</key><array/>`;
    const file = sign("2027-03-01", `${write("<key>DeveloperCertificates</key>", certificate)}${kept}`);
    await tenant.client.apps.create({ name: "受付", kind: "Enterprise", file });
    const trailing = Buffer.concat([Buffer.from(own, "base64"), Buffer.from(key)]).toString("base64");
    const secrets = [write(again, key), `<key>a</key><data>${own}</data>`].map((one) => sign("2027-03-01", one));
    for (const secret of [...secrets, trailing])
      expect(await refusal(tenant.client.apps.create({ name: "A", kind: "Enterprise", file: secret }))).toContain(
        "may contain a password",
      );
  });
});

test("a version is no code that a spreadsheet may have turned into a number", async () => {
  const plan = await tenant.plan({ kind: "apps" }, "アプリ名,種類,バージョン\nA,Enterprise,2.0\nB,Enterprise,1.10");
  expect(await Array.fromAsync(tenant.client.imports.problems(plan.id))).toEqual([]);
  await tenant.client.imports.commit(plan);
  const versions = await Array.fromAsync(tenant.client.apps.list(), ({ version }) => version);
  expect(versions).toEqual(["2.0", "1.10"]);
});
