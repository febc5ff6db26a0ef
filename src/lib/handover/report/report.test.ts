import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { exampleOf } from "../../model/thing.ts";
import { RESOURCES } from "../resources.ts";
import { gapsOf } from "../checklist/index.ts";
import { COMPLETE, renewal, UNANSWERED } from "#support/handover/facts.ts";
import { reportOf } from "#support/handover/report.ts";
import { NOT_KNOWN_HERE } from "../not-known.ts";
import type { Block } from "../../document/blocks.ts";
import { documentMarkdown } from "../../document/markdown.ts";
import { documentPage } from "../../document/page.ts";
import { checklistOf, contentOf, manifestGaps } from "./content.ts";
import type { HandoverFacts, Renewal } from "../checklist/facts.ts";
import { isRead, KeptFile, MAX_TASKS, reportData, type RecordIn, type ReportData } from "./data.ts";
import { MAX_SHOWN, orgTree, type OrgNode } from "./org-tree.ts";

type ConsoleTask = RecordIn<"console-tasks">;

const DATA = reportOf(UNANSWERED);

const blocksOf = <K extends Block["kind"]>(kind: K): readonly Extract<Block, { kind: K }>[] =>
  contentOf(DATA).sections.flatMap(({ blocks }) =>
    blocks.filter((block): block is Extract<Block, { kind: K }> => block.kind === kind),
  );

