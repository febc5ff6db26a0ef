import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { buildExampleRecord } from "../../model/thing.ts";
import { RESOURCES } from "../resources.ts";
import { collectGaps } from "../checklist/index.ts";
import { COMPLETE_FACTS, createRenewal, UNANSWERED_FACTS } from "#support/handover/facts.ts";
import { buildReport } from "#support/handover/report.ts";
import { CONSOLE_TOPICS } from "../not-known.ts";
import type { Block } from "../../document/blocks.ts";
import { renderMarkdown } from "../../document/markdown.ts";
import { renderPage } from "../../document/page.ts";
import { evaluateBundleChecklist, buildReportDocument, buildManifestGaps } from "./content.ts";
import type { HandoverFacts, Renewal } from "../checklist/facts.ts";
import {
  isReportFile,
  ReportFileBuffer,
  MAX_REPORT_TASKS,
  parseReportData,
  type ResourceRecord,
  type ReportData,
} from "./data.ts";
import { MAX_SHOWN_ORGS, buildOrgTree, type OrgNode } from "./org-tree.ts";

type ConsoleTask = ResourceRecord<"console-tasks">;

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
    expect(buildManifestGaps(evaluateBundleChecklist(DATA), "ja")).toHaveLength(gaps.length);
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
    const bars = blocksOf("bars");
    for (const { bars: all } of bars) expect(all.reduce((sum, { value }) => sum + value, 0)).toBe(41);
  });

  test("names what the bundle lacks, and what only the console knows", () => {
    const page = renderPage(buildReportDocument(DATA), "en");
    expect(page).toContain("missing: not visible to the person who exported the bundle");
    for (const { title } of CONSOLE_TOPICS) expect(page).toContain(title.en);
    const filled = { what: "社内 Wiki の一覧", by: "佐藤", at: "2026-11-01T20:00:00.000Z" };
    const files = [{ path: "attached/apps/apps.pdf", bytes: 3, sha256: "0".repeat(64) }];
    const notKnownHere = [{ name: "apps", filled, files }];
    const answered = renderPage(
      buildReportDocument({ ...DATA, manifest: { ...DATA.manifest, notKnownHere } }),
      "ja",
    ).replaceAll("<wbr>", "");
    for (const told of ["attached/apps/apps.pdf", "社内 Wiki の一覧", "佐藤", "2026-11-02"]) {
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

  test("breaks addresses at punctuation, but not dates, numbers or short words", () => {
    const page = renderPage(buildReportDocument(DATA), "ja");
    expect(page).toContain("admin1@<wbr>example.<wbr>jp");
    expect(page).toContain("<code>clomoctl handover report BUNDLE -o report.html</code>");
    expect(page).toMatch(/<td class="short"[^>]*>\s*<bdi>2027-10-01<\/bdi>\s*<\/td>/);
  });

  test("keeps the last names of a path that is too long for a chart", () => {
    const [bars] = blocksOf("bars");
    if (bars === undefined) throw new TypeError("no chart");
    const path = ["北海道", "札幌支店", "営業推進部", "第一法人営業課"].join(" / ");
    const content = {
      ...buildReportDocument(DATA),
      sections: [{ id: "x", title: bars.title, blocks: [{ ...bars, bars: [{ label: path, value: 1 }] }] }],
    };
    expect(renderPage(content, "ja")).toContain(">… / 営業推進部 / 第一法人営業課</text");
  });

  test("shows who manages what", () => {
    const matrix = blocksOf("table").find(({ caption }) => caption.en === "Who manages which organisation");
    expect(matrix?.head.map(({ ja }) => ja)).toEqual(["ユーザー", "営業部"]);
    expect(matrix?.rows.map(([, mark]) => mark)).toEqual(["●", "●"]);
  });

  test("counts days from the day of the bundle, whatever the clock says", () => {
    const [timeline] = blocksOf("timeline");
    expect(timeline?.marks.find(({ label }) => label === "プッシュ")?.day).toBe("2027-10-01");
    const table = blocksOf("table").find(({ rows }) => rows.some(([name]) => name === "プッシュ"));
    expect(table?.rows.find(([name]) => name === "プッシュ")).toContainEqual("312");
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

  test("marks an estimated date, and explains what it is based on", () => {
    const renewals = COMPLETE_FACTS.renewals.map((one) =>
      one.kind === "android-owner" ? { ...one, certainty: "estimated" as const } : one,
    );
    const data = buildReport({ ...COMPLETE_FACTS, renewals });
    const ja = "~ は推定の期限です。「第一所有者」は最後にログインした日(2026-10-01)の 1 年後と推定しています。";
    expect(pageOf(data, "ja")).toContain(ja);
    expect(pageOf(data, "ja")).toContain("白抜き: 推定");
    expect(pageOf(data, "en")).toContain(
      "~ marks an estimated date. 第一所有者: one year after the last login (2026-10-01).",
    );
    expect(renderPage(buildReportDocument(data), "ja")).toMatch(
      /<td class="short"[^>]*>\s*<bdi>~2027-10-01<\/bdi>\s*<\/td>/,
    );
    expect(renderMarkdown(buildReportDocument(data), "ja")).toContain("- ~2027-10-01 第一所有者");
    const unsaid = renewals.map((one) => ({ ...one, confirmedAt: null }));
    expect(pageOf(buildReport({ ...COMPLETE_FACTS, renewals: unsaid }), "ja")).toContain(ja);
    const token = COMPLETE_FACTS.renewals.map((one) =>
      one.kind === "ade-token" ? { ...one, certainty: "estimated" as const } : one,
    );
    expect(pageOf(buildReport({ ...COMPLETE_FACTS, renewals: token }), "ja")).toContain(
      "「ADE」はファイル名の日時の 1 年後と推定しています",
    );
    expect(pageOf(buildReport(COMPLETE_FACTS), "ja")).not.toContain("推定");
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

  test("does not show the answered account as a contradiction if both recorded accounts are valid", () => {
    const renewals = COMPLETE_FACTS.renewals.map((one) =>
      one.kind === "vpp-token" ? { ...one, account: "vpp-only@example.jp" } : one,
    );
    const page = pageOf(buildReport({ ...COMPLETE_FACTS, renewals }), "ja");
    expect(page).toContain("vpp-only@example.jp");
    expect(page).not.toContain("どちらが正しいか要確認");
  });

  test.each<[string, Renewal["kind"], string | null, string]>([
    ["is not recorded", "vpp-token", null, "abm@example.jp(回答による)(サインインする人: 金庫)"],
    [
      "is recorded as another",
      "push-certificate",
      "push@example.jp",
      "push@example.jp(回答は other@example.jp。どちらが正しいか要確認)",
    ],
  ])("reports if the answered account %s", (_, of, account, told) => {
    const [answer] = COMPLETE_FACTS.answers;
    if (answer === undefined) throw new TypeError("nothing is answered");
    const said = { ...answer, question: "push-certificate.account", subject: "", value: "other@example.jp" };
    const facts = {
      ...COMPLETE_FACTS,
      renewals: COMPLETE_FACTS.renewals.map((one) => (one.kind === of ? { ...one, account } : one)),
      answers: [...COMPLETE_FACTS.answers.filter(({ question }) => question !== said.question), said],
    };
    expect(pageOf(buildReport(facts), "ja")).toContain(told);
  });

  test("shows the source of an account, and does not use one token's account for another", () => {
    const adeServer = {
      ...buildExampleRecord(RESOURCES["ade-server"].fields),
      adminId: "u000@example.jp",
      tokenExpiresAt: "2027-10-01T00:00:00.000Z",
    };
    const renewals = UNANSWERED_FACTS.renewals.map((one) => ({ ...one, account: null }));
    const cellsIn = (answers: HandoverFacts["answers"], expiresAt = "2027-10-01T00:00:00.000Z") => {
      const changed = renewals.map((one) => (one.kind === "ade-token" ? { ...one, expiresAt } : one));
      const data = buildReport({ ...UNANSWERED_FACTS, renewals: changed, answers });
      const of = { ...data, records: { ...data.records, "ade-server": [adeServer] } };
      const rows = buildReportDocument(of)
        .sections.flatMap(({ blocks }) => blocks)
        .flatMap((block) =>
          block.kind === "table" && block.head.at(-1)?.en === "identified at Apple by" ? block.rows : [],
        );
      const cells = new Map(rows.map((row) => [row[0], row[6]]));
      return ["ADE", "VPP 本社"].map((name) => (cells.get(name) as { readonly en: string }).en);
    };
    expect(cellsIn([])).toEqual(["u000@example.jp (recorded with the certificate or token in use)", "not recorded"]);
    // the token in use is another one
    expect(cellsIn([], "2027-03-01T00:00:00.000Z")).toEqual(["not recorded", "not recorded"]);
    const said = (question: string, value: string) => ({
      ...buildExampleRecord(RESOURCES.answers.fields),
      question,
      subject: "",
      value,
    });
    expect(cellsIn([said("apple-business.holder", "花子")])).toEqual([
      "u000@example.jp (recorded with the certificate or token in use) (花子 signs in)",
      "not recorded",
    ]);
    const both = [said("apple-business.holder", "花子"), said("apple-business.account", "abm@example.jp")];
    expect(cellsIn(both)).toEqual([
      "u000@example.jp (recorded with the certificate or token in use) (answer: abm@example.jp; check which is correct)",
      "abm@example.jp (from the checklist answers) (花子 signs in)",
    ]);
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
    const items = evaluateBundleChecklist({
      ...data,
      records: { ...data.records, administrators: COMPLETE_FACTS.administrators },
    });
    expect(collectGaps(items)).toEqual([]);
  });

  test("names whom to ask, and who may ask", () => {
    const box = blocksOf("note").at(-1);
    const ja = box?.lines.map((line) => line.ja).join("\n");
    expect(ja).toContain("CLOMO サポートセンター(サポートオプションを有効にしたシステム管理者から)");
    expect(ja).toContain("契約に関する問い合わせ: 販売代理店");
    expect(box?.lines.map((line) => line.en).join("\n")).toMatch(
      /CLOMO サポートセンター, as a system administrator with the support option .*サポートオプション/,
    );
  });

  test("names CLOMO's services, and has lines for signatures", () => {
    for (const form of [renderPage, renderMarkdown]) {
      const report = form(buildReportDocument(DATA), "ja");
      for (const word of ["ステップアップセミナー", "管理者トレーニング", "運用代行サービス", "前任者", "後任者"]) {
        expect(report).toContain(word);
      }
    }
  });
});

/** The page of data, as text of one line, without markup. */
const pageOf = (data: ReportData, language: "ja" | "en"): string =>
  renderPage(buildReportDocument(data), language)
    .replaceAll(/<wbr>|<\/?(?:bdi|code)>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, " ");

/** The data with other members of the tenant. */
const withTenant = (change: Partial<HandoverFacts["tenant"]>): ReportData =>
  buildReport({ ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, ...change } });

describe("for a mirror", () => {
  const task = (number: number, change: Partial<ConsoleTask> = {}): ConsoleTask => ({
    id: String(number).padStart(12, "0"),
    work: "create",
    kind: "users",
    thing: "user",
    object: null,
    name: "鈴木 三郎",
    state: "open",
    changes: [],
    openedAt: "2026-11-20T00:30:00.000Z",
    openedBy: "前任",
    ...change,
  });
  const mirrorOf = (tasks: readonly ConsoleTask[], without: readonly string[] = []): ReportData => {
    const { manifest, records, summary } = buildReport(COMPLETE_FACTS);
    return {
      manifest: {
        ...manifest,
        tenant: { ...manifest.tenant, mirroredAt: "2026-11-19T00:00:00.000Z" },
        resources: manifest.resources.map((one) =>
          without.includes(one.name) ? { ...one, state: "empty", records: 0 } : one,
        ),
      },
      records: { ...records, "console-tasks": tasks },
      summary,
    };
  };

  test("shows open console tasks like their list, and next to the accounts that wait for them", () => {
    const data = mirrorOf([task(1, { thing: "account", name: "admin2" }), task(2)]);
    const [en, ja] = [pageOf(data, "en"), pageOf(data, "ja")];
    expect(ja).toContain("1 CLOMO アカウントを追加する admin2 2026-11-20 09:30 前任");
    expect(ja).toContain("アップロードするファイルは引き継ぎデータに含まれないため、最終日までに受け取ってください");
    expect(ja).toContain("管理画面での未実施の作業 2 件");
    expect(en).toContain("tasks to do in the console 2 ");
    expect(en).toContain("1 add a CLOMO account admin2 2026");
    expect(en).toContain("2 add a user 鈴木 三郎");
    expect(en).toContain("screen by screen: clomoctl console show NO)");
    expect(renderMarkdown(buildReportDocument(data), "ja")).toContain("鈴木 三郎");
  });

  test("identifies a record with an open task by id, even if the name has changed", () => {
    const [one, two, three] = COMPLETE_FACTS.administrators;
    const data = mirrorOf([
      task(1, {
        work: "edit",
        thing: "account",
        object: one?.id ?? "",
        name: "前の名前",
        changes: [
          { field: "supportOption", before: null, after: "TRUE" },
          { field: "role", before: "operator", after: "system" },
          { field: "memo", before: "旧", after: null },
        ],
      }),
      task(2, {
        object: two?.id ?? "",
        name: "管理 2郎",
        changes: [
          { field: "emails", before: null, after: "a@example.jp, b@example.jp" },
          { field: "custom:入社年度", before: null, after: "2019" },
          { field: "accountPassword", before: null, after: null },
        ],
      }),
      // another value of a user leaves the account as it is
      task(3, { work: "edit", object: three?.id ?? "", name: "admin3" }),
      task(4, { kind: "users", thing: "scheme", object: "x", name: "受付" }),
    ]);
    const ja = pageOf(data, "ja");
    expect(ja).toContain(
      "1 CLOMO アカウントを変更する 前の名前 サポートオプション: オン、管理者権限: オペレーター → システム管理者、メモ: 旧 → (空)",
    );
    expect(ja).toContain("メールアドレス: a@example.jp, b@example.jp、入社年度: 2019、");
    expect(pageOf(data, "en")).toContain("(clomoctl does not store it)");
    expect(ja).toContain("2 ユーザーを追加する 管理 2郎");
    expect(ja).toContain("3 ユーザーを変更する admin3");
    expect(ja).toContain("4 カスタム管理権限スキームを追加する 受付");
    expect(ja).toContain("admin1(管理画面では変更が未実施)");
    expect(ja).toContain("admin2(管理画面では未登録)");
    expect(ja).not.toContain("admin3(管理画面");
    expect(pageOf(data, "en")).not.toContain("user or account");
  });

  test("shows the first hundred tasks, and the number of the others", () => {
    const data = mirrorOf(Array.from({ length: 140 }, (_, at) => task(at + 1, { name: `利用者 ${at + 1}` })));
    expect(pageOf(data, "ja")).toContain("ほか 40 件");
    expect(pageOf(data, "ja")).not.toContain("利用者 101 ");
  });

  test("marks resources that were not taken over from the console", () => {
    const data = mirrorOf([], ["devices", "secured-users", "push-certificate"]);
    const told = "管理画面から取り込んでいません";
    expect(pageOf(data, "ja")).toContain(`デバイス ${told}`);
    expect(pageOf(data, "en")).toContain("devices not imported from the console");
    // in the table of counts, twice; in that of resources, twice; at the organisations, and where the devices would stand
    expect(pageOf(data, "ja").split(told).length - 1).toBe(6);
    // no export of the console brings this one
    expect(pageOf(data, "ja")).toContain("MDM プッシュ通知証明書 引き継ぎデータにはなし(有無は管理画面で確認)");
    expect(pageOf(data, "en")).toContain(
      "MDM push certificate none in this bundle; the console shows whether there are any",
    );
    const unused = {
      ...data,
      records: { ...data.records, tenant: [{ id: "tenant", ...COMPLETE_FACTS.tenant, securedApps: false }] },
    };
    expect(pageOf(unused, "ja").split(told).length - 1).toBe(4);
    expect(pageOf(data, "ja")).toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(unused, "ja")).not.toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(buildReport(COMPLETE_FACTS), "ja")).not.toContain(told);
  });

  test("without access to answers, reports what was not checked, taken over or visible", () => {
    const data = mirrorOf([], ["devices", "console-tasks"]);
    const { manifest, records } = data;
    const part = (orgs: typeof records.orgs): ReportData => ({
      ...data,
      manifest: {
        ...manifest,
        partial: true,
        resources: manifest.resources.map((one) =>
          one.name === "answers" || one.name === "renewals" ? { ...one, state: "not-permitted", records: 0 } : one,
        ),
      },
      records: { ...records, orgs, answers: [], renewals: [] },
    });
    const ja = pageOf(part(records.orgs), "ja");
    expect(ja).toContain("確認リストの不足 判定していません");
    expect(ja).toContain("管理画面での未実施の作業 書き出した人には不明");
    expect(ja).toContain("デバイス 管理画面から取り込んでいません");
    expect(ja).toContain("年次更新・期限 なし(書き出した人に権限がないため)");
    expect(ja).not.toContain("0 件");
    expect(ja).not.toContain("登録がありません");
    expect(pageOf(part(records.orgs), "en")).toContain("gaps in the checklist not evaluated");
    // some of the organisations may have none of what the whole has
    const [, ...below] = records.orgs;
    const some = pageOf(part(below), "ja");
    expect(some).toContain("デバイス 書き出した人に見える範囲に 0 件");
    expect(some).not.toContain("テナントに 0 件");
    expect(pageOf(data, "ja")).toMatch(/確認リストの不足 \d/);
  });

  test("omits counts that were not taken over, and shows a leaver where to look", () => {
    const data = mirrorOf([], ["devices", "secured-users"]);
    const manifest = { ...data.manifest, leaver: { person: "admin1", leaves: null } };
    const [en, ja] = [pageOf({ ...data, manifest }, "en"), pageOf({ ...data, manifest }, "ja")];
    expect(ja).not.toMatch(/デバイス 0/);
    expect(en).not.toMatch(/users, \d+ devices/);
    expect(ja).toContain("営業部 ユーザー 17 ");
    expect(ja).toContain("デバイス: 管理画面から取り込んでいません 全社");
    expect(ja).toContain("「所有者情報」欄がその人のデバイスを確認");
    expect(en).toContain("in SECURED APPs MANAGER, check the users and Settings > Administrators");
    expect(ja).not.toContain("その人のデバイスや SECURED APPs の確認");
    expect(renderMarkdown(buildReportDocument({ ...data, manifest }), "ja")).toContain("- 営業部 (ユーザー 17)\n");
    // some of the organisations may have none
    const records = { ...data.records, orgs: data.records.orgs.slice(1) };
    const part = { ...data, records, manifest: { ...manifest, partial: true as const } };
    expect(pageOf(part, "ja")).toContain("その人のデバイスや SECURED APPs の確認");
  });

  test("notes that further administrators are not confirmed, as status does", () => {
    const data = mirrorOf([]);
    const unasked = { ...data, manifest: { ...data.manifest, administratorsUnasked: true as const } };
    expect(pageOf(unasked, "ja")).toMatch(/管理者 \d+\(全員かどうかは未確認\)/);
    expect(pageOf(unasked, "ja")).toContain("clomoctl users administrators add USER");
    expect(pageOf(unasked, "en")).toContain(
      "not confirmed to be complete (exports of the console do not show administrators)",
    );
    expect(pageOf(data, "ja")).not.toContain("未確認");
  });

  test("refers to the console for passwords", () => {
    expect(pageOf(mirrorOf([]), "ja")).not.toContain("reset-password");
    expect(pageOf(mirrorOf([]), "ja")).toContain("パスワードを忘れた場合はこちら");
    expect(pageOf(buildReport(COMPLETE_FACTS), "ja")).toContain("clomoctl clomo-account reset-password");
  });
});

test("shows the tenant's missing details with the commands, and how Android is used", () => {
  const page = pageOf(withTenant({ contactPhone: null, contracts: [] }), "ja");
  for (const line of ["--domain DOMAIN", "--contact-phone NUMBER", "--contract NAME --licences N"]) {
    expect(page).toContain(`未登録(clomoctl tenant set ${line})`);
  }
  expect(page).toContain("Android のアカウント Google Play アカウント方式");
  const contract = { name: "CLOMO MDM", licences: 300, from: null, until: "2027-03-31" };
  expect(pageOf(withTenant({ contracts: [{ ...contract, until: null }] }), "ja")).toContain(
    "契約 CLOMO MDM (300 ライセンス, 終了日は未登録)",
  );
  const known = pageOf(withTenant({ domain: "minato", contracts: [contract] }), "en");
  expect(known).toContain("contracts CLOMO MDM (300 licences, until 2027-03-31)");
  expect(known).toContain("domain minato");
  expect(known).toContain("times in the time zone Asia/Tokyo");
});

test("shows an answer as a fact, and an open question as a question", () => {
  const page = pageOf(buildReport(COMPLETE_FACTS), "ja");
  expect(page).toContain("パスワードの保管場所 金庫 (後任, 2026-11-20)");
  expect(page).toContain("会社のアカウント はい (後任");
  expect(page).toContain("admin1: 使っている人 管理 1郎 (後任");
  expect(page).not.toContain("パスワードはどこに保管していますか");
  expect(pageOf(DATA, "ja")).toContain("いつから契約の担当者ですか? 未回答(clomoctl handover answer contact.since)");
});

test("uses one word for each concept", () => {
  const page = pageOf(DATA, "ja") + pageOf(buildReport(COMPLETE_FACTS), "ja");
  for (const other of ["二要素認証", "二段階認証", "2ファクタ認証の電話", "更新項目", "期限のあるもの", "未設定"])
    expect(page).not.toContain(other);
});

test("lists commands for the successor, based on what expires in this tenant", () => {
  const [en, ja] = [pageOf(buildReport(COMPLETE_FACTS), "en"), pageOf(buildReport(COMPLETE_FACTS), "ja")];
  for (const line of [
    "handover verify BUNDLE",
    "handover report BUNDLE -o report.html",
    "handover apply BUNDLE --dry-run",
    "handover checklist",
    "renewals check",
    "renewals guide push-certificate",
    "renewals guide ade-token",
    "renewals guide vpp-token",
    "renewals guide android-owner",
    "renewals schedule",
    "renewals notify init",
    "handover diff BUNDLE --tenant --applicable --ignore-times",
  ]) {
    expect(en).toContain(`clomoctl ${line}`);
    expect(ja).toContain(`clomoctl ${line}`);
  }
  const two = [...COMPLETE_FACTS.renewals, createRenewal(9, { kind: "vpp-token", name: "VPP 大阪" })];
  const several = pageOf(buildReport({ ...COMPLETE_FACTS, renewals: two }), "ja");
  for (const name of ["'VPP 本社'", "'VPP 大阪'"]) expect(several).toContain(`clomoctl renewals guide ${name}`);
  expect(several).not.toContain("`clomoctl renewals guide vpp-token`");
  expect(ja).toContain("引き継ぎデータには含まれないため、書き出した人からプログラムのフォルダーを受け取るか");
  expect(ja).toContain("必ず同じ Apple Account で更新します");
  const next = (page: string) =>
    page.slice(page.indexOf("BUNDLE"), page.indexOf("含まれるものと含まれないもの 含まれて"));
  for (const warning of ["期限前でもすぐに無効になります", "すぐに各トークンを更新してください", "年に一度以上"])
    expect(next(ja)).toContain(warning);
  for (const told of ["署名ではないため", "clomoctl help", "README.ja.md"]) expect(next(ja)).toContain(told);
  expect(en).toContain("This is not a signature");
  expect([en.includes("the fingerprint that the command shows"), ja.includes("表示されるフィンガープリント")]).toEqual([
    true,
    true,
  ]);
  const without = pageOf(
    buildReport({ ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, android: false }, renewals: [] }),
    "en",
  );
  expect(without).not.toContain("at least once a year");
  expect(without).not.toContain("guide android-owner");
  expect(without).toContain("guide push-certificate");
});

test("shows each role's permissions, and the files that help to find a lost device", () => {
  const data = buildReport(COMPLETE_FACTS);
  const files = ["csv/devices.csv", "csv/users.csv"].map((path) => ({ path, records: 3 }));
  const [bare, whole] = [data, { ...data, manifest: { ...data.manifest, files } }].map((one) => pageOf(one, "ja"));
  expect(whole).toContain("デバイスと所有者、関係者の連絡先を調べる同梱ファイル csv/devices.csv, csv/users.csv");
  expect(bare).not.toContain("調べる同梱ファイル");
  expect(bare).toContain("詳細: `clomoctl roles matrix`");
  expect(bare).toContain("オペレーター: 限定された操作のみ");
  expect(pageOf(data, "en")).toContain("division administrator: acts in the organisations");
  const [beside, apart] = files.map((told) =>
    pageOf(
      { ...data, manifest: { ...data.manifest, files: [told], leaver: { person: "admin1", leaves: null } } },
      "en",
    ),
  );
  expect(beside).toContain("the bundle also lists the devices: search csv/devices.csv");
  expect(apart).not.toContain("the bundle also lists the devices");
});

test("a name cannot reverse the text direction, not even in the contents", () => {
  const data = buildReport(COMPLETE_FACTS);
  const manifest = { ...data.manifest, leaver: { person: "花子\u202Eoruat", leaves: null } };
  expect(renderPage(buildReportDocument({ ...data, manifest }), "ja")).not.toContain("\u202E");
});

test("shows the end of a contract on the time line, unless a renewal has its name", () => {
  const contracts = [
    { name: "CLOMO MDM", licences: 300, from: null, until: "2027-03-31" },
    { name: "プッシュ", licences: null, from: null, until: "2027-04-30" },
    { name: "CLOMO GATE", licences: null, from: null, until: null },
  ];
  const data = withTenant({ contracts });
  const page = pageOf(data, "ja");
  expect(page).toMatch(/CLOMO MDM 契約 2027-03-31 128 余裕あり/);
  expect(page).toContain("5 件のタイムライン");
  expect(page).not.toContain("契約 2027-04-30");
  expect(page).not.toContain("CLOMO GATE 契約");
  expect(page).toContain("renewals list と renewals check の対象には含まれません");
  expect(pageOf(withTenant({ contracts: [] }), "ja")).not.toContain("renewals check の対象には含まれません");
  expect(renderMarkdown(buildReportDocument(data), "en")).toContain("- 2027-03-31 CLOMO MDM (ok)");
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

describe("the organisation tree", () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: String(at).padStart(6, "0"),
      name: `o${at}`,
      parentId: at === 0 ? null : String(Math.trunc((at - 1) / 3)).padStart(6, "0"),
    }));

  const sum = (nodes: readonly OrgNode[], of: (node: OrgNode) => number): number =>
    nodes.reduce((total, node) => total + of(node) + sum(node.children, of), 0);

  test.each([1, 4, 200, 301, 5000])("of %i organisations is limited in size, but counts all of them", (count) => {
    const orgs = chain(count);
    const users = new Map(orgs.map(({ id }) => [id, 2]));
    const tree = buildOrgTree(orgs, users, new Map());
    expect(sum(tree, () => 1)).toBeLessThanOrEqual(MAX_SHOWN_ORGS);
    expect(sum(tree, ({ hidden }) => 1 + (hidden?.orgs ?? 0))).toBe(count);
    expect(sum(tree, ({ users: own, hidden }) => (own ?? 0) + (hidden?.users ?? 0))).toBe(2 * count);
  });

  test("has a root for an organisation whose parent is outside", () => {
    const [first] = buildOrgTree([{ id: "a", name: "支社", parentId: ROOT_ORG_ID }], new Map(), new Map([["a", 3]]));
    expect(first).toMatchObject({ name: "支社", devices: 3, hidden: null });
  });
});

