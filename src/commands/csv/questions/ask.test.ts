import { describe, expect, test } from "vitest";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import type { Questions } from "../../../lib/terminal/index.ts";
import { askColumns } from "./ask.ts";

const ask = async (
  kind: FormatName,
  headers: readonly string[],
  before?: ParsedMapFile,
  doubtful?: readonly string[],
) => {
  const questions: string[] = [];
  const prompts = {
    select: async ({ message, choices: [first] }: Parameters<Questions["select"]>[0]) => {
      questions.push(`${message.ja} ${first?.name.ja}`);
      return first?.value;
    },
    confirm: async ({ message, preset }: Parameters<Questions["confirm"]>[0]) => {
      questions.push(message.ja);
      return preset === true;
    },
  } as unknown as Questions;
  const map = await askColumns(prompts, headers, FORMATS[kind], { map: before, doubtful });
  if (map === undefined) throw new Error("nothing was asked");
  return { questions, map };
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
    const { map } = await ask(kind, Object.keys(expected));
    expect(Object.fromEntries(map.columns.map(({ header, to }) => [header, to]))).toEqual(expected);
  });

  test("join family and given names only to the name of a person", async () => {
    const headers = ["姓", "名", "本部", "部", "課"];
    const { map } = await ask("orgs", headers);
    expect(map.joins).toEqual([{ field: "name", headers: ["本部", "部", "課"] }]);
    expect(map.columns.filter(({ header }) => ["姓", "名"].includes(header)).map(({ to }) => to)).toEqual([null, null]);
    expect((await ask("users", headers)).map.joins).toMatchObject([{ field: "name" }, { field: "orgCode" }]);
    expect((await ask("docs", headers)).map.joins).toMatchObject([{ field: "displayName" }]);
    expect((await ask("users", ["姓(カナ)", "名(カナ)"])).map.joins).toMatchObject([{ field: "nameKana" }]);
  });

  test("a header that is read is asked about only if another may fit better", async () => {
    const headers = ["氏名", "メールアドレス", "組織コード"];
    await expect(ask("users", headers)).rejects.toThrow("nothing was asked");
    const { questions } = await ask("users", headers, undefined, ["組織コード"]);
    expect(questions).toEqual([expect.stringContaining("組織コード")]);
  });

  test("an answer for another list gives way", async () => {
    const { map } = await ask("users", ["姓", "名", "支店", "役職"]);
    const next = (await ask("users", ["氏名", "課名", "役職"], map)).map;
    expect([next.columns.map(({ header }) => header), next.joins]).toEqual([["課名"], []]);
  });
});
