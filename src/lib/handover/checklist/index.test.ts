import { createExampleId } from "#support/examples.ts";
import { describe, expect, test } from "vitest";
import { TOKEN_REJECTION_MESSAGE } from "../../derived/ade-health.ts";
import { CHECKLIST_ITEM_TITLES } from "../../derived/question.ts";
import { EMPTY_TENANT_PROFILE } from "../../nouns/tenant.ts";
import {
  NO_ADE_SERVER,
  createAdministrator,
  createApp,
  createProfile,
  COMPLETE_FACTS,
  createRenewal,
  TODAY,
  UNANSWERED_FACTS,
} from "#support/handover/facts.ts";
import type { HandoverFacts, RenewalRecord } from "./people.ts";
import { buildChecklist, filterGaps, listQuestions } from "./index.ts";

const answering = (question: string, value: string, at = "2026-11-20T00:00:00.000Z"): HandoverFacts => ({
  ...COMPLETE_FACTS,
  answers: [
    ...COMPLETE_FACTS.answers.filter((one) => one.question !== question),
    { id: createExampleId(400), question, value, by: "後任", at },
  ],
});

const unanswering = (question: string): HandoverFacts => ({
  ...COMPLETE_FACTS,
  answers: COMPLETE_FACTS.answers.filter((one) => one.question !== question),
});

const withRenewal = (
  kind: RenewalRecord["kind"],
  change: Partial<RenewalRecord>,
  facts = COMPLETE_FACTS,
): HandoverFacts => ({
  ...facts,
  renewals: facts.renewals.map((one) => (one.kind === kind ? { ...one, ...change } : one)),
});

const without = (kind: RenewalRecord["kind"]): HandoverFacts => ({
  ...COMPLETE_FACTS,
  renewals: COMPLETE_FACTS.renewals.filter((one) => one.kind !== kind),
});

const withAdministrators = (...administrators: HandoverFacts["administrators"]): HandoverFacts => ({
  ...COMPLETE_FACTS,
  administrators,
});

const ending = (day: string): HandoverFacts => ({
  ...COMPLETE_FACTS,
  renewals: [
    ...COMPLETE_FACTS.renewals,
    createRenewal(9, { kind: "contract", name: "CLOMO MDM", expiresAt: `${day}T14:59:59.000Z` }),
  ],
});

const unused: HandoverFacts = {
  ...COMPLETE_FACTS,
  tenant: { ...EMPTY_TENANT_PROFILE, contactName: "花子", ios: false, macos: false, android: false },
  renewals: [],
  profiles: [],
  apps: [],
};

const withProfiles = (...profiles: HandoverFacts["profiles"]): HandoverFacts => ({
  ...COMPLETE_FACTS,
  profiles: [...COMPLETE_FACTS.profiles, ...profiles],
});

const noSettings = (facts: HandoverFacts): HandoverFacts => ({
  ...facts,
  profiles: COMPLETE_FACTS.profiles.filter(({ kind }) => kind === "ade"),
  apps: [],
});

const unsaid: HandoverFacts = {
  ...unused,
  tenant: { ...EMPTY_TENANT_PROFILE, contactName: "花子", domain: "minato", loginUrl: "https://minato.example" },
  renewals: [createRenewal(1)],
};

const idsOf = (facts: HandoverFacts): readonly string[] => filterGaps(buildChecklist(facts, TODAY)).map(({ id }) => id);

test("a tenant with all records and answers has no gaps", () => {
  const rows = buildChecklist(COMPLETE_FACTS, TODAY);
  expect(filterGaps(rows)).toEqual([]);
  expect([...new Set(rows.map(({ item }) => item))]).toEqual(["first-day", ...Object.keys(CHECKLIST_ITEM_TITLES)]);
});

test.each<readonly [id: string, facts: HandoverFacts]>([
  ["unsaid", unsaid],
  ["rules.lost", unanswering("rules.lost")],
  ["contact.confirmed", answering("contact.confirmed", "2025-11-22")],
  ["android.holder", answering("android.holder", "佐藤", "2025-11-20T00:00:00.000Z")],
  ["contact-unknown", { ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, contactName: null } }],
  ["renewal-critical", ending("2026-12-22")],
  ["renewal-expired", ending("2026-11-21")],
  ["no-support-option", withAdministrators(...[1, 2].map((n) => createAdministrator(n, { supportOption: false })))],
  ["one-system-administrator", withAdministrators(createAdministrator(1))],
  ["no-notice-mail", withAdministrators(createAdministrator(1, { noticeMail: false }), createAdministrator(2))],
  ["mailbox-unread", answering("administrators.mailbox", "no")],
  ["personal-account", answering("push-certificate.company", "no")],
  ["not-recorded", without("android-owner")],
  ["not-recorded", without("vpp-token")],
  ["not-complete", answering("settings.complete", "no")],
  ["settings.complete", answering("settings.complete", "yes", "2025-11-20T00:00:00.000Z")],
  ["no-ade-profile", { ...COMPLETE_FACTS, profiles: [createProfile("パスコード")] }],
  ["not-assigned", withProfiles(createProfile("Wi-Fi", { kind: "services", orgs: [] }))],
  ["not-assigned", { ...COMPLETE_FACTS, apps: [createApp("地図", { orgs: [] })] }],
  ["no-file", withProfiles(createProfile("Mac で作成", { kind: "custom" }))],
  ["no-file", { ...COMPLETE_FACTS, apps: [createApp("受付", { kind: "Enterprise" })] }],
  ["renewal-expired", withRenewal("push-certificate", { expiresAt: "2026-08-24T00:00:00.000Z" })],
  ["renewal-critical", withRenewal("ade-token", { expiresAt: "2026-12-23T00:00:00.000Z" })],
  [
    "renewal-critical",
    withRenewal("ade-token", { rejection: { what: TOKEN_REJECTION_MESSAGE, at: "2026-11-20T00:00:00Z" } }),
  ],
  [
    "renewal-expired",
    {
      ...COMPLETE_FACTS,
      renewals: [...COMPLETE_FACTS.renewals, createRenewal(9, { expiresAt: "2026-10-01T00:00:00Z" })],
    },
  ],
])("finds the gap %s", (id, facts) => {
  expect(new Set(idsOf(facts))).toEqual(new Set([id]));
});

