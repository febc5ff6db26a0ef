import { expect, test } from "vitest";
import type { Tenant } from "../../lib/client/index.ts";
import { EMPTY_TENANT_PROFILE, type TenantProfile } from "../../lib/nouns/tenant.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const of = (profile: TenantProfile | undefined) => ({ tenant: example<Tenant>("tenant", { profile }) });

test("shows what is recorded with labels, in both languages", async () => {
  const { en, ja } = await runInBoth("tenant show --format table", { tenant: of(example<Tenant>("tenant").profile) });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "tenant" }] });
  const lines = (stdout: string): readonly string[] => stdout.split("\n").map((line) => line.replace(/ {2,}/, ": "));
  expect(lines(en.stdout)).toEqual([
    "tenant: kanto",
    "domain: example",
    "login address: https://panel.example.jp/example",
    "MDM address: mdm.clomo.com/example/ios",
    "contact person: 山田 花子",
    "contact person's email address: hanako@example.co.jp",
    "contact person's telephone number: 03-0000-0000",
    "contracts: CLOMO MDM: 300 licences, 2026-04-01 to 2027-03-31",
    "iOS/iPadOS: used",
    "macOS: not used",
    "Android: used",
    "Windows: not recorded",
    "ADE: used",
    "VPP: used",
    "CLOMO GATE: not used",
    "SECURED APPs: not recorded",
    "MOBILE APP PORTAL: used",
    "Android accounts: Google Play accounts",
    "console time zone: Asia/Tokyo",
    "languages: Japanese",
    "",
  ]);
  expect(lines(ja.stdout)).toEqual(
    expect.arrayContaining([
      "利用ドメイン: example",
      "担当者名: 山田 花子",
      "契約: CLOMO MDM: 契約数 300、2026-04-01 〜 2027-03-31",
      "macOS: 使わない",
      "Windows: 未登録",
      "Android のアカウント: Google Play アカウント方式",
      "言語: 日本語",
    ]),
  );
});

test("a language that only a later version knows is shown as it is", async () => {
  const profile = { ...EMPTY_TENANT_PROFILE, languages: ["ja", "ko"] };
  expect((await run("tenant show --format table", { tenant: of(profile) })).stdout).toMatch(/ Japanese, ko$/m);
});

test("JSON has null for values that nobody has recorded, never false", async () => {
  const { stdout } = await run("tenant show --format json", { tenant: of(EMPTY_TENANT_PROFILE) });
  expect(JSON.parse(stdout)).toEqual({ name: "kanto", ...EMPTY_TENANT_PROFILE });
});

test("shows the known parts of a contract", async () => {
  const contracts = [
    { name: "a", licences: 1, from: null, until: null },
    { name: "b", licences: null, from: "2026-04-01", until: null },
    { name: "c", licences: null, from: null, until: "2027-03-31" },
    { name: "d", licences: null, from: null, until: null },
  ];
  const { en } = await runInBoth("tenant show --format table --fields contracts", {
    tenant: of({ ...EMPTY_TENANT_PROFILE, contracts }),
  });
  expect(en.stdout).toMatch(/a: 1 licence; b: from 2026-04-01; c: until 2027-03-31; d\n/);
});
