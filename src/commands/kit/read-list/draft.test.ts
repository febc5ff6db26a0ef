import { describe, expect, test } from "vitest";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { Survey } from "../../../lib/csv/layout/survey.ts";
import type { FormatName } from "../../../lib/nouns/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { toNamingFormat } from "../../../lib/derived/naming.ts";
import type { Tools } from "../tools.ts";
import { listQuestions } from "./ask.ts";
import { proposeMap, type UnknownList } from "./draft.ts";

/** A tenant without records, whose values nothing can be like. */
const tenant = (async () => ({
  client: { orgs: { list: async () => [] }, users: { find: async () => [] } },
})) as unknown as Tools["tenant"];

/** Proposes how a list is read. @param rows rows below the header, without quotes */
const propose = async (
  kind: FormatName,
  headers: readonly string[],
  { rows = [], ...known }: Partial<UnknownList> & { readonly rows?: readonly string[] } = {},
) => {
  const { map, selects = false } = known;
  const format = selects ? toNamingFormat(FORMATS[kind]) : FORMATS[kind];
  const survey = new Survey(readHeader(headers, format, { map }).layout, 1);
  for (const [at, row] of rows.entries()) survey.record(row.split(","), headers.length, at + 2);
  const list = { headers, format, selects, isWorkbook: false, survey, ...known };
  const { asked, draft } = await proposeMap({ tenant }, list);
  return { questions: listQuestions(list, asked, draft), map: draft };
};

