import { describe, expect, test } from "vitest";
import { EMPTY_TENANT_PROFILE, type TenantProfile } from "../../lib/nouns/tenant.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const recording = (before: Partial<TenantProfile> = {}, after: Partial<TenantProfile> = {}) => ({
  setTenant: { before: { ...EMPTY_TENANT_PROFILE, ...before }, after: { ...EMPTY_TENANT_PROFILE, ...after } },
});

describe("changes only the given values, and an empty value clears", () => {
  test.each([
    [["--ios", "yes", "--android", "no"], { ios: true, android: false }],
    [["--ios", "yes", "--gate", "no"], { ios: true, gate: false }],
    [["--ios", ""], { ios: null }],
    [
      ["--macos", "yes", "--windows", "no", "--ade", "yes", "--vpp", "no"],
      { macos: true, windows: false, ade: true, vpp: false },
    ],
    [["--secured-apps", "yes", "--mobile-app-portal", "no"], { securedApps: true, mobileAppPortal: false }],
    [["--android-accounts", "workspace"], { androidAccounts: "workspace" }],
    [["--android-accounts", ""], { androidAccounts: null }],
    [["--domain", "example", "--login-url", ""], { domain: "example", loginUrl: null }],
    [["--mdm-address", "mdm.clomo.com/example/ios"], { mdmAddress: "mdm.clomo.com/example/ios" }],
    [
      ["--contact-name", "山田 花子", "--contact-mail", "a@example.jp", "--contact-phone", "03"],
      { contactName: "山田 花子", contactMail: "a@example.jp", contactPhone: "03" },
    ],
    [["--name", "株式会社 例"], { companyName: "株式会社 例" }],
    [["--console-timezone", "asia/tokyo"], { consoleTimezone: "Asia/Tokyo" }],
    [["--console-timezone", ""], { consoleTimezone: null }],
    [["--languages", "ja,en"], { languages: ["ja", "en"] }],
    [["--languages", ""], { languages: [] }],
    [["--contract", "CLOMO MDM"], { contracts: [{ name: "CLOMO MDM" }] }],
    [
      ["--contract", "x", "--licences", "300", "--from", "2026/4/1", "--until", "2027-03-31"],
      { contracts: [{ name: "x", licences: 300, from: "2026-04-01", until: "2027-03-31" }] },
    ],
    [["--contract", "x", "--licences", "", "--until", ""], { contracts: [{ name: "x", licences: null, until: null }] }],
    [["--contract", "x", "--from", "2026-03-31T15:00:00Z"], { contracts: [{ name: "x", from: "2026-04-01" }] }],
    [["--remove-contract", "x", "--remove-contract", "y"], { contractsRemoved: ["x", "y"] }],
  ])("%j", async (words, json) => {
    const ran = await run(["tenant", "set", ...words], { tenant: recording() });
    expect(ran).toMatchObject({ exit: 0, requests: [{ operation: "setTenant", json }] });
    expect(ran.requests[0]?.json).toEqual(json);
  });
});

test("shows what is recorded after the change", async () => {
  const { en } = await runInBoth("tenant set --gate no --format table", { tenant: recording({}, { gate: false }) });
  expect(en.stdout).toMatch(/^CLOMO GATE +not used$/m);
  expect(en.stdout).toMatch(/^Android +not recorded$/m);
});

test("says if nothing has changed", async () => {
  const { en } = await runInBoth("tenant set --ios yes", { tenant: recording({ ios: true }, { ios: true }) });
  expect(en.stderr).toBe("no changes: these values are already recorded\n");
});

test("confirms without a terminal that there are no other administrators", async () => {
  await using tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス"],
    ["山田", "yamada@x.jp"],
  ]);
  const known = async () => (await tenant.client.tenant.show()).administratorsKnown;
  const line = "tenant set --administrators-complete users,docs";
  expect(await run(`${line} --dry-run`, { tenant: tenant.fetch })).toMatchObject({ exit: 0 });
  expect(await known()).toEqual([]);
  expect(await run(line, { tenant: tenant.fetch })).toMatchObject({ exit: 0 });
  expect(await known()).toEqual(["docs", "users"]);
});
