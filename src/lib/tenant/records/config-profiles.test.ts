import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { failureOf, openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const profiles = () => tenant.client["config-profiles"];
const refusal = async (promise: Promise<unknown>) => (await failureOf(promise))?.what.en;
const encode = (text: string): string => Buffer.from(text).toString("base64");
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
  expect(await refusal(profiles().file(after.id))).toBe("no file is kept for this record");
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
  [
    "a name that a comment splits",
    encode(plist("<key>x</key><dict><key>Pass<!-- -->word</key><string>p</string></dict>")),
    "comments or entities",
  ],
  ["a private key", encode(plist("<key>x</key><string>-----BEGIN PRIVATE KEY-----</string>")), "private key"],
  ["a challenge", encode(plist("<key>x</key><dict><key>Challenge</key><string>p</string></dict>")), "private key"],
  [
    "a password",
    encode(plist("<key>x</key><dict><key>Password</key><string>p</string></dict>")),
    "contains a password",
  ],
  [
    "a key store",
    encode(
      plist("<key>x</key><array><dict><key>PayloadType</key><string>com.apple.security.pkcs12</string></dict></array>"),
    ),
    "contains a password or private key",
  ],
])("a profile does not keep %s", async (_, file, why) => {
  const refused = await refusal(profiles().create({ name: "P", kind: "custom", file }));
  expect(refused ?? "kept").toContain(why);
  expect(tenant.database.all("select * from kept_file")).toEqual([]);
});
