import { describe, expect, test } from "vitest";
import { collectGaps } from "../checklist/index.ts";
import { COMPLETE_FACTS, createRenewal, UNANSWERED_FACTS } from "#support/handover/facts.ts";
import { buildReport } from "#support/handover/report.ts";
import { CONSOLE_TOPICS } from "../not-known.ts";
import type { Block } from "../../document/blocks.ts";
import { renderMarkdown } from "../../document/markdown.ts";
import { renderPage } from "../../document/page.ts";
import { evaluateBundleChecklist, buildReportDocument } from "./content.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import type { ReportData } from "./data.ts";

const DATA = buildReport(UNANSWERED_FACTS);

const blocksOf = <K extends Block["kind"]>(kind: K): readonly Extract<Block, { kind: K }>[] =>
  buildReportDocument(DATA).sections.flatMap(({ blocks }) =>
    blocks.filter((block): block is Extract<Block, { kind: K }> => block.kind === kind),
  );

describe("a report", () => {
  test("has every gap of the checklist, in both formats and languages", () => {
    const gaps = collectGaps(evaluateBundleChecklist(DATA));
    expect(gaps.length).toBeGreaterThan(10);
    for (const language of ["ja", "en"] as const) {
      const page = renderPage(buildReportDocument(DATA), language).replaceAll(/&#(\d+);/g, (_, code: string) =>
        String.fromCodePoint(Number(code)),
      );
      for (const { code, what, mend } of gaps) {
        expect(page).toContain(`data-id="${code}"`);
        expect(page).toContain(what[language]);
        expect(page.replaceAll(/<\/?code>/g, "`")).toContain(mend[language]);
      }
      expect(page.split("data-id=").length - 1).toBe(gaps.length);
      const markdown = renderMarkdown(buildReportDocument(DATA), language);
      expect(markdown.split(language === "ja" ? "**不足**" : "**MISSING**").length - 1).toBe(gaps.length);
    }
  });

  test("has the counts of the bundle", () => {
    const [, ...tables] = blocksOf("table").map(({ rows }) => rows);
    expect(
      blocksOf("table")[1]?.rows.map(([what, count]) => [(what as { en: string }).en, (count as { en: string }).en]),
    ).toEqual(
      expect.arrayContaining([
        ["users", "19"],
        ["devices", "41"],
      ]),
    );
    expect(tables.length).toBeGreaterThan(4);
  });

  test("names what only the console knows", () => {
    const page = renderPage(buildReportDocument(DATA), "en");
    for (const { title } of CONSOLE_TOPICS) expect(page).toContain(title.en);
    const answer = { id: "", question: "console.apps", subject: "", value: "社内 Wiki の一覧", by: "佐藤" };
    const answers = [{ ...answer, at: "2026-11-01T20:00:00.000Z" }];
    const answered = renderPage(buildReportDocument(buildReport({ ...UNANSWERED_FACTS, answers })), "ja").replaceAll(
      "<wbr>",
      "",
    );
    for (const told of ["社内 Wiki の一覧", "佐藤", "2026-11-02"]) {
      expect(answered).toContain(told);
    }
  });

  test("shows each missing answer once, and open questions that are not missing", () => {
    const items = evaluateBundleChecklist(DATA);
    const missing = items.flatMap(({ questions }) => questions.filter(({ due }) => due === "missing"));
    const open = items.flatMap(({ questions }) =>
      questions.filter(({ due, answer }) => due === null && answer === null),
    );
    expect(Math.min(missing.length, open.length)).toBeGreaterThan(0);
    const lines = blocksOf("part").map(({ blocks }) =>
      blocks.flatMap((block) =>
        block.kind === "facts" ? block.rows.map(([label, value]) => [label, value] as const) : [],
      ),
    );
    const labels = lines.flat().map(([label]) => label);
    const wordings = new Set(missing.filter(({ about }) => about === undefined).map(({ wording }) => wording));
    expect(labels.filter((label) => label !== null && typeof label !== "string" && wordings.has(label))).toEqual([]);
    const plain = open.filter(({ about }) => about === undefined);
    const unknown = plain.filter(({ recorded }) => recorded === null).map(({ wording }) => wording);
    expect(labels).toEqual(expect.arrayContaining(unknown));
    // what is recorded stands once, under what the record calls it
    const values = lines.map((rows) => rows.map(([, value]) => value));
    for (const { recorded } of plain.filter((one) => one.recorded !== null)) {
      const holding = values.map((all) => all.filter((value) => value === recorded).length);
      expect([recorded, Math.max(...holding)]).toEqual([recorded, 1]);
    }
  });

  test("names expired and critical items on its first page, contracts too", () => {
    const contracts = [{ name: "CLOMO MDM", licences: 1, from: null, until: "2026-12-23" }];
    const renewals = [
      createRenewal(1, { kind: "push-certificate", name: "プッシュ", expiresAt: "2026-10-01T00:00:00.000Z" }),
      createRenewal(2, { kind: "ade-token", name: "ADE", expiresAt: "2026-12-24T00:00:00.000Z" }),
    ];
    const facts = { ...UNANSWERED_FACTS, tenant: { ...UNANSWERED_FACTS.tenant, contracts }, renewals };
    const [summary] = buildReportDocument(buildReport(facts)).sections;
    const rows = summary?.blocks.flatMap((block) => (block.kind === "facts" ? block.rows : []));
    expect(rows).toContainEqual([
      { en: "expired, or expiring within 30 days", ja: "期限切れ・30 日以内に期限" },
      {
        en: "プッシュ (2026-10-01, expired), CLOMO MDM (2026-12-23, critical)",
        ja: "プッシュ(2026-10-01、期限切れ)、CLOMO MDM(2026-12-23、至急)",
      },
    ]);
  });

  test("combines the record of a renewal with the answers about its account", () => {
    const facts = {
      ...COMPLETE_FACTS,
      renewals: [
        ...COMPLETE_FACTS.renewals.map((one) => ({ ...one, phoneHolder: one.kind === "vpp-token" ? "受付" : null })),
        createRenewal(8, { kind: "android-owner", name: "第二所有者", account: null }),
      ],
    };
    const cells = new Map(
      buildReportDocument(buildReport(facts))
        .sections.flatMap(({ blocks }) => blocks)
        .flatMap((block) =>
          block.kind === "table" && block.head.at(-1)?.en === "identified at Apple by" ? block.rows : [],
        )
        .map((row) => [row[0], row.slice(6, 8)]),
    );
    const abm = { ja: "abm@example.jp(サインインする人: 金庫)" };
    expect(cells.get("ADE")).toMatchObject([abm, "03-0000-0078 / 金庫"]);
    expect(cells.get("VPP 本社")).toMatchObject([abm, "03-0000-0078 / 受付"]);
    expect(cells.get("第一所有者")).toMatchObject([
      { ja: "owner@example.com(サインインする人: 金庫)" },
      "03-0000-0078 / 金庫",
    ]);
    expect(cells.get("第二所有者")).toMatchObject([{ ja: "未登録" }, { ja: "未登録" }]);
  });

  test("shows which object at Apple a renewal is about, or that it is not recorded", () => {
    const table = blocksOf("table").find(({ head }) => head.at(-1)?.en === "identified at Apple by");
    const told = new Map(table?.rows.map((row) => [row[0], row.at(-1)]));
    expect(told.get("プッシュ")).toMatchObject({ ja: expect.stringMatching(/^トピック: com\.apple\.mgmt/) as string });
    expect(told.get("ADE")).toMatchObject({ ja: "未登録" });
    expect(told.get("第一所有者")).toBe("");
  });

  test("has no gaps if the handover is complete", () => {
    const data = buildReport(COMPLETE_FACTS);
    const items = evaluateBundleChecklist({ ...data, facts: COMPLETE_FACTS });
    expect(collectGaps(items)).toEqual([]);
  });
});

