import { describe, expect, test } from "vitest";
import type { Layout } from "../../lib/client/index.ts";
import { freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

const ENTER = "\r";
const toCsv = (rows: readonly (readonly string[])[]): string => rows.map((cells) => `${cells.join(",")}\r\n`).join("");

const deskWith = async (name: string, content: string | Uint8Array): Promise<Desk> => {
  const desk = await freshDesk();
  await desk.write("orgs.csv", "組織名,組織コード,上位組織コード\n本社,H,\n営業部,S01,H\n総務部,G01,H\n");
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  await desk.write(name, content);
  return desk;
};

const layouts = (desk: Desk): Promise<readonly Layout[]> =>
  desk.read("layouts", async ({ layouts }) => (await layouts.list()).filter(({ at }) => at !== null));

const LIST = [
  ["社員名簿"],
  ["社員番号", "姓", "名", "Eメール", "部署", "勤務地", "在籍区分"],
  ["0001", "山田", "太郎", "taro@example.jp", "営業部", "東京", "在籍"],
  ["0002", "佐藤", "花子", "hanako@example.jp", "総務部", "大阪", "在籍"],
  ["0003", "鈴木", "一郎", "ichiro@example.jp", "営業部", "東京", "退職"],
];

/** The one question about a list: Enter takes its proposals. */
const TAKE = [["Enter takes these", ENTER]] as const;

describe("an import at a terminal", () => {
  test("asks how to read a list, and the next month nothing but whether to apply the plan", async () => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    const { code, stderr } = await desk.type("users import april.csv", [...TAKE, ["Apply", "y\r"]]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /1 +姓 \+ 名 +氏名 +山田 太郎, 佐藤 花子, 鈴木 一郎\n[^]*5 +勤務地 +not read +東京, 大阪\n[^]*have left: 1\n[^]*for the leavers: clomoctl users leave --file april.csv\n/,
      ),
    });
    expect(await layouts(desk)).toMatchObject([
      { kind: "users", headers: LIST[1], map: { options: { orgBy: "name" } } },
    ]);
    const [head = [], ...rows] = LIST.slice(1);
    // a title more than in the month before, and a blank cell, which clears nothing
    const blank = rows.map((cells) => cells.with(0, cells[0] === "0001" ? "" : (cells[0] ?? "")));
    await desk.write(
      "may.csv",
      toCsv([
        ["社員名簿"],
        ["5月"],
        head,
        ...blank,
        ["0004", "高橋", "次郎", "jiro@example.jp", "総務部", "東京", "在籍"],
      ]),
    );
    const next = await desk.type("users import may.csv", [["Apply", "y\r"]]);
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("create 1, unchanged 2") });
    const unattended = await desk.run("users import may.csv --yes --format json");
    expect(JSON.parse(unattended.text)).toMatchObject({ unchanged: 3 });
  });

  test.each<readonly [string, readonly (readonly [string, string])[]]>([
    ["the question", [["Enter takes these", "\u0003"]]],
    [
      "a change of an answer",
      [
        ["Enter takes these", "5\r"],
        ['What does "勤務地" mean?', "\u0003"],
      ],
    ],
  ])("changes nothing if %s is interrupted", async (_, typing) => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    expect((await desk.type("users import april.csv", typing)).code).toBe(130);
    expect(await desk.users()).not.toContain("taro");
    expect(await layouts(desk)).toEqual([]);
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
    const desk = await deskWith(
      "list.xlsx",
      buildWorkbook({ sheets: { 表紙: { rows: buildRow(1, "社外秘") }, 名簿: sheet } }),
    );
    expect((await desk.run("users import list.xlsx --yes")).code).toBe(3);
    const { code, stderr } = await desk.type("users import list.xlsx", [...TAKE, ["Apply", "y\r"]]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse((await desk.run("users list --format json --fields orgCode")).text)).toEqual([
      { orgCode: "H" },
      { orgCode: "S01" },
    ]);
    expect(await desk.run("users import list.xlsx --yes")).toMatchObject({ code: 0 });
  });

  test("uses the only key of a list without a question", async () => {
    const desk = await deskWith("u.csv", "氏名,メールアドレス,社員コード\n山田,a@example.jp,1\n");
    expect((await desk.run("users import u.csv --yes")).code).toBe(0);
    await desk.write("a.csv", "社員番号,役職\n1,課長\n");
    const { code, stderr } = await desk.type("users import a.csv", [...TAKE, ["Apply", "y\r"]]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("update 1") });
    expect(await layouts(desk)).toMatchObject([{ map: { options: { key: "employee-code" } } }]);
  });

  test.each([
    ["with repeated levels", ["営業本部", "営業本部"], ["営業一部"]],
    ["with blank cells", ["", ""], [""]],
  ])("reads a sheet of levels as a tree: %s", async (_, [first = "", second = ""], [third = ""]) => {
    const rows = [
      ["本部", "部", "課", "組織コード"],
      ["営業本部", "", "", "H"],
      [first, "営業一部", "", "S01"],
      [second, third || "", "第一課", "S11"],
      ["管理本部", "", "", "K"],
      [first && "管理本部", "総務部", "", "G01"],
      ["", "", "", ""],
      [first && "管理本部", third && "総務部", "庶務課", "G11"],
    ];
    const desk = await deskWith("tree.csv", toCsv(rows));
    expect((await desk.run("orgs import tree.csv --yes")).code).toBe(3);
    const { code, stderr } = await desk.type("orgs import tree.csv", [...TAKE, ["Apply", "y\r"]]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("create 3, update 3") });
    const paths = JSON.parse((await desk.run("orgs list --format json --fields code,path")).text) as object[];
    expect(paths.slice(1)).toEqual([
      { code: "H", path: "営業本部" },
      { code: "S01", path: "営業本部/営業一部" },
      { code: "S11", path: "営業本部/営業一部/第一課" },
      { code: "K", path: "管理本部" },
      { code: "G01", path: "管理本部/総務部" },
      { code: "G11", path: "管理本部/総務部/庶務課" },
    ]);
    expect((await desk.run("orgs import tree.csv --yes")).stderr).toContain("unchanged 6");
  });
});