describe("what a report says", () => {
  test("has every gap of the checklist, in both forms and languages", () => {
    const gaps = gapsOf(checklistOf(DATA));
    expect(gaps.length).toBeGreaterThan(10);
    for (const language of ["ja", "en"] as const) {
      const page = documentPage(contentOf(DATA), language).replaceAll(/&#(\d+);/g, (_, code: string) =>
        String.fromCodePoint(Number(code)),
      );
      for (const { code, what, mend } of gaps) {
        expect(page).toContain(`data-id="${code}"`);
        expect(page).toContain(what[language]);
        expect(page).toContain(mend[language]);
      }
      expect(page.split("data-id=").length - 1).toBe(gaps.length);
      const markdown = documentMarkdown(contentOf(DATA), language);
      expect(markdown.split(language === "ja" ? "**不足**" : "**MISSING**").length - 1).toBe(gaps.length);
    }
    expect(manifestGaps(checklistOf(DATA), "ja")).toHaveLength(gaps.length);
  });

  test("counts what the bundle counts", () => {
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

  test("names what the bundle lacks, and what nobody but the console knows", () => {
    const page = documentPage(contentOf(DATA), "en");
    expect(page).toContain("missing: whoever exported it may not see that");
    for (const { title } of NOT_KNOWN_HERE) expect(page).toContain(title.en);
    const filled = { what: "社内 Wiki の一覧", by: "佐藤", at: "2026-11-01T20:00:00.000Z" };
    const files = [{ path: "attached/apps/apps.pdf", bytes: 3, sha256: "0".repeat(64) }];
    const notKnownHere = [{ name: "apps", filled, files }];
    const answered = documentPage(
      contentOf({ ...DATA, manifest: { ...DATA.manifest, notKnownHere } }),
      "ja",
    ).replaceAll("<wbr>", "");
    for (const told of ["attached/apps/apps.pdf", "社内 Wiki の一覧", "佐藤", "2026-11-02"]) {
      expect(answered).toContain(told);
    }
  });

  test("shows what is missing once, and what is open without being missing", () => {
    const items = checklistOf(DATA);
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

  test("breaks addresses at their signs, and no day, number or short word", () => {
    const page = documentPage(contentOf(DATA), "ja");
    expect(page).toContain("admin1@<wbr>example.<wbr>jp");
    expect(page).toContain('BUNDLE <span class="short">--tenant</span> <span class="short">--applicable</span> <span');
    expect(page).toContain("BUNDLE -<wbr>o report.<wbr>html");
    expect(page).toMatch(/<td class="short"[^>]*>\s*<bdi>2027-10-01<\/bdi>\s*<\/td>/);
  });

  test("keeps the last names of a path that is too long for a chart", () => {
    const [bars] = blocksOf("bars");
    if (bars === undefined) throw new TypeError("no chart");
    const path = ["北海道", "札幌支店", "営業推進部", "第一法人営業課"].join(" / ");
    const content = {
      ...contentOf(DATA),
      sections: [{ id: "x", title: bars.title, blocks: [{ ...bars, bars: [{ label: path, value: 1 }] }] }],
    };
    expect(documentPage(content, "ja")).toContain(">… / 営業推進部 / 第一法人営業課</text");
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

  test("names on its first page what is expired or critical, a contract too", () => {
    const contracts = [{ name: "CLOMO MDM", licences: 1, from: null, until: "2026-12-23" }];
    const renewals = [
      renewal(1, { kind: "push-certificate", name: "プッシュ", expiresAt: "2026-10-01T00:00:00.000Z" }),
      renewal(2, { kind: "ade-token", name: "ADE", expiresAt: "2026-12-24T00:00:00.000Z" }),
    ];
    const facts = { ...UNANSWERED, tenant: { ...UNANSWERED.tenant, contracts }, renewals };
    const [summary] = contentOf(reportOf(facts)).sections;
    const rows = summary?.blocks.flatMap((block) => (block.kind === "facts" ? block.rows : []));
    expect(rows).toContainEqual([
      { en: "expired, or due within 30 days", ja: "期限切れ・30 日以内に期限" },
      {
        en: "プッシュ (2026-10-01, expired), CLOMO MDM (2026-12-23, critical)",
        ja: "プッシュ(2026-10-01、期限切れ)、CLOMO MDM(2026-12-23、至急)",
      },
    ]);
  });

  test("tells an estimated date as an estimate, and what it follows from", () => {
    const renewals = COMPLETE.renewals.map((one) =>
      one.kind === "android-owner" ? { ...one, certainty: "estimated" as const } : one,
    );
    const data = reportOf({ ...COMPLETE, renewals });
    const ja = "~ は推定の期限です。「第一所有者」は最後にログインした日(2026-10-01)の 1 年後と推定しています。";
    expect(pageOf(data, "ja")).toContain(ja);
    expect(pageOf(data, "ja")).toContain("白抜き: 推定");
    expect(pageOf(data, "en")).toContain(
      "~ marks an estimate. 第一所有者: one year after the last login (2026-10-01).",
    );
    expect(documentPage(contentOf(data), "ja")).toMatch(/<td class="short"[^>]*>\s*<bdi>~2027-10-01<\/bdi>\s*<\/td>/);
    expect(documentMarkdown(contentOf(data), "ja")).toContain("- ~2027-10-01 第一所有者");
    const unsaid = renewals.map((one) => ({ ...one, confirmedAt: null }));
    expect(pageOf(reportOf({ ...COMPLETE, renewals: unsaid }), "ja")).toContain(ja);
    const token = COMPLETE.renewals.map((one) =>
      one.kind === "ade-token" ? { ...one, certainty: "estimated" as const } : one,
    );
    expect(pageOf(reportOf({ ...COMPLETE, renewals: token }), "ja")).toContain(
      "「ADE」はファイル名の日時の 1 年後と推定しています",
    );
    expect(pageOf(reportOf(COMPLETE), "ja")).not.toContain("推定");
  });

  test("joins what is recorded of a renewal with what was answered of its account", () => {
    const facts = {
      ...COMPLETE,
      renewals: [
        ...COMPLETE.renewals.map((one) => ({ ...one, phoneHolder: one.kind === "vpp-token" ? "受付" : null })),
        renewal(8, { kind: "android-owner", name: "第二所有者", account: null }),
      ],
    };
    const cells = new Map(
      contentOf(reportOf(facts))
        .sections.flatMap(({ blocks }) => blocks)
        .flatMap((block) =>
          block.kind === "table" && block.head.at(-1)?.en === "which one at Apple" ? block.rows : [],
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

  test("where both of two recorded accounts hold, says nothing of the answered one at the other", () => {
    const renewals = COMPLETE.renewals.map((one) =>
      one.kind === "vpp-token" ? { ...one, account: "vpp-only@example.jp" } : one,
    );
    const page = pageOf(reportOf({ ...COMPLETE, renewals }), "ja");
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
  ])("where the account that was answered %s, that is said", (_, of, account, told) => {
    const [answer] = COMPLETE.answers;
    if (answer === undefined) throw new TypeError("nothing is answered");
    const said = { ...answer, question: "push-certificate.account", subject: "", value: "other@example.jp" };
    const facts = {
      ...COMPLETE,
      renewals: COMPLETE.renewals.map((one) => (one.kind === of ? { ...one, account } : one)),
      answers: [...COMPLETE.answers.filter(({ question }) => question !== said.question), said],
    };
    expect(pageOf(reportOf(facts), "ja")).toContain(told);
  });

  test("says where an account is known from, and takes the account of one token for that of no other", () => {
    const adeServer = {
      ...exampleOf(RESOURCES["ade-server"].fields),
      adminId: "u000@example.jp",
      tokenExpiresAt: "2027-10-01T00:00:00.000Z",
    };
    const renewals = UNANSWERED.renewals.map((one) => ({ ...one, account: null }));
    const cellsIn = (answers: HandoverFacts["answers"], expiresAt = "2027-10-01T00:00:00.000Z") => {
      const changed = renewals.map((one) => (one.kind === "ade-token" ? { ...one, expiresAt } : one));
      const data = reportOf({ ...UNANSWERED, renewals: changed, answers });
      const of = { ...data, records: { ...data.records, "ade-server": [adeServer] } };
      const rows = contentOf(of)
        .sections.flatMap(({ blocks }) => blocks)
        .flatMap((block) =>
          block.kind === "table" && block.head.at(-1)?.en === "which one at Apple" ? block.rows : [],
        );
      const cells = new Map(rows.map((row) => [row[0], row[6]]));
      return ["ADE", "VPP 本社"].map((name) => (cells.get(name) as { readonly en: string }).en);
    };
    expect(cellsIn([])).toEqual(["u000@example.jp (recorded with the certificate or token in use)", "not recorded"]);
    // the token in use is another one
    expect(cellsIn([], "2027-03-01T00:00:00.000Z")).toEqual(["not recorded", "not recorded"]);
    const said = (question: string, value: string) => ({
      ...exampleOf(RESOURCES.answers.fields),
      question,
      subject: "",
      value,
    });
    expect(cellsIn([said("apple-business.holder", "花子")])).toEqual([
      "u000@example.jp (recorded with the certificate or token in use) (signs in: 花子)",
      "not recorded",
    ]);
    const both = [said("apple-business.holder", "花子"), said("apple-business.account", "abm@example.jp")];
    expect(cellsIn(both)).toEqual([
      "u000@example.jp (recorded with the certificate or token in use) (answered: abm@example.jp; which holds?)",
      "abm@example.jp (as answered) (signs in: 花子)",
    ]);
  });

  test("tells which one at Apple a renewal is about, or that nobody recorded it", () => {
    const table = blocksOf("table").find(({ head }) => head.at(-1)?.en === "which one at Apple");
    const told = new Map(table?.rows.map((row) => [row[0], row.at(-1)]));
    expect(told.get("プッシュ")).toMatchObject({ ja: expect.stringMatching(/^トピック: com\.apple\.mgmt/) as string });
    expect(told.get("ADE")).toMatchObject({ ja: "未登録" });
    expect(told.get("第一所有者")).toBe("");
  });

  test("says of a complete handover that it is complete", () => {
    const data = reportOf(COMPLETE);
    const items = checklistOf({ ...data, records: { ...data.records, administrators: COMPLETE.administrators } });
    expect(gapsOf(items)).toEqual([]);
  });

  test("names whom to ask, and who may", () => {
    const box = blocksOf("note").at(-1);
    const ja = box?.lines.map((line) => line.ja).join("\n");
    expect(ja).toContain("CLOMO サポートセンター(サポートオプションを有効にしたシステム管理者から)");
    expect(ja).toContain("契約に関する問い合わせ: 販売代理店");
    expect(box?.lines.map((line) => line.en).join("\n")).toMatch(/whose support option .* is on/);
  });

  test("names the maker's help, and has lines to sign", () => {
    for (const form of [documentPage, documentMarkdown]) {
      const report = form(contentOf(DATA), "ja");
      for (const word of ["ステップアップセミナー", "管理者トレーニング", "運用代行サービス", "前任者", "後任者"]) {
        expect(report).toContain(word);
      }
    }
  });
});

/** The page of data, as text of one line, without markup. */
const pageOf = (data: ReportData, language: "ja" | "en"): string =>
  documentPage(contentOf(data), language)
    .replaceAll(/<wbr>|<\/?bdi>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, " ");

/** The data with other members of the tenant. */
const withTenant = (change: Partial<HandoverFacts["tenant"]>): ReportData =>
  reportOf({ ...COMPLETE, tenant: { ...COMPLETE.tenant, ...change } });

describe("of a mirror", () => {
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
    const { manifest, records, summary } = reportOf(COMPLETE);
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
      clomoctl: COMPLETE.clomoctl,
    };
  };

  test("shows what is still to be done in the console as its list does, and at the accounts that wait", () => {
    const data = mirrorOf([task(1, { thing: "account", name: "admin2" }), task(2)]);
    const [en, ja] = [pageOf(data, "en"), pageOf(data, "ja")];
    expect(ja).toContain("1 CLOMO アカウントを追加する admin2 2026-11-20 09:30 前任");
    expect(ja).toContain("アップロードするファイルは引き継ぎデータに含まれないため、最終日までに受け取ってください");
    expect(ja).toContain("管理画面での未実施の作業 2 件");
    expect(en).toContain("still to be done in the console 2 ");
    expect(en).toContain("1 add a CLOMO account admin2 2026");
    expect(en).toContain("2 add a user 鈴木 三郎");
    expect(en).toContain("screen by screen: clomoctl console show NO.");
    expect(documentMarkdown(contentOf(data), "ja")).toContain("鈴木 三郎");
  });

  test("knows by its id which record waits, however it was called then", () => {
    const [one, two, three] = COMPLETE.administrators;
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
    expect(pageOf(data, "en")).toContain("(clomoctl kept none)");
    expect(ja).toContain("2 ユーザーを追加する 管理 2郎");
    expect(ja).toContain("3 ユーザーを変更する admin3");
    expect(ja).toContain("4 カスタム管理権限スキームを追加する 受付");
    expect(ja).toContain("admin1(管理画面では変更が未実施)");
    expect(ja).toContain("admin2(管理画面では未登録)");
    expect(ja).not.toContain("admin3(管理画面");
    expect(pageOf(data, "en")).not.toContain("user or account");
  });

  test("shows the first hundred of many, and how many there are", () => {
    const data = mirrorOf(Array.from({ length: 140 }, (_, at) => task(at + 1, { name: `利用者 ${at + 1}` })));
    expect(pageOf(data, "ja")).toContain("ほか 40 件");
    expect(pageOf(data, "ja")).not.toContain("利用者 101 ");
  });

  test("says of what has no records that it was not taken in from the console", () => {
    const data = mirrorOf([], ["devices", "secured-users", "push-certificate"]);
    const told = "管理画面から取り込まれていません";
    expect(pageOf(data, "ja")).toContain(`デバイス ${told}`);
    expect(pageOf(data, "en")).toContain("devices not taken in from the console");
    // in the table of counts, twice; in that of resources, twice; at the organisations, and where the devices would stand
    expect(pageOf(data, "ja").split(told).length - 1).toBe(6);
    // no export of the console brings this one
    expect(pageOf(data, "ja")).toContain("MDM プッシュ通知証明書 ここにはなし(有無は管理画面で確認)");
    expect(pageOf(data, "en")).toContain("MDM push certificate none here: whether there is one, the console tells");
    const unused = {
      ...data,
      records: { ...data.records, tenant: [{ id: "tenant", ...COMPLETE.tenant, securedApps: false }] },
    };
    expect(pageOf(unused, "ja").split(told).length - 1).toBe(4);
    expect(pageOf(data, "ja")).toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(unused, "ja")).not.toContain("SECURED APPs MANAGER の管理者");
    expect(pageOf(reportOf(COMPLETE), "ja")).not.toContain(told);
  });

  test("exported by who may see no answers says what was not judged, not taken in and not seen, as the owner's does", () => {
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
    expect(ja).toContain("デバイス 管理画面から取り込まれていません");
    expect(ja).toContain("更新期限 なし(書き出した人に権限がないため)");
    expect(ja).not.toContain("0 件");
    expect(ja).not.toContain("登録がありません");
    expect(pageOf(part(records.orgs), "en")).toContain("gaps of the checklist not judged");
    // some of the organisations may have none of what the whole has
    const [, ...below] = records.orgs;
    const some = pageOf(part(below), "ja");
    expect(some).toContain("デバイス 書き出した人に見える範囲に 0 件");
    expect(some).not.toContain("テナントに 0 件");
    expect(pageOf(data, "ja")).toMatch(/確認リストの不足 \d/);
  });

  test("has no counts of what was not taken in at its organisations, and tells a leaver where to look", () => {
    const data = mirrorOf([], ["devices", "secured-users"]);
    const manifest = { ...data.manifest, leaver: { person: "admin1", leaves: null } };
    const [en, ja] = [pageOf({ ...data, manifest }, "en"), pageOf({ ...data, manifest }, "ja")];
    expect(ja).not.toMatch(/デバイス 0/);
    expect(en).not.toMatch(/users, \d+ devices/);
    expect(ja).toContain("営業部 ユーザー 17 ");
    expect(ja).toContain("デバイス: 管理画面から取り込まれていません 全社");
    expect(ja).toContain("「所有者情報」欄がその人のデバイスを確認");
    expect(en).toContain("look in SECURED APPs MANAGER, at its users and Settings > Administrators");
    expect(ja).not.toContain("その人のデバイスや SECURED APPs の確認");
    expect(documentMarkdown(contentOf({ ...data, manifest }), "ja")).toContain("- 営業部 (ユーザー 17)\n");
    // some of the organisations may have none
    const records = { ...data.records, orgs: data.records.orgs.slice(1) };
    const part = { ...data, records, manifest: { ...manifest, partial: true as const } };
    expect(pageOf(part, "ja")).toContain("その人のデバイスや SECURED APPs の確認");
  });

  test("says of its administrators that nobody has said whether there are others, as status does", () => {
    const data = mirrorOf([]);
    const unasked = { ...data, manifest: { ...data.manifest, administratorsUnasked: true as const } };
    expect(pageOf(unasked, "ja")).toMatch(/管理者 \d+\(ほかにいるかは未確認\)/);
    expect(pageOf(unasked, "ja")).toContain("clomoctl users administrators add USER");
    expect(pageOf(unasked, "en")).toContain(
      "whether there are others is not confirmed (exports of the console do not show it)",
    );
    expect(pageOf(data, "ja")).not.toContain("未確認");
  });

  test("names the console for passwords", () => {
    expect(pageOf(mirrorOf([]), "ja")).not.toContain("reset-password");
    expect(pageOf(mirrorOf([]), "ja")).toContain("パスワードを忘れた場合はこちら");
    expect(pageOf(reportOf(COMPLETE), "ja")).toContain("clomoctl clomo-account reset-password");
  });
});

test("of the tenant itself it shows what is not recorded, with what to type, and how Android is used", () => {
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
  expect(known).toContain("times are those of Asia/Tokyo");
});

test("what was answered reads as a fact, what is open as a question", () => {
  const page = pageOf(reportOf(COMPLETE), "ja");
  expect(page).toContain("パスワードの保管場所 金庫 (後任, 2026-11-20)");
  expect(page).toContain("会社のアカウント はい (後任");
  expect(page).toContain("admin1: 使っている人 管理 1郎 (後任");
  expect(page).not.toContain("パスワードはどこに保管していますか");
  expect(pageOf(DATA, "ja")).toContain("いつから契約の担当者ですか? 未回答(clomoctl handover answer contact.since)");
});

test("one word is used for one thing", () => {
  const page = pageOf(DATA, "ja") + pageOf(reportOf(COMPLETE), "ja");
  for (const other of ["二要素認証", "二段階認証", "2ファクタ認証の電話", "更新項目", "期限のあるもの", "未設定"])
    expect(page).not.toContain(other);
});

test("the successor finds what to type, by what expires in this tenant", () => {
  const [en, ja] = [pageOf(reportOf(COMPLETE), "en"), pageOf(reportOf(COMPLETE), "ja")];
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
    "renewals schedule install",
    "renewals schedule remove",
    "renewals notify init",
    "handover diff BUNDLE --tenant --applicable --ignore-times",
  ]) {
    expect(en).toContain(`clomoctl ${line}`);
    expect(ja).toContain(`clomoctl ${line}`);
  }
  const two = [...COMPLETE.renewals, renewal(9, { kind: "vpp-token", name: "VPP 大阪" })];
  const several = pageOf(reportOf({ ...COMPLETE, renewals: two }), "ja");
  for (const name of ["'VPP 本社'", "'VPP 大阪'"]) expect(several).toContain(`clomoctl renewals guide ${name}`);
  expect(several).not.toContain("clomoctl renewals guide vpp-token");
  expect(ja).toContain("引き継ぎデータには含まれないため、書き出した人から入手してください");
  const idle = { ...COMPLETE, clomoctl: COMPLETE.clomoctl && { ...COMPLETE.clomoctl, runs: [] } };
  expect(pageOf(reportOf(idle), "en")).not.toContain("schedule remove");
  expect(ja).toContain("必ず同じ Apple Account で更新します");
  const next = (page: string) =>
    page.slice(page.indexOf("BUNDLE"), page.indexOf("含まれるものと含まれないもの 含まれて"));
  for (const warning of ["期限前でもすぐに無効になります", "すぐに各トークンを更新してください", "年に一度以上"])
    expect(next(ja)).toContain(warning);
  for (const told of ["署名ではないため", "clomoctl help", "README.ja.md"]) expect(next(ja)).toContain(told);
  expect(en).toContain("That is no signature");
  expect([en.includes("the fingerprint that it shows"), ja.includes("表示されるフィンガープリント")]).toEqual([
    true,
    true,
  ]);
  const without = pageOf(reportOf({ ...COMPLETE, tenant: { ...COMPLETE.tenant, android: false }, renewals: [] }), "en");
  expect(without).not.toContain("at least once a year");
  expect(without).not.toContain("guide android-owner");
  expect(without).toContain("guide push-certificate");
});

test("beside the administrators stands what each role may do, and at the rules which files help to find a device", () => {
  const data = reportOf(COMPLETE);
  const files = ["csv/devices.csv", "csv/users.csv"].map((path) => ({ path, records: 3 }));
  const [bare, whole] = [data, { ...data, manifest: { ...data.manifest, files } }].map((one) => pageOf(one, "ja"));
  expect(whole).toContain("デバイスと所有者、関係者の連絡先を調べる同梱ファイル csv/devices.csv, csv/users.csv");
  expect(bare).not.toContain("調べる同梱ファイル");
  expect(bare).toContain("詳細: clomoctl roles matrix");
  expect(bare).toContain("オペレーター: 限定された操作のみ");
  expect(pageOf(data, "en")).toContain("division administrator: acts in the organisations");
  const [beside, apart] = files.map((told) =>
    pageOf(
      { ...data, manifest: { ...data.manifest, files: [told], leaver: { person: "admin1", leaves: null } } },
      "en",
    ),
  );
  expect(beside).toContain("devices also in the bundle: csv/devices.csv");
  expect(apart).not.toContain("devices also in the bundle");
});

test("a name that turns the writing round does so nowhere, in the contents neither", () => {
  const data = reportOf(COMPLETE);
  const manifest = { ...data.manifest, leaver: { person: "花子\u202Eoruat", leaves: null } };
  expect(documentPage(contentOf({ ...data, manifest }), "ja")).not.toContain("\u202E");
});

test("the end of a contract is on the time line, unless a renewal has its name", () => {
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
  expect(documentMarkdown(contentOf(data), "en")).toContain("- 2027-03-31 CLOMO MDM (ok)");
});

test.each(["Pacific/Auckland", "Pacific/Kiritimati", "Asia/Tokyo", "America/Los_Angeles"])(
  "days are counted in the console's zone: %s",
  (consoleTimezone) => {
    const contracts = [{ name: "CLOMO MDM", licences: 300, from: null, until: "2026-12-23" }];
    // 30 days from the day of the bundle, 2026-11-23
    expect(pageOf(withTenant({ contracts, consoleTimezone }), "ja")).toContain("CLOMO MDM 契約 2026-12-23 30 至急");
  },
);

test("no value of a bundle becomes markup", () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&\u202e😀|\`[x](javascript:x)`;
  const facts = {
    ...UNANSWERED,
    tenant: { ...UNANSWERED.tenant, contactName: hostile, contactPhone: hostile, loginUrl: hostile },
    administrators: UNANSWERED.administrators.map((one) => ({
      ...one,
      name: hostile,
      user: hostile,
      emails: [hostile],
    })),
    renewals: UNANSWERED.renewals.map((one) => ({
      ...one,
      name: hostile,
      owner: hostile,
      account: hostile,
      phone: hostile,
      phoneHolder: hostile,
    })),
    answers: COMPLETE.answers.map((one) => ({ ...one, value: hostile, by: hostile })),
  };
  const page = documentPage(contentOf(reportOf(facts, hostile)), "ja");
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain("&#60;script&#62;");
  const markdown = documentMarkdown(contentOf(reportOf(facts, hostile)), "ja");
  expect(markdown).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(javascript/);
});

describe("the tree of organisations", () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: String(at).padStart(6, "0"),
      name: `o${at}`,
      parentId: at === 0 ? null : String(Math.trunc((at - 1) / 3)).padStart(6, "0"),
    }));

  const sum = (nodes: readonly OrgNode[], of: (node: OrgNode) => number): number =>
    nodes.reduce((total, node) => total + of(node) + sum(node.children, of), 0);

  test.each([1, 4, 200, 301, 5000])("of %i is bounded, and counts all of them", (count) => {
    const orgs = chain(count);
    const users = new Map(orgs.map(({ id }) => [id, 2]));
    const tree = orgTree(orgs, users, new Map());
    expect(sum(tree, () => 1)).toBeLessThanOrEqual(MAX_SHOWN);
    expect(sum(tree, ({ hidden }) => 1 + (hidden?.orgs ?? 0))).toBe(count);
    expect(sum(tree, ({ users: own, hidden }) => (own ?? 0) + (hidden?.users ?? 0))).toBe(2 * count);
  });

  test("has a root for what names an organisation outside", () => {
    const [first] = orgTree([{ id: "a", name: "支社", parentId: ROOT_ORG_ID }], new Map(), new Map([["a", 3]]));
    expect(first).toMatchObject({ name: "支社", devices: 3, hidden: null });
  });
});