test("keeps as many console tasks as a report needs, wherever a chunk ends", () => {
  const lines = Array.from({ length: 5000 }, (_, at) => JSON.stringify({ id: String(at), name: `利用者 ${at}` }));
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9000 }), (size) => {
      const kept = new ReportFileBuffer("resources/console-tasks.ndjson");
      for (let at = 0; at < bytes.length; at += size) kept.add(bytes.subarray(at, at + size));
      const told = kept.text().trimEnd().split("\n");
      expect(told).toEqual(lines.slice(0, MAX_REPORT_TASKS));
    }),
    { numRuns: 10 },
  );
  const whole = new ReportFileBuffer("resources/orgs.ndjson");
  whole.add(bytes);
  expect(whole.text()).toBe(bytes.toString("utf8"));
});

test("reads only a few files for a report", () => {
  const files = new Map([
    ["resources/orgs.ndjson", '{"id":"a","name":"支社","code":null,"parentId":null}\n'],
    ["summary.json", '{"users":{"byOrg":[],"withAccountName":0}}\n'],
  ]);
  expect(isReportFile("resources/users.ndjson")).toBe(false);
  expect([...files.keys()].every((path) => isReportFile(path))).toBe(true);
  expect(isReportFile("resources/console-tasks.ndjson")).toBe(true);
  const data = parseReportData(DATA.manifest, files);
  expect(data.records.orgs).toHaveLength(1);
  expect(data.records.renewals).toEqual([]);
  expect(renderPage(buildReportDocument(data), "en")).toContain("支社");
});
