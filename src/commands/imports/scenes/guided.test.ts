import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

const ENTER = "\r";
const toCsv = (rows: readonly (readonly string[])[]): string => rows.map((cells) => `${cells.join(",")}\r\n`).join("");

const deskWith = async (name: string, content: string | Uint8Array): Promise<Desk> => {
  const desk = await freshDesk();
  await desk.write(
    "orgs.csv",
    toCsv([
      ["組織名", "組織コード", "上位組織コード"],
      ["本社", "H", ""],
      ["営業部", "S01", "H"],
      ["総務部", "G01", "H"],
    ]),
  );
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  await desk.write(name, content);
  return desk;
};

const LIST = [
  ["社員名簿"],
  ["社員番号", "姓", "名", "Eメール", "部署", "勤務地", "在籍区分"],
  ["0001", "山田", "太郎", "taro@example.jp", "営業部", "東京", "在籍"],
  ["0002", "佐藤", "花子", "hanako@example.jp", "総務部", "大阪", "在籍"],
  ["0003", "鈴木", "一郎", "ichiro@example.jp", "営業部", "東京", "退職"],
];

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['Is 氏名 to be joined from "姓 + 名"?', ENTER],
  ['Which field does "社員番号" stand for?', ENTER],
  ['Which field does "Eメール" stand for?', ENTER],
  ['Which field does "部署" stand for?', ENTER],
  ['Which field does "勤務地" stand for?', ENTER],
  ['Which field does "在籍区分" stand for?', ENTER],
  ['What does "部署" contain?', ENTER],
  ["Save these answers", ENTER],
];

describe("an import at a terminal", () => {
  test("asks how to read a list, and the next month nothing but whether to apply the plan", async () => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    const { code, stderr } = await desk.type("users import april.csv", [...QUESTIONS, ["Apply", "y\r"]]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("wrote april-users-map.yaml") });
    expect(readFileSync(desk.path("april-users-map.yaml"), "utf8")).toContain('org-by: "path"');
    const [head = [], ...rows] = LIST.slice(1);
    // a title more than in the month before
    await desk.write(
      "may.csv",
      toCsv([
        ["社員名簿"],
        ["5月"],
        head,
        ...rows,
        ["0004", "高橋", "次郎", "jiro@example.jp", "総務部", "東京", "在籍"],
      ]),
    );
    const next = await desk.type("users import may.csv", [["Apply", "y\r"]]);
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("create 1, unchanged 3") });
    const unattended = await desk.run("users import may.csv --yes --format json");
    expect(JSON.parse(unattended.text)).toMatchObject({ unchanged: 4 });
  });

  test.each([
    ["the first question", 0],
    ["the last question", QUESTIONS.length - 1],
  ])("changes nothing if %s is interrupted", async (_, at) => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    const typing = [...QUESTIONS.slice(0, at), [QUESTIONS[at]?.[0] ?? "", "\u0003"] as const];
    expect((await desk.type("users import april.csv", typing)).code).toBe(130);
    expect(await desk.users()).not.toContain("taro");
    expect(existsSync(desk.path("april-users-map.yaml"))).toBe(false);
  });

  test("asks nothing about a file in the console's format", async () => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["氏名", "メールアドレス", "組織コード"],
        ["山田", "a@example.jp", "S01"],
      ]),
    );
    expect((await desk.type("users import a.csv", [["Apply", "y\r"]])).code).toBe(0);
  });

  test("reads a cell that is merged across joined departments as the first one", async () => {
    const rows = [
      ["氏名", "メールアドレス", "部門", "課"],
      ["山田", "a@example.jp", "本社", ""],
      ["佐藤", "b@example.jp", "本社", "営業部"],
    ];
    const sheet = {
      rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join(""),
      after: `<mergeCells><mergeCell ref="C2:D2"/></mergeCells>`,
    };
    const desk = await deskWith("list.xlsx", buildWorkbook({ sheets: { 名簿: sheet } }));
    const { code, stderr } = await desk.type("users import list.xlsx", [
      ['Is 組織コード to be joined from "部門 / 課"?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse((await desk.run("users list --format json --fields orgCode")).text)).toEqual([
      { orgCode: "H" },
      { orgCode: "S01" },
    ]);
  });

  test("joins both kana columns, and recognises paths of organisations", async () => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["姓", "名", "姓(カナ)", "名(カナ)", "メールアドレス", "所属"],
        ["山田", "太郎", "ヤマダ", "タロウ", "a@example.jp", "本社/営業部"],
        ["佐藤", "花子", "サトウ", "ハナコ", "b@example.jp", "総務部"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv", [
      ['Is 氏名 to be joined from "姓 + 名"?', ENTER],
      ['Is フリガナ to be joined from "姓(カナ) + 名(カナ)"?', ENTER],
      ['Which field does "所属" stand for?', ENTER],
      ['What does "所属" contain?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await desk.run("users import a.csv --map a-users-map.yaml --yes")).toMatchObject({ code: 0 });
    expect(JSON.parse((await desk.run("users list --format json --fields nameKana,orgCode")).text)).toEqual([
      { nameKana: "ヤマダ タロウ", orgCode: "S01" },
      { nameKana: "サトウ ハナコ", orgCode: "G01" },
    ]);
  });

  test("uses the only key of a list without a question", async () => {
    const desk = await deskWith(
      "u.csv",
      toCsv([
        ["氏名", "メールアドレス", "社員コード"],
        ["山田", "a@example.jp", "1"],
      ]),
    );
    expect((await desk.run("users import u.csv --yes")).code).toBe(0);
    await desk.write(
      "a.csv",
      toCsv([
        ["社員番号", "役職"],
        ["1", "課長"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv", [
      ['Which field does "社員番号" stand for?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("update 1") });
    expect(readFileSync(desk.path("a-users-map.yaml"), "utf8")).toContain('key: "employee-code"');
  });

  test("reads a list of organisations", async () => {
    const rows = [["組織一覧"], ["部署コード", "部門名称", "上位コード"], ["K", "開発部", "H"], ["※ 4月1日付"]];
    const desk = await deskWith("tree.csv", toCsv(rows.map((cells) => [...cells, "", ""].slice(0, 3))));
    const { code, stderr } = await desk.type("orgs import tree.csv", [
      ['Which field does "部署コード" stand for?', ENTER],
      ['Which field does "部門名称" stand for?', ENTER],
      ['Which field does "上位コード" stand for?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("create 1") });
    expect((await desk.run("orgs import tree.csv --yes")).stderr).toContain("unchanged 1");
  });
});