test("of the console's tasks as many are kept as a report needs, wherever a chunk ends", () => {
  const lines = Array.from({ length: 5000 }, (_, at) => JSON.stringify({ id: String(at), name: `利用者 ${at}` }));
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9000 }), (size) => {
      const kept = new KeptFile("resources/console-tasks.ndjson");
      for (let at = 0; at < bytes.length; at += size) kept.add(bytes.subarray(at, at + size));
      const told = kept.text().trimEnd().split("\n");
      expect(told).toEqual(lines.slice(0, MAX_TASKS));
    }),
    { numRuns: 10 },
  );
  const whole = new KeptFile("resources/orgs.ndjson");
  whole.add(bytes);
  expect(whole.text()).toBe(bytes.toString("utf8"));
});

test("a report is made of few files", () => {
  const files = new Map([
    ["resources/orgs.ndjson", '{"id":"a","name":"支社","code":null,"parentId":null}\n'],
    ["summary.json", '{"users":{"byOrg":[],"withAccountName":0}}\n'],
  ]);
  expect(isRead("resources/users.ndjson")).toBe(false);
  expect([...files.keys()].every((path) => isRead(path))).toBe(true);
  expect(isRead("resources/console-tasks.ndjson")).toBe(true);
  const data = reportData(DATA.manifest, files);
  expect(data.records.orgs).toHaveLength(1);
  expect(data.records.renewals).toEqual([]);
  expect(documentPage(contentOf(data), "en")).toContain("支社");
});
