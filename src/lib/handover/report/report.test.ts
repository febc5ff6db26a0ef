import { describe, expect, test } from "vitest";
import { filterGaps } from "../checklist/index.ts";
import { COMPLETE_FACTS, createRenewal, UNANSWERED_FACTS } from "#support/handover/facts.ts";
import { buildReportData } from "#support/handover/report.ts";
import { renderPage } from "../../document/page.ts";
import { buildBundleChecklist, buildReport, type ReportData } from "./content.ts";

const DATA = buildReportData(UNANSWERED_FACTS);

const naming = (data: ReportData, called: string, devices: readonly string[] = []): ReportData => ({
  ...data,
  manifest: { ...data.manifest, leaver: { person: called, leaves: "2027-03-31" } },
  leaver: {
    person: { called, id: null, account: null, words: [called] },
    records: { devices, secured: [], missing: { devices: false, secured: false } },
  },
});

/** The page of data, as text of one line, without markup. */
const pageOf = (data: ReportData, language: "ja" | "en"): string =>
  renderPage(buildReport(data), language)
    .replaceAll(/<wbr>|<\/?(?:bdi|code)>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, " ");

describe("a report", () => {
  test.each(["ja", "en"] as const)("has every gap of the checklist with what to do (%s)", (language) => {
    const gaps = filterGaps(buildBundleChecklist(DATA));
    expect(gaps.length).toBeGreaterThan(10);
    const page = pageOf(DATA, language);
    for (const { what, next } of gaps) {
      expect(page).toContain(what[language]);
      expect(page).toContain(next?.[language].replaceAll("`", ""));
    }
    expect(renderPage(buildReport(DATA), language).split("data-id=").length - 1).toBe(gaps.length);
  });

  test("begins with the first day, gaps, the leaver's steps with devices, and signatures", () => {
    const data = naming(DATA, "管理 1郎", ["C02XY1ABCDE"]);
    const { sections } = buildReport(data);
    expect(sections.map(({ id }) => id)).toEqual([
      "first-day",
      "gaps",
      "leaver",
      "signatures",
      "checklist",
      "administrators",
      "renewals",
      "tenant",
    ]);
    expect(sections[2]?.title.ja).toBe("管理 1郎 さんから引き継ぐもの、最終日 2027-03-31");
    expect(pageOf(data, "en")).toContain("owner of 1 device: C02XY1ABCDE");
  });

  test("shows counts, expiry dates and who renews", () => {
    const page = pageOf(DATA, "en");
    for (const told of ["users 19", "devices 41", "push@example.jp", "admin2@example.jp"]) expect(page).toContain(told);
  });

  test("has no gaps if the handover is complete", () => {
    const data = buildReportData(COMPLETE_FACTS);
    expect(filterGaps(buildBundleChecklist({ ...data, facts: COMPLETE_FACTS }))).toEqual([]);
    expect(pageOf({ ...data, facts: COMPLETE_FACTS }, "en")).toContain("Nothing is missing.");
  });

  test("marks what a mirror did not take over from the console", () => {
    const data = buildReportData(COMPLETE_FACTS);
    const told = "管理画面から取り込んでいません";
    const mirror = {
      ...data.shown,
      mirroredAt: "2026-11-19T00:00:00.000Z",
      administratorsKnown: ["users"],
      devices: 0,
    };
    const profile = { ...COMPLETE_FACTS.tenant, securedApps: false };
    expect(pageOf({ ...data, shown: mirror }, "ja").split(told).length - 1).toBe(2);
    expect(pageOf({ ...data, shown: { ...mirror, profile } }, "ja").split(told).length - 1).toBe(1);
    expect(pageOf(data, "ja")).not.toContain(told);
  });

  test("says how a password is reset, in the console of a mirror as its manual says", () => {
    const data = buildReportData(COMPLETE_FACTS);
    const tenant = { ...data.manifest.tenant, mirroredAt: "2026-11-19T00:00:00.000Z" };
    expect(pageOf({ ...data, manifest: { ...data.manifest, tenant } }, "ja")).toContain(
      "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
    );
    expect(pageOf(data, "ja")).toContain("パスワードの再設定: clomoctl clomo-account reset-password");
  });

  test("says how many tasks in the console are open", () => {
    const data = buildReportData(COMPLETE_FACTS);
    expect(pageOf({ ...data, shown: { ...data.shown, consoleTasks: 3 } }, "ja")).toContain(
      "管理画面での未完了の作業 3 件: clomoctl console list",
    );
    expect(pageOf(data, "ja")).not.toContain("console list");
  });
});

test("has the company's name beside the domain", () => {
  const facts = { ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, companyName: "大阪商会" } };
  expect(buildReport({ ...DATA, facts }).subject).toBe(`大阪商会 (${DATA.manifest.tenant.name})`);
});

test("a name cannot reverse the text direction", () => {
  expect(renderPage(buildReport(naming(DATA, "花子\u202Eoruat")), "ja")).not.toContain("\u202E");
});

test.each(["Pacific/Auckland", "Pacific/Kiritimati", "Asia/Tokyo", "America/Los_Angeles"])(
  "counts days in the console's time zone: %s",
  (consoleTimezone) => {
    const renewals = [createRenewal(1, { name: "証明書", expiresAt: "2026-12-23T11:00:00.000Z" })];
    const tenant = { ...COMPLETE_FACTS.tenant, consoleTimezone };
    const day = new Intl.DateTimeFormat("sv", { timeZone: consoleTimezone }).format(
      new Date(renewals[0]?.expiresAt ?? ""),
    );
    const days = (Date.parse(day) - Date.parse("2026-11-23")) / 86_400_000;
    expect(pageOf(buildReportData({ ...COMPLETE_FACTS, tenant, renewals }), "ja")).toContain(`${day} ${days}`);
  },
);

test("no value of a bundle becomes markup", () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&\u202e😀|\`[x](javascript:x)`;
  const facts = {
    ...UNANSWERED_FACTS,
    tenant: { ...UNANSWERED_FACTS.tenant, contactName: hostile, contactPhone: hostile, loginUrl: hostile },
    administrators: UNANSWERED_FACTS.administrators.map((one) => ({
      ...one,
      name: hostile,
      user: hostile,
      emails: [hostile],
    })),
    renewals: UNANSWERED_FACTS.renewals.map((one) => ({
      ...one,
      name: hostile,
      owner: hostile,
      account: hostile,
      phone: hostile,
      phoneHolder: hostile,
    })),
    answers: COMPLETE_FACTS.answers.map((one) => ({ ...one, value: hostile, by: hostile })),
  };
  const page = renderPage(buildReport(naming(buildReportData(facts, hostile), hostile, [hostile])), "ja");
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain("&#60;script&#62;");
});
