import { createPrivateKey, X509Certificate } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { failureOf, openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { createKeyPair } from "../../apple/key-pair.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const profiles = () => tenant.client["config-profiles"];
const refusal = async (promise: Promise<unknown>) => (await failureOf(promise))?.what.en;
const encode = (content: string | Uint8Array): string => Buffer.from(content).toString("base64");
const plist = (inside: string): string =>
  `<?xml version="1.0"?>\n<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string>${inside}</dict></plist>`;

test("a profile names organisations by code, 全社, and devices, all of which exist", async () => {
  await tenant.client.orgs.create({ name: "営業部", code: "S1" });
  await tenant.client.devices.create({ serialNumber: "A1" });
  const given = { name: "VPN", kind: "vpn", orgs: ["S1", "全社"], devices: ["A1"], since: "2026-04-01" };
  const { after, consoleTask } = await profiles().create(given);
  expect([after, consoleTask]).toMatchObject([{ ...given, file: null, memo: null }, null]);
  expect(await refusal(profiles().create({ name: "X", kind: "vpn", orgs: ["S2"] }))).toBe("organisation not found: S2");
  expect(await refusal(profiles().edit(after.id, { devices: ["A1", "B1"] }))).toBe("device not found: B1");
  expect(await refusal(profiles().create({ name: "VPN", kind: "vpn" }))).toContain("already used");
  const file = ["プロファイル名,種類,自動適用する組織コード,自動適用する組織コード", "Wi-Fi,services,S1,S9"].join("\n");
  expect(await refusal(tenant.import({ kind: "config-profiles" }, file))).toContain("has invalid rows");
  await tenant.import({ kind: "config-profiles" }, file.replace("S9", "全社"));
  expect((await profiles().find({ name: "Wi-Fi" }))[0]?.orgs).toEqual(["S1", "全社"]);
  expect(
    await refusal(tenant.import({ kind: "config-profiles", fromConsole: true }, "プロファイル名,種類\nX,vpn")),
  ).toBe("fromConsole has an invalid value");
});

test("an ADE profile has the settings that the console shows", async () => {
  const ade = {
    name: "ADE",
    kind: "ade",
    adeSettings: ["MDM 構成プロファイル削除:許可しない", "監視対象モード:設定する"],
  };
  expect((await profiles().create(ade)).after).toMatchObject(ade);
});

test("a file is kept byte for byte, also for an undo", async () => {
  const content = `${plist("<key>PayloadDisplayName</key><string>ソ表</string>")}\r\n `;
  const { after } = await profiles().create({ name: "P", kind: "custom", file: encode(content) });
  expect((await buffer(await profiles().file(after.id))).toString()).toBe(content);
  await profiles().edit(after.id, { file: null });
  expect(await refusal(profiles().file(after.id))).toBe("this record has no file");
  await tenant.client.imports.commit(await tenant.client.imports.undo("last"));
  expect((await buffer(await profiles().file(after.id))).toString()).toBe(content);
  expect((await profiles().history({ name: "P" }))[0]?.versions).toHaveLength(3);
});

test.each([
  ["nothing", encode(""), "not a configuration profile"],
  ["another file", encode("hello"), "not a configuration profile"],
  ["another property list", encode(plist("").replace("Configuration", "Other")), "not a configuration profile"],
  ["a broken file", encode(plist("").slice(0, -10)), "not a configuration profile"],
  [
    "damaged UTF-8",
    Buffer.from(plist("<key>n\u00e2me</key><true/>"), "latin1").toString("base64"),
    "not a configuration",
  ],
  ["a stray bracket", encode(plist("<<key>x</key><true/>")), "not a configuration profile"],
  ["a day that does not exist", encode(plist("<key>x</key><date>2027-02-31T00:00:00Z</date>")), "not a configuration"],
  ["an unknown encoding", encode(plist("").replace("1.0", '1.0" encoding="UUF-8')), "not a configuration profile"],
  ["a control character", encode(plist("<key>n\u0002</key><true/>")), "not a configuration profile"],
  ["a deeply nested file", encode(plist(`<key>a</key>${"<array>".repeat(20_000)}`)), "not a configuration profile"],
  ["an expanding file", encode(`<!DOCTYPE plist [<!ENTITY a "aa">]>${plist("<key>a</key><string>&a;</string>")}`), ""],
  ["too much", Buffer.alloc(256 * 1024 + 1, "a").toString("base64"), "over 256 KiB"],
])("a profile does not keep %s", async (_, file, why) => {
  const refused = await refusal(profiles().create({ name: "P", kind: "custom", file }));
  expect(refused ?? "kept").toContain(why);
  expect(tenant.database.all("select * from kept_file")).toEqual([]);
});

const { privateKey, certificate } = await createKeyPair("a", Date.UTC(2026, 2, 1));
const key = createPrivateKey(privateKey).export({ format: "der", type: "pkcs8" });
const { raw } = new X509Certificate(certificate);
const PNG = Buffer.from("89504e470d0a1a0a0000000049454e44ae426082", "hex");
const JPEG = Buffer.from("ffd8ffe000104a464946ffd9", "hex");
const data = (...parts: readonly (string | Uint8Array)[]): string =>
  `<key>a</key><data>\n\t${encode(Buffer.concat(parts.map((part) => Buffer.from(part))))}\n</data>`;
const named = (name: string): string => `<key>${name}</key><string>x</string>`;
const keep = async (inside: string): Promise<string> =>
  (await refusal(profiles().create({ name: "P", kind: "custom", file: encode(plist(inside)) }))) ?? "kept";

test.each([
  ...[[privateKey], [key], ["x"], [certificate, privateKey], [certificate, certificate]].map((all) => data(...all)),
  ...[raw, PNG, JPEG].map((content) => data(content, key)),
  ...["<!-- x -->", "<![CDATA[x]]>", "<?x?>", "&#97;", "<string/>"].map((hiding) => named(`Pass${hiding}word`)),
  ...["Password", "pass_phrase", "wifi-Passcode", "PSK", "Pre-Shared_Key", "Challenge", "PrivateKey"].map(named),
  ...["パスワード", "ﾊﾟｽﾜｰﾄﾞ＜社内＞", "ＰＷＤ", "共有シークレット", "暗証番号", "p\u00ADassword", "API key"].map(named),
  "<key>Passcode</key><integer>1234</integer>",
  "<key>Password</key><array><string>x</string></array>",
  `${named("Password")}<key>Password</key><string></string>`,
  '<key>a</key><string password="x">y</string>',
  ...["pkcs12", "scep"].map((type) => named("a").replace("x<", `com.apple.security.${type}<`)),
  ...[
    "password: x",
    "Password of the guest network: x",
    "パスワード：x",
    "ID/PW: a/b",
    "PIN=1234",
    '{"Password":"a"}',
  ].map((text) => `<key>PayloadDescription</key><string>${text}</string>`),
  ...[privateKey, encode(key), "[Interface]\nPrivateKey = a", "https://user:pw@example.jp/", "https://a/?token=b"].map(
    (text) => `<key>a</key><string>${text}</string>`,
  ),
])("a profile with a possible secret is not kept: row %#", async (inside) => {
  expect(await keep(inside)).toContain("may contain a password");
  expect(tenant.database.all("select * from kept_file")).toEqual([]);
});

test.each([
  ...[raw, certificate, certificate.replaceAll("\n", "\r\n"), PNG, JPEG].map((content) => data(content)),
  "<key>allowPasswordSharing</key><false/><key>forcePIN</key><true/><key>pinHistory</key><integer>3</integer>",
  "<key>Password</key><string></string>",
  "<key>Dock</key><array><dict><key>BundleID</key><string>com.apple.Passbook</string></dict></array>",
  ...["com.apple.mobiledevice.passwordpolicy", "Configures passcode settings", "SharedSecret", "A&amp;B ＆ ＜C＞"].map(
    (text) => `<key>a</key><array><string>${text}</string></array>`,
  ),
  "<key>URL</key><string>https://example.jp:8443/compass?id=3&amp;to=a@b</string>",
])("a profile without a secret is kept: row %#", async (inside) => {
  expect(await keep(inside)).toBe("kept");
});
