import { describe, expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { gapsOf } from "../checklist/index.ts";
import { COMPLETE, UNANSWERED } from "../testing/facts.ts";
import { reportOf } from "../testing/report.ts";
import { NOT_KNOWN_HERE } from "../not-known.ts";
import { checklistOf, contentOf, manifestGaps, type Block } from "./content.ts";
import { isRead, reportData } from "./data.ts";
import { reportMarkdown } from "./markdown.ts";
import { MOST_SHOWN, orgTree, type OrgNode } from "./org-tree.ts";
import { reportPage, type Setting } from "./page.ts";

const setting = (language: "ja" | "en"): Setting => ({
  language,
  visible: (words) => words.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?"),
  fit: (words, columns) => words.slice(0, columns),
});

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
      const page = reportPage(contentOf(DATA), setting(language)).replaceAll(/&#(\d+);/g, (_, code: string) =>
        String.fromCodePoint(Number(code)),
      );
      for (const { code, what, mend } of gaps) {
        expect(page).toContain(`data-gap="${code}"`);
        expect(page).toContain(what[language]);
        expect(page).toContain(mend[language]);
      }
      expect(page.split("data-gap=").length - 1).toBe(gaps.length);
      const markdown = reportMarkdown(contentOf(DATA), setting(language));
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
    const page = reportPage(contentOf(DATA), setting("en"));
    expect(page).toContain("missing: not permitted to who exported");
    for (const { title } of NOT_KNOWN_HERE) expect(page).toContain(title.en);
    const filled = { what: "社内 Wiki の一覧", by: "佐藤", at: "2026-11-01T20:00:00.000Z" };
    const files = [{ path: "attached/apps/apps.pdf", bytes: 3, sha256: "0".repeat(64) }];
    const notKnownHere = [{ name: "apps", filled, files }];
    const answered = reportPage(
      contentOf({ ...DATA, manifest: { ...DATA.manifest, notKnownHere } }),
      setting("ja"),
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
    const lines = blocksOf("item").flatMap((block) => block.lines.map(([label]) => label));
    const wordings = new Set(missing.filter(({ about }) => about === undefined).map(({ wording }) => wording));
    expect(lines.filter((label) => typeof label !== "string" && wordings.has(label))).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining(open.filter(({ about }) => about === undefined).map((one) => one.wording)),
    );
  });

  test("breaks addresses at their signs, and no day, number or short word", () => {
    const page = reportPage(contentOf(DATA), setting("ja"));
    expect(page).toContain("admin1@<wbr>example.<wbr>jp");
    expect(page).toMatch(/<td class="short"><bdi>2027-10-01<\/bdi><\/td>/);
  });

  test("keeps the last names of a path that is too long for a chart", () => {
    const [bars] = blocksOf("bars");
    if (bars === undefined) throw new TypeError("no chart");
    const path = ["北海道", "札幌支店", "営業推進部"].join(" / ");
    const content = {
      ...contentOf(DATA),
      sections: [{ id: "x", title: bars.title, blocks: [{ ...bars, bars: [{ label: path, value: 1 }] }] }],
    };
    const narrow = { ...setting("ja"), fit: (words: string) => (words.length > 16 ? `${words.slice(0, 15)}…` : words) };
    expect(reportPage(content, narrow)).toContain(">… / 札幌支店 / 営業推進部</text");
    const narrower = { ...narrow, fit: (words: string) => (words.length > 6 ? `${words.slice(0, 5)}…` : words) };
    expect(reportPage(content, narrower)).toContain(">… / 営…</text");
  });

  test("shows who manages what", () => {
    const matrix = blocksOf("table").find(({ caption }) => caption.en === "Who manages which organisation");
    expect(matrix?.head.map(({ ja }) => ja)).toEqual(["ユーザー", "営業部"]);
    expect(matrix?.rows.map(([, mark]) => mark)).toEqual(["●", "●"]);
  });

  test("counts days from the day of the bundle, whatever the clock says", () => {
    const [timeline] = blocksOf("timeline");
    expect(timeline?.items.find(({ name }) => name === "プッシュ")).toMatchObject({
      expiresOn: "2027-10-01",
      daysLeft: 312,
    });
  });

  test("says of a complete handover that it is complete", () => {
    const data = reportOf(COMPLETE);
    const items = checklistOf({ ...data, records: { ...data.records, administrators: COMPLETE.administrators } });
    expect(gapsOf(items)).toEqual([]);
  });

  test("names the maker's help, and has lines to sign", () => {
    for (const form of [reportPage, reportMarkdown]) {
      const report = form(contentOf(DATA), setting("ja"));
      for (const word of ["ステップアップセミナー", "管理者トレーニング", "運用代行サービス", "前任者", "後任者"]) {
        expect(report).toContain(word);
      }
    }
  });
});

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
    })),
    answers: COMPLETE.answers.map((one) => ({ ...one, value: hostile, by: hostile })),
  };
  const page = reportPage(contentOf(reportOf(facts, hostile)), setting("ja"));
  expect(page).not.toMatch(/<script|<img|\u202e/);
  expect(page).toContain("&#60;script&#62;");
  const markdown = reportMarkdown(contentOf(reportOf(facts, hostile)), setting("ja"));
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
    expect(sum(tree, () => 1)).toBeLessThanOrEqual(MOST_SHOWN);
    expect(sum(tree, ({ hidden }) => 1 + (hidden?.orgs ?? 0))).toBe(count);
    expect(sum(tree, (node) => node.users + (node.hidden?.users ?? 0))).toBe(2 * count);
  });

  test("has a root for what names an organisation outside", () => {
    const [first] = orgTree([{ id: "a", name: "支社", parentId: ROOT_ORG_ID }], new Map(), new Map([["a", 3]]));
    expect(first).toMatchObject({ name: "支社", devices: 3, hidden: null });
  });
});

test("a report is made of few files", () => {
  const files = new Map([
    ["resources/orgs.ndjson", '{"id":"a","name":"支社","code":null,"parentId":null}\n'],
    ["summary.json", '{"users":{"byOrg":[],"withAccountName":0}}\n'],
  ]);
  expect(isRead("resources/users.ndjson")).toBe(false);
  expect([...files.keys()].every((path) => isRead(path))).toBe(true);
  const data = reportData(DATA.manifest, files);
  expect(data.records.orgs).toHaveLength(1);
  expect(data.records.renewals).toEqual([]);
  expect(reportPage(contentOf(data), setting("en"))).toContain("支社");
});
