import { Failure } from "../../errors/index.ts";
import { describe, expect, test } from "vitest";
import type { TenantChange } from "../api/operations.ts";
import { EMPTY_TENANT_PROFILE } from "../../nouns/tenant.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const profile = async () => (await tenant.client.tenant.show()).profile;

test("the values of a new tenant are not set, neither yes nor no", async () => {
  expect(await profile()).toEqual(EMPTY_TENANT_PROFILE);
  expect(EMPTY_TENANT_PROFILE).toMatchObject({
    ios: null,
    androidAccounts: null,
    domain: null,
    contracts: [],
    languages: [],
  });
});

test("全社 does not count as an organisation", async () => {
  expect((await tenant.client.tenant.show()).orgs).toBe(0);
  await tenant.client.orgs.create({ name: "営業部" });
  expect((await tenant.client.tenant.show()).orgs).toBe(1);
});

test("given values are stored, others stay, and null clears a value; a restart changes nothing", async () => {
  const { before, after } = await tenant.client.tenant.set({
    domain: " example ",
    loginUrl: "https://panel.example.jp/example",
    contactMail: "hanako@example.co.jp",
    ios: true,
    gate: false,
    androidAccounts: "workspace",
    languages: ["ja", "en", "ja"],
    consoleTimezone: "Asia/Tokyo",
  });
  expect(before).toEqual(EMPTY_TENANT_PROFILE);
  expect(after).toEqual({
    ...EMPTY_TENANT_PROFILE,
    domain: "example",
    loginUrl: "https://panel.example.jp/example",
    contactMail: "hanako@example.co.jp",
    ios: true,
    gate: false,
    androidAccounts: "workspace",
    languages: ["ja", "en"],
    consoleTimezone: "Asia/Tokyo",
  });
  await tenant.reopen();
  expect(await profile()).toEqual(after);
  await tenant.client.tenant.set({ ios: null, domain: "", languages: [] });
  expect(await profile()).toEqual({ ...after, ios: null, domain: null, languages: [] });
});

test("contracts are added, changed by name and removed", async () => {
  const contract = { name: "CLOMO MDM", licences: 300, from: null, until: "2027-03-31" };
  await tenant.client.tenant.set({ contracts: [{ name: "CLOMO MDM", licences: 300, until: "2027-03-31" }] });
  await tenant.client.tenant.set({ contracts: [{ name: "SECURED APPs" }] });
  await tenant.client.tenant.set({ contracts: [{ name: " CLOMO MDM ", licences: 350 }] });
  const apps = { name: "SECURED APPs", licences: null, from: null, until: null };
  expect((await profile())?.contracts).toEqual([{ ...contract, licences: 350 }, apps]);
  await tenant.client.tenant.set({ contractsRemoved: ["CLOMO MDM"], contracts: [{ name: "GATE", licences: null }] });
  expect((await profile())?.contracts.map(({ name }) => name)).toEqual(["SECURED APPs", "GATE"]);
  await expect(tenant.client.tenant.set({ contractsRemoved: ["CLOMO MDM"] })).rejects.toMatchObject({
    code: "not-found",
    hint: { en: "recorded contracts: SECURED APPs, GATE" },
  });
});

describe("contradictory or invalid values are rejected, and nothing changes", () => {
  test.each<[TenantChange, string]>([
    [{ ios: false, macos: false, ade: true }, "ade"],
    [{ ios: false, macos: false, vpp: true }, "vpp"],
    [{ android: false, androidAccounts: "google-play" }, "androidAccounts"],
    [{ contracts: [{ name: "x", from: "2027-04-01", until: "2027-03-31" }] }, "x"],
    [{ contracts: [{ name: "x", licences: -1 }] }, "x"],
    [{ contracts: [{ name: " " }] }, "contracts"],
    [{ loginUrl: "panel.example.jp" }, "loginUrl"],
    [{ loginUrl: "https://hanako:secret@panel.example.jp/" }, "loginUrl"],
    [{ consoleTimezone: "Nowhere/Zone" }, "consoleTimezone"],
  ])("%j", async (change, where) => {
    await expect(tenant.client.tenant.set(change)).rejects.toMatchObject({ code: "input-rejected", where });
    expect(await profile()).toEqual(EMPTY_TENANT_PROFILE);
    expect(tenant.database.count("select count(*) from audit")).toBe(0);
  });

  test.each<[TenantChange, string]>([
    [{ contactMail: "foo" }, "担当者のメールアドレス: "],
    [{ contactName: "山".repeat(256) }, "担当者名: 256 文字あります(上限 255 文字)"],
    [{ contactName: "山\u0007田" }, "担当者名: 目に見えない文字があります"],
    [{ domain: "exa\u202Emple" }, "利用ドメイン: 目に見えない文字があります"],
    [{ contracts: [{ name: "CLOMO\u0007MDM" }] }, "契約: 目に見えない文字があります"],
  ])("%j breaks a rule, and the error uses CLOMO's labels", async (change, said) => {
    await expect(tenant.client.tenant.set(change)).rejects.toMatchObject({
      code: "input-rejected",
      what: { ja: expect.stringContaining(said) as string },
    });
    expect(await profile()).toEqual(EMPTY_TENANT_PROFILE);
  });

  test("an invalid date and an unknown language are rejected", async () => {
    const until = { contracts: [{ name: "x", until: "2027-02-30" }] };
    await expect(tenant.client.tenant.set(until)).rejects.toBeInstanceOf(Failure);
    await expect(tenant.client.tenant.set({ languages: ["fr"] })).rejects.toBeInstanceOf(Failure);
  });

  test("Android without accounts is allowed, and so is an address without a password", async () => {
    await tenant.client.tenant.set({ android: false, androidAccounts: "none", loginUrl: "http://panel.example.jp" });
    expect(await profile()).toMatchObject({ android: false, androidAccounts: "none" });
  });
});

test("writing the same values changes nothing and leaves no audit record", async () => {
  const said = { ios: true, domain: "example", contracts: [{ name: "CLOMO MDM", licences: 300 }] };
  const { after } = await tenant.client.tenant.set(said);
  const head = tenant.sql("select * from audit order by seq");
  expect(await tenant.client.tenant.set(said)).toEqual({ before: after, after });
  expect(await tenant.client.tenant.set({ domain: " example " })).toEqual({ before: after, after });
  expect(tenant.sql("select * from audit order by seq")).toEqual(head);
});

test("a change leaves an audit record with the values before and after", async () => {
  await tenant.client.tenant.set({ android: true });
  await tenant.client.tenant.set({ android: false });
  const records = tenant.database.all("select * from audit order by seq");
  expect(records).toHaveLength(2);
  const told = JSON.stringify(records.at(-1));
  expect(told).toContain("tenant.set");
  expect(told).toMatch(/before.{0,700}android\W+true.{0,1500}after.{0,700}android\W+false/);
});