/** The page of data, as text of one line, without markup. */
const pageOf = (data: ReportData, language: "ja" | "en"): string =>
  renderPage(buildReportDocument(data), language)
    .replaceAll(/<wbr>|<\/?(?:bdi|code)>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, " ");

const withTenant = (change: Partial<HandoverFacts["tenant"]>): ReportData =>
  buildReport({ ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, ...change } });

describe("for a mirror", () => {
  const mirrorOf = (without: readonly string[] = []): ReportData => {
    const { manifest, ...data } = buildReport(COMPLETE_FACTS);
    return {
      ...data,
      manifest: {
        ...manifest,
        tenant: { ...manifest.tenant, mirroredAt: "2026-11-19T00:00:00.000Z" },
        resources: manifest.resources.map((one) => ({ ...one, records: without.includes(one.name) ? 0 : 1 })),
      },
    };
  };

  test("marks resources that were not taken over from the console", () => {
    const data = mirrorOf(["devices", "secured-users", "ade-devices"]);
    const told = "管理画面から取り込んでいません";
    expect(pageOf(data, "ja")).toContain(`デバイス ${told}`);
    expect(pageOf(data, "en")).toContain("devices not imported from the console");
    // in the tables of counts and of resources
    expect(pageOf(data, "ja").split(told).length - 1).toBe(4);
    // no export of the console brings this one
    expect(pageOf(data, "ja")).toContain("ADE デバイス 引き継ぎデータにはなし(有無は管理画面で確認)");
    expect(pageOf(data, "en")).toContain("ADE devices none in this bundle; the console shows whether there are any");
    const unused = { ...data, facts: { ...data.facts, tenant: { ...COMPLETE_FACTS.tenant, securedApps: false } } };
    expect(pageOf(unused, "ja").split(told).length - 1).toBe(2);
    expect(pageOf(data, "ja")).toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(unused, "ja")).not.toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(buildReport(COMPLETE_FACTS), "ja")).not.toContain(told);
  });
});

test("a name cannot reverse the text direction, not even in the contents", () => {
  const data = buildReport(COMPLETE_FACTS);
  const manifest = { ...data.manifest, leaver: { person: "花子\u202Eoruat", leaves: null } };
  expect(renderPage(buildReportDocument({ ...data, manifest }), "ja")).not.toContain("\u202E");
});

test.each(["Pacific/Auckland", "Pacific/Kiritimati", "Asia/Tokyo", "America/Los_Angeles"])(
  "counts days in the console's time zone: %s",
  (consoleTimezone) => {
    const contracts = [{ name: "CLOMO MDM", licences: 300, from: null, until: "2026-12-23" }];
    // 30 days from the day of the bundle, 2026-11-23
    expect(pageOf(withTenant({ contracts, consoleTimezone }), "ja")).toContain("CLOMO MDM 契約 2026-12-23 30 至急");
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
  const page = renderPage(buildReportDocument(buildReport(facts, hostile)), "ja");
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain("&#60;script&#62;");
  const markdown = renderMarkdown(buildReportDocument(buildReport(facts, hostile)), "ja");
  expect(markdown).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(javascript/);
});