describe("questions about columns", () => {
  test.each<readonly [FormatName, Readonly<Record<string, string | null>>]>([
    ["users", { 社員CD: "社員コード", 社用メール: "メールアドレス", 携帯番号: "TEL", 表示名: "氏名" }],
    ["users", { "TEL\n（会社携帯）": "TEL", "氏名\n（漢字）": "氏名", コード: "社員コード", メール: "メールアドレス" }],
    ["users", { 社員番号: "社員コード", 支店: "組織コード" }],
    ["devices", { 製造番号: "シリアルナンバー", 携帯番号: "電話番号", 備考: "メモ", IMEI: "IMEI番号" }],
    ["orgs", { 支店名: "組織名", 支店コード: "組織コード" }],
    ["orgs", { 部門CD: "組織コード", 部門名称: "組織名", 親部門: "上位組織コード" }],
    ["orgs", { コード: "組織コード", 部署名: "組織名", 親部署CD: "上位組織コード" }],
    ["users", { 旧所属: null, 所属: null, 新所属: "組織コード", 前職位: null, 異動後役職: "役職" }],
    ["docs", { 社員番号: "ユーザーID", 氏名: "表示名", 利用グループ: "グループ名" }],
  ])("propose the field that a header usually means: %s %j", async (kind, expected) => {
    const { map } = await propose(kind, Object.keys(expected));
    expect(Object.fromEntries(map.columns.map(({ header, to }) => [header, to]))).toEqual(expected);
  });

  test("join family and given names only to the name of a person", async () => {
    const headers = ["姓", "名", "本部", "部", "課"];
    const { map } = await propose("orgs", headers);
    expect(map.joins).toEqual([{ field: "name", headers: ["本部", "部", "課"] }]);
    expect(map.columns.filter(({ header }) => ["姓", "名"].includes(header)).map(({ to }) => to)).toEqual([null, null]);
    expect((await propose("users", headers)).map.joins).toMatchObject([{ field: "name" }, { field: "orgCode" }]);
    expect((await propose("docs", headers)).map.joins).toMatchObject([{ field: "displayName" }]);
    expect((await propose("users", ["姓(カナ)", "名(カナ)"])).map.joins).toMatchObject([{ field: "nameKana" }]);
  });

  test("a header that is read is asked about only if another may fit better", async () => {
    const headers = ["氏名", "メールアドレス", "組織コード"];
    expect((await propose("users", headers)).questions).toEqual([]);
    expect((await propose("users", headers, { doubtful: ["組織コード"] })).questions).toEqual(["組織コード"]);
  });

  test("earlier answers are proposed as far as the list has their headers", async () => {
    const earlier: ParsedMapFile = {
      columns: [
        { header: "拠点", to: "title" },
        { header: "備考", to: null },
      ],
      joins: [{ field: "name", headers: ["姓", "名"] }],
    };
    const { questions, map } = await propose("users", ["氏名", "拠点", "備考", "部署"], { earlier });
    expect(questions).toEqual(["拠点", "備考", "部署"]);
    expect(map.columns).toEqual([...earlier.columns, { header: "部署", to: "組織コード" }]);
    expect(map.joins).toEqual([]);
  });

  const PEOPLE = ["社員コード", "氏名"];
  test.each<readonly [string, readonly string[], readonly string[], readonly string[], ParsedMapFile["rows"]]>([
    ["a day", ["退職日"], ["2026/10/31", "R8.9.30", ""], [], []],
    ["the known words", ["在籍区分"], ["退職", "在籍", ""], [], []],
    [
      "what may be no day",
      ["退職日"],
      ["2026/10/31", "-", "-"],
      ["退職日: -"],
      [{ header: "退職日", says: "leaving", words: [{ word: "-", means: "none" }] }],
    ],
    [
      "another word",
      ["在籍区分"],
      ["退職", "休職", "1"],
      ["在籍区分: 休職", "在籍区分: 1"],
      [
        {
          header: "在籍区分",
          says: "leaving",
          words: [
            { word: "休職", means: "stays" },
            { word: "1", means: "stays" },
          ],
        },
      ],
    ],
    [
      "a number of five digits",
      ["退職日"],
      ["46477", ""],
      ["退職日: 46477"],
      [{ header: "退職日", says: "leaving", words: [{ word: "#####", means: "day" }] }],
    ],
    ["no unreadable day", ["退職日"], ["2026/10/31", "3月末予定"], [], []],
    [
      "a word of leaving under another header",
      ["状況"],
      ["退職", "在籍"],
      ["状況"],
      [{ header: "状況", says: "leaving", words: [] }],
    ],
  ])("asks what a column about leaving means: %s", async (_, further, cells, questions, rows) => {
    const list = cells.map((cell, at) => `E${at},山田,${cell}`);
    const found = await propose("users", [...PEOPLE, ...further], { rows: list });
    expect({ questions: found.questions, rows: found.map.rows ?? [] }).toEqual({ questions, rows });
  });

  test.each<readonly [string, string, readonly string[], readonly string[], string | null | undefined]>([
    ["a column with days must be explained", "契約終了日", ["2026/12/31", ""], ["契約終了日"], undefined],
    ["a kind of person must be explained", "雇用区分", ["正社員", "契約"], ["雇用区分"], undefined],
    ["other columns are not asked about", "勤務地", ["東京", "大阪"], [], undefined],
    ["a copy of the key is no day", "番号(再掲)", ["20150401", "20160401"], [], undefined],
  ])("in a selection, %s", async (_, header, cells, questions, to) => {
    const list = cells.map((cell) => `${cell.length === 8 ? cell : "E1"},山田,${cell}`);
    const { questions: asked, map } = await propose("users", [...PEOPLE, header], { rows: list, selects: true });
    expect(asked).toEqual(questions);
    expect(map.columns.find((one) => one.header === header)?.to).toBe(to);
  });

  test("proposes to skip the rows of second posts, if a person stands in several rows", async () => {
    const rows = ["E1,山田,本務", "E1,山田,兼務", "E2,佐藤,本務"];
    const { questions, map } = await propose("users", [...PEOPLE, "本務兼務"], { rows });
    expect(questions).toEqual(["本務兼務"]);
    expect(map.rows).toEqual([{ header: "本務兼務", says: "skip", words: [{ word: "兼務", means: "skip" }] }]);
    expect((await propose("users", [...PEOPLE, "本務兼務"], { rows: rows.slice(1) })).map.rows ?? []).toEqual([]);
  });
});