const MOVES = [
  ["社員番号", "旧所属", "新所属"],
  ["0001", "営業部", "総務部"],
];
const APPLY = [["Apply", "y\r"]] as const;

describe("layouts", () => {
  const learnt = async (): Promise<Desk> => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    expect((await desk.type("users import april.csv", [...TAKE, ...APPLY])).code).toBe(0);
    return desk;
  };
  const orgOf = async (desk: Desk, at: number): Promise<unknown> =>
    (JSON.parse((await desk.run("users list --format json --fields orgCode")).text) as { orgCode: string }[])[at]
      ?.orgCode;

  test("two lists in turn are asked about once each, and the former department is never taken", async () => {
    const desk = await learnt();
    await desk.write("moves.csv", toCsv(MOVES));
    const first = await desk.type("users import moves.csv", [...TAKE, ...APPLY]);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("update 1") });
    expect(await orgOf(desk, 0)).toBe("G01");
    expect((await desk.type("users import april.csv", [...APPLY])).code).toBe(0);
    expect(await orgOf(desk, 0)).toBe("S01");
    const again = await desk.type("users import moves.csv", [...APPLY]);
    const [layout] = await layouts(desk);
    expect(again.stderr).toContain(`read with layout ${layout?.id} (社員番号, 旧所属, 新所属), learnt at 20`);
    expect(await orgOf(desk, 0)).toBe("G01");
    expect(await layouts(desk)).toHaveLength(2);
  });

  test.each([
    ["列1,列2,列3,異動前", "メールアドレス", ["社員コード", null, "組織コード", null]],
    ["列1,連絡先,コード,前部署", "メールアドレス", ["社員コード", null, "組織コード", null]],
    ["社員番号,列2,コード,前部署", "連絡先", ["社員コード", null, "組織コード", null, "メールアドレス"]],
  ])("values propose what headers do not say: %s", async (first, mail, meanings) => {
    const desk = await learnt();
    const headers = first.split(",");
    const rows = [
      [...headers, mail],
      ["0001", mail === "連絡先" ? "東京" : "private@example.com", "G01", "営業部", "taro@example.jp"],
      ["0002", mail === "連絡先" ? "大阪" : "hanako@example.com", "S01", "総務部", "hanako@example.jp"],
    ];
    await desk.write("x.csv", toCsv(rows));
    expect((await desk.type("users import x.csv", [...TAKE, ...APPLY])).stderr).toContain("update 2");
    expect([await orgOf(desk, 0), await orgOf(desk, 1)]).toEqual(["G01", "S01"]);
    expect((await layouts(desk))[0]?.map.columns.map(({ to }) => to)).toEqual(meanings);
  });

  test.each(["moves.csv", "moves.xlsx"])("a header of two lines has the names of both: %s", async (name) => {
    const desk = await learnt();
    const rows = [["異動者"], ["社員番号", "所属", ""], ["", "旧", "新"], ...MOVES.slice(1), ["合計", "1"]];
    const sheet = {
      rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join(""),
      after: `<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A2:A3"/><mergeCell ref="B2:C2"/></mergeCells>`,
    };
    await desk.write(name, name === "moves.csv" ? toCsv(rows) : buildWorkbook({ sheets: { 異動: sheet } }));
    expect((await desk.type(`users import ${name}`, [...TAKE, ...APPLY])).stderr).toContain("update 1");
    expect(await orgOf(desk, 0)).toBe("G01");
    expect(await desk.run(`users import ${name} --yes`)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("unchanged 1"),
    });
  });

  test("neither a dry run, nor a no, nor a plan that is undone teaches a layout", async () => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    expect((await desk.type("users import april.csv --dry-run", TAKE)).code).toBe(0);
    expect((await desk.type("users import april.csv", [...TAKE, ["Apply", ENTER]])).code).toBe(0);
    expect(await layouts(desk)).toEqual([]);
    expect((await desk.type("users import april.csv", [...TAKE, ...APPLY])).code).toBe(0);
    expect(await layouts(desk)).toHaveLength(1);
    expect((await desk.run("undo last --confirm-deletions 2")).code).toBe(0);
    expect(await layouts(desk)).toEqual([]);
    expect((await desk.run("undo last --yes")).code).toBe(0);
    expect(await layouts(desk)).toHaveLength(1);
  });

  test.each([
    [
      "ignores a further column with a note",
      (row: readonly string[], at: number) => [...row, at === 1 ? "血液型" : ""],
      0,
      "血液型",
    ],
    [
      "refuses a new source of a field",
      (row: readonly string[], at: number) => [...row, at === 1 ? "新所属" : ""],
      3,
      "新所属",
    ],
    ["refuses a list without a column", (row: readonly string[]) => row.filter((_, at) => at !== 4), 3, "部署"],
    ["reads a list without an ignored column", (row: readonly string[]) => row.filter((_, at) => at !== 5), 0, ""],
    [
      "reads an unknown list only by exact headers",
      (_: readonly string[], at: number) => [`x${at}`, "E-メール"],
      3,
      "",
    ],
  ])("without a terminal %s", async (_, change, code, named) => {
    const desk = await learnt();
    await desk.write("may.csv", toCsv(LIST.map((row, at) => (at === 0 ? row : change(row, at)))));
    const outcome = await desk.run("users import may.csv --yes");
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(named) });
    expect(await orgOf(desk, 0)).toBe("S01");
  });

  test("names of departments that are not clear are asked, and not again", async () => {
    const desk = await deskWith("a.csv", "");
    await desk.write("o.csv", "組織名,組織コード,上位組織コード\n庶務課,G11,G01\n庶務課,S12,S01\n");
    expect((await desk.run("orgs import o.csv --yes")).code).toBe(0);
    const rows = [
      ["氏名", "メールアドレス", "配属先"],
      ["山田", "a@example.jp", "庶務課"],
      ["佐藤", "b@example.jp", "えいぎょう"],
    ];
    await desk.write("a.csv", toCsv(rows));
    const enter = await desk.type("users import a.csv", [
      ...TAKE,
      ['Which organisation does "庶務課" mean?', ENTER],
      ['Which organisation does "えいぎょう" mean?', ENTER],
    ]);
    expect(enter).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no organisation is called "えいぎょう"'),
    });
    const down = "\u001B[B";
    const { code, stderr } = await desk.type("users import a.csv", [
      ...TAKE,
      ['Which organisation does "庶務課" mean?', `${down}${ENTER}`],
      ['Which organisation does "えいぎょう" mean?', `${down}${down}${ENTER}`],
      ...APPLY,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await desk.states()).not.toContain("planned");
    const placed = [await orgOf(desk, 0), await orgOf(desk, 1)];
    expect(placed).toEqual([expect.stringMatching(/G11|S12/u), "S01"]);
    const next = await desk.run("users import a.csv --yes");
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("unchanged 2") });
  });

  test("asks only about what the nearest layout does not know", async () => {
    const desk = await learnt();
    const rows = LIST.map((row, at) => (at < 2 ? row.map((cell) => (cell === "部署" ? "配属先" : cell)) : row));
    await desk.write("may.csv", toCsv(rows));
    expect(await desk.type("users import may.csv", TAKE)).toMatchObject({
      code: 0,
    });
    await desk.write("june.csv", toCsv(rows.map((row, at) => [...row, at === 1 ? "新所属" : "総務部"])));
    const june = await desk.type("users import june.csv", [...TAKE, ...APPLY]);
    expect(june).toMatchObject({ code: 0, stderr: expect.stringContaining("update 1") });
    expect(await layouts(desk)).toHaveLength(3);
  });

  test("name the sheet of a workbook, which is then read without being asked for", async () => {
    const sheetOf = (name: string) => ({
      rows: [
        ["氏名", "連絡用"],
        [name, `${name}@example.jp`],
      ]
        .map((row, at) => buildRow(at + 1, ...row))
        .join(""),
    });
    const desk = await deskWith("list.xlsx", buildWorkbook({ sheets: { 旧: sheetOf("old"), 新: sheetOf("new") } }));
    await desk.write("map.yaml", "options: {sheet: 新}\ncolumns: {連絡用: メールアドレス}\n");
    expect((await desk.run("users import list.xlsx --yes")).code).not.toBe(0);
    expect((await desk.run("layouts learn list.xlsx --as users --map map.yaml")).code).toBe(0);
    expect(await desk.run("users import list.xlsx --yes")).toMatchObject({ code: 0 });
    expect(await desk.users()).toMatch(/new@example\.jp/);
    expect(await desk.users()).not.toMatch(/old@example\.jp/);
  });

  test("are learnt, shown and removed by hand; a map file overrides them", async () => {
    const desk = await deskWith("moves.csv", toCsv(MOVES));
    expect((await desk.type("layouts learn moves.csv --as users -o map.yaml", TAKE)).code).toBe(0);
    expect(await layouts(desk)).toEqual([]);
    expect((await desk.run("layouts learn moves.csv --as users")).code).toBe(2);
    expect((await desk.run("layouts learn moves.csv --as users --map map.yaml")).code).toBe(0);
    const id = (await layouts(desk))[0]?.id;
    expect((await desk.run(`layouts show ${id}`)).text).toContain("employee-code");
    expect((await desk.run("layouts list --format json")).text).toContain(id);
    expect((await desk.run("users import moves.csv --map none --yes")).code).toBe(3);
    for (const code of [0, 6]) expect((await desk.run(`layouts remove ${id} --yes`)).code).toBe(code);
  });
});