test("a tenant without profiles and apps has a gap until somebody says that the console has none either", () => {
  expect(idsOf(noSettings(unanswering("settings.complete")))).toEqual(["no-profile", "no-app", "settings.complete"]);
  expect(idsOf(noSettings(COMPLETE_FACTS))).toEqual([]);
});

test("a profile needs no file if a memo says more, or if it is assigned to a device only", () => {
  const memo = createProfile("VPN", { kind: "custom", memo: "パスワードは金庫" });
  const file = createProfile("Wi-Fi", { kind: "custom", file: "a".repeat(64), orgs: [], devices: ["S1"] });
  expect(idsOf(withProfiles(memo, file))).toEqual([]);
});

test("profiles, apps and devices in lost mode are what is known", () => {
  const known = buildChecklist({ ...COMPLETE_FACTS, lostDevices: ["S1", "S2"] }, TODAY).map(({ value }) => value);
  expect(known).toEqual(expect.arrayContaining(["S1, S2", "パスコード, ADE", "経費精算"]));
});

test("a token that the tenant does not use need not be recorded", () => {
  const facts = without("vpp-token");
  expect(idsOf({ ...facts, tenant: { ...facts.tenant, vpp: false } })).toEqual([]);
});

test("a contract is no gap more than 30 days before its end", () => {
  expect(idsOf(ending("2026-12-31"))).toEqual([]);
});

test("unused things do not apply, unknown ones are asked for, and recorded ones apply", () => {
  const statesOf = (facts: HandoverFacts, item: string): readonly string[] =>
    buildChecklist(facts, TODAY).flatMap((row) => (row.item === item ? [row.state] : []));
  for (const item of ["push-certificate", "apple-business", "android", "settings"]) {
    expect(statesOf(unused, item)).toEqual(["not-applicable"]);
    expect(statesOf(unsaid, item)).toEqual(["gap"]);
    expect(
      statesOf(
        { ...unsaid, renewals: COMPLETE_FACTS.renewals, profiles: COMPLETE_FACTS.profiles, apps: COMPLETE_FACTS.apps },
        item,
      ),
    ).toContain("answered");
  }
  const gap = filterGaps(buildChecklist(unsaid, TODAY)).find(({ item }) => item === "android");
  expect(gap?.next?.en).toBe("`clomoctl tenant set --android yes/no`");
});

describe("a value in the records", () => {
  const recordedOf = (facts: HandoverFacts, id: string) =>
    listQuestions(facts, TODAY).find((one) => one.id === id)?.recorded;

  test("answers its question, and both are shown if they differ", () => {
    expect(idsOf(UNANSWERED_FACTS)).not.toContain("push-certificate.account");
    const rows = buildChecklist(answering("push-certificate.account", "other@example.jp"), TODAY);
    const shown = rows.flatMap(({ id, value }) => (id === "push-certificate.account" ? [value] : []));
    expect(shown).toEqual(["push@example.jp", "other@example.jp"]);
  });

  test("is not a phone of another account", () => {
    const vpp = { account: "vpp-only@example.jp", phone: "090-0000-0034" };
    const facts = withRenewal("vpp-token", vpp, UNANSWERED_FACTS);
    expect(recordedOf(facts, "apple-business.account")).toBeNull();
    expect(recordedOf(facts, "apple-business.phone")).toBeNull();
    const adeServer = { ...NO_ADE_SERVER, adminId: "vpp-only@example.jp" };
    expect(recordedOf({ ...facts, adeServer }, "apple-business.phone")).toBe("090-0000-0034");
    const same = withRenewal("vpp-token", { phone: "090-0000-0034" }, UNANSWERED_FACTS);
    expect(recordedOf(same, "apple-business.phone")).toBe("090-0000-0034");
  });
});
