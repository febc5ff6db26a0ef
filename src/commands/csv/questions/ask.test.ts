import { describe, expect, test } from "vitest";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import type { Prompts } from "../../../lib/terminal/index.ts";
import { askColumns } from "./ask.ts";

/** Answers each question about a list with Enter, and returns the questions with the answers. */
const ask = async (kind: FormatName, list: Readonly<Record<string, readonly string[]>>) => {
  const questions: string[] = [];
  const prompts = {
    select: async ({ message, choices: [first] }: Parameters<Prompts["select"]>[0]) => {
      questions.push(`${message.ja} ${first?.name.ja}`);
      return first?.value;
    },
    confirm: async ({ message, preset }: Parameters<Prompts["confirm"]>[0]) => {
      questions.push(message.ja);
      return preset === true;
    },
  } as unknown as Prompts;
  const surveyed = Object.entries(list).map(([header, values]) => ({ header, values: new Set(values) }));
  const { map } = await askColumns(prompts, surveyed, FORMATS[kind]);
  return { questions, map };
};

const toHeaders = (...headers: readonly string[]) => Object.fromEntries(headers.map((header) => [header, ["x"]]));

describe("questions about columns", () => {
  test.each<readonly [FormatName, Readonly<Record<string, string>>]>([
    [
      "users",
      {
        社員CD: "社員コード",
        社用メール: "メールアドレス",
        携帯番号: "TEL",
        表示名: "氏名",
        "役職\n（4月）": "役職",
      },
    ],
    ["users", { "TEL\n（会社携帯）": "TEL", "氏名\n（漢字）": "氏名", コード: "社員コード", メール: "メールアドレス" }],
    ["users", { 社員番号: "社員コード", 支店: "組織コード" }],
    ["users", { 社員番号: "社員コード", 課名: "組織コード" }],
    ["devices", { 製造番号: "シリアルナンバー", 携帯番号: "電話番号", 備考: "メモ", IMEI: "IMEI番号" }],
    ["orgs", { 支店名: "組織名", 支店コード: "組織コード" }],
    ["orgs", { 部門CD: "組織コード", 部門名称: "組織名", 親部門: "上位組織コード" }],
    ["orgs", { コード: "組織コード", 部署名: "組織名", 親部署CD: "上位組織コード" }],
    ["docs", { 社員番号: "ユーザーID", 氏名: "表示名", 利用グループ: "グループ名" }],
  ])("propose the field that a header usually means: %s %j", async (kind, expected) => {
    const { map } = await ask(kind, toHeaders(...Object.keys(expected)));
    expect(Object.fromEntries(map.columns.map(({ header, to }) => [header, to]))).toEqual(expected);
  });

  test("do not join the levels of a list of organisations, whose parents are codes or paths", async () => {
    const { questions } = await ask("orgs", toHeaders("本部", "部", "課", "コード"));
    expect(questions.filter((question) => question.includes("つなげて"))).toEqual([]);
  });

  test("join family and given names only to the name of a person", async () => {
    const headers = toHeaders("姓", "名", "本部", "部", "課");
    const { questions, map } = await ask("orgs", headers);
    expect(map.joins).toBeUndefined();
    expect(questions).toContain("「本部」はどの項目ですか? 組織名");
    expect(map.columns.filter(({ header }) => ["姓", "名"].includes(header)).map(({ to }) => to)).toEqual([null, null]);
    expect((await ask("users", headers)).map.joins).toMatchObject([{ field: "name" }, { field: "orgCode" }]);
    expect((await ask("docs", headers)).map.joins).toMatchObject([{ field: "displayName" }]);
  });

  test("propose a field with certain values only for a column that has them", async () => {
    const proposed = async (values: Readonly<Record<string, readonly string[]>>) =>
      (await ask("devices", { 製造番号: ["F1"], ...values })).map.columns.slice(1).map(({ to }) => to);
    expect(await proposed({ OS: ["iOS", "Android"], 状態: ["管理中"] })).toEqual(["プラットフォーム", "ステータス"]);
    expect(await proposed({ OS: ["17.2"], 状態: ["使用中"] })).toEqual([null, null]);
  });

  test("begin with the key, if no header resembles it, and offer the column first whose values fit", async () => {
    const { questions, map } = await ask("docs", { 状態: ["有効"], 利用者: ["u001"], 氏名: ["山田"] });
    expect(questions[0]).toBe("「ユーザーID」はどの列ですか?(必須) 利用者");
    expect(map.columns[0]).toEqual({ header: "利用者", to: "ユーザーID" });
  });

  test("do not propose a column for a value that only new records need, if no values fit", async () => {
    const { questions } = await ask("users", { 社員番号: ["1"], 入社日: ["2020"] });
    expect(questions).toContain("「メールアドレス」はどの列ですか?(新しい行に必要) なし");
  });

  test("say that new records need a value before its column is ignored", async () => {
    const offered: string[] = [];
    const prompts = {
      select: async ({ choices }: Parameters<Prompts["select"]>[0]) => {
        offered.push(...choices.map(({ name }) => name.ja));
        return choices[0]?.value;
      },
    } as unknown as Prompts;
    await askColumns(prompts, [{ header: "Eメール", values: new Set() }], FORMATS.users);
    expect(offered).toContain("なし(新しい行には「メールアドレス」が必要です)");
  });

  test("show a header of several lines on one line, and skip the marked rows of concurrent posts", async () => {
    const { questions, map } = await ask("users", { "社員\nNo": ["1"], 兼務: ["○"], "備考\n(注)": ["○"] });
    expect(questions).toContain("「社員 No」はどの項目ですか? 社員コード");
    expect(questions).toContain("「兼務」が ○ の行を読み飛ばしますか?");
    expect(map.skip).toEqual([{ header: "兼務", values: ["○"] }]);
  });
});
