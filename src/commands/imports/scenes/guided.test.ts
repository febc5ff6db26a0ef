import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

const ENTER = "\r";
const toCsv = (rows: readonly (readonly string[])[]): string => rows.map((cells) => `${cells.join(",")}\r\n`).join("");

/** Returns messages without their line breaks. */
const unwrap = (text: string): string => text.replaceAll(/\s+/g, " ");

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
  ['Skip the rows whose "在籍区分" is 退職?', ENTER],
  ['Which field does "社員番号" stand for?', ENTER],
  ['Which field does "Eメール" stand for?', ENTER],
  ['Which field does "部署" stand for?', ENTER],
  ['Which field does "勤務地" stand for?', ENTER],
  ['What does the column "部署" contain?', ENTER],
];

describe("an import at a terminal", () => {
  test("asks how to read a list, and the next month nothing but whether to apply the plan", async () => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    const { code, stderr } = await desk.type("users import april.csv", [
      ...QUESTIONS,
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("rows skipped (在籍区分 is 退職): 1"),
    });
    expect(unwrap(stderr)).toContain(
      "wrote april-users-map.yaml; to import the list without questions: clomoctl users import april.csv --yes (",
    );
    expect(readFileSync(desk.path("april-users-map.yaml"), "utf8")).toContain('org-by: "name"');
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
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("create 1, update 0, unchanged 2") });
    const unattended = await desk.run("users import may.csv --yes --format json");
    expect(JSON.parse(unattended.text)).toMatchObject({ unchanged: 3 });
  });

  test.each([
    ["a limit stops the plan", "users import april.csv --max-changes 0", [], 10],
    ["the plan is declined", "users import april.csv", [["Apply", "n\r"]], 0],
    ["the plan is interrupted", "users import april.csv", [["Apply", "\u0003"]], 130],
  ] as const)("keeps the answers if %s", async (_, command, ending, exit) => {
    const desk = await deskWith("april.csv", toCsv(LIST));
    const known = [
      ["氏名", "メールアドレス"],
      ["山田", "taro@example.jp"],
    ];
    await desk.write("known.csv", toCsv(known));
    expect((await desk.run("users import known.csv --yes")).code).toBe(0);
    const { code, stderr } = await desk.type(command, [...QUESTIONS, ["Save these answers", ENTER], ...ending]);
    expect({ code, stderr }).toMatchObject({
      code: exit,
      stderr: expect.stringContaining("wrote april-users-map.yaml; to import the list without questions"),
    });
    expect(await desk.users()).not.toContain("hanako");
    const next = await desk.type("users import april.csv", [["Apply", "y\r"]]);
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("create 1, update 1") });
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

  test("asks for the sheet of a workbook, and adds a column as a custom field", async () => {
    const rows = [
      ["氏名", "メールアドレス", "入社日"],
      ["山田", "a@example.jp", "2020"],
    ]
      .map((cells, at) => buildRow(at + 1, ...cells))
      .join("");
    const book = buildWorkbook({ sheets: { 名簿: { rows }, 部門: { rows } } });
    const desk = await deskWith("list.xlsx", book);
    const { code, stderr } = await desk.type("users import list.xlsx", [
      ["Which sheet has the list?", ENTER],
      ['Which field does "入社日" stand for?', "\u001b[A\r"],
      ["Add the custom fields 入社日 to the tenant now?", "y\r"],
      ["Save these answers", "n\r"],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { text } = await desk.run("users list --format json --fields custom");
    expect(text).toContain("2020");
  });

  test("does not add custom fields in a dry run", async () => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["氏名", "メールアドレス", "入社日"],
        ["山田", "a@example.jp", "2020"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv --dry-run", [
      ['Which field does "入社日" stand for?', "\u001b[A\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const again = "clomoctl users fields add 入社日 ; clomoctl users import a.csv --map a-users-map.yaml --dry-run";
    expect(unwrap(stderr)).toContain(`to import the list without questions: ${again}`);
    expect(readFileSync(desk.path("a-users-map.yaml"), "utf8")).toContain('"入社日": "入社日"');
    expect(stderr).toContain("a dry run adds no custom fields; ignored columns: 入社日");
    expect(stderr).toContain("dry run: nothing was changed");
    expect((await desk.run("users fields list --format json")).text).not.toContain("入社日");
  });

  test.each([
    ["is refused", "n\r", 0, ""],
    ["is interrupted", "\u0003", 130, "interrupted: "],
  ])("says that custom fields were added if the plan %s", async (_, key, exit, reason) => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["氏名", "メールアドレス", "入社日"],
        ["山田", "a@example.jp", "2020"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv", [
      ['Which field does "入社日" stand for?', "\u001b[A\r"],
      ["Add the custom fields 入社日 to the tenant now?", "y\r"],
      ["Save these answers", "n\r"],
      ["Apply", key],
    ]);
    expect(code).toBe(exit);
    expect(stderr).toContain(`${reason}added custom fields: 入社日; nothing else was changed\n`);
    expect(stderr).not.toContain("nothing was changed");
    expect((await desk.run("users fields list")).text).toContain("入社日");
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

  test("asks which of several organisations a name means, and recognises paths with other signs", async () => {
    const toList = (...orgs: readonly string[]) =>
      toCsv([["氏名", "メールアドレス", "部門"], ...orgs.map((org, at) => [`人${at}`, `p${at}@example.jp`, org])]);
    const desk = await deskWith("a.csv", toList("営業部", "庶務係"));
    const more = ["庶務係,G11,S01", "庶務係,G21,G01"].map((row) => row.split(","));
    await desk.write("more.csv", toCsv([["組織名", "組織コード", "上位組織コード"], ...more]));
    expect((await desk.run("orgs import more.csv --yes")).code).toBe(0);
    const asked = await desk.type("users import a.csv", [
      ['Which field does "部門" stand for?', ENTER],
      ['What does the column "部門" contain?', ENTER],
      ['Which organisation does "庶務係" mean?', "\u001b[B\r"],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect(asked).toMatchObject({ code: 0 });
    expect(readFileSync(desk.path("a-users-map.yaml"), "utf8")).toContain('"庶務係": "本社/総務部/庶務係"');
    expect(JSON.parse((await desk.run("users list --format json --fields orgCode")).text)).toMatchObject([
      { orgCode: "S01" },
      { orgCode: "G21" },
    ]);
    expect((await desk.run("context set local --list users=none")).code).toBe(0);
    await desk.write("b.csv", toList("本社　営業部", "本社＞総務部＞庶務係"));
    const { code, stderr } = await desk.type("users import b.csv", [
      ['Which field does "部門" stand for?', ENTER],
      ['What does the column "部門" contain?', ENTER],
      ["Save these answers", ENTER],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("unchanged 2") });
  });

  test("joins both kana columns, and proposes the column whose values name organisations", async () => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["姓", "名", "姓(カナ)", "名(カナ)", "メールアドレス", "勤務"],
        ["山田", "太郎", "ヤマダ", "タロウ", "a@example.jp", "本社/営業部"],
        ["佐藤", "花子", "サトウ", "ハナコ", "b@example.jp", "総務部"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv", [
      ['Is 氏名 to be joined from "姓 + 名"?', ENTER],
      ['Is フリガナ to be joined from "姓(カナ) + 名(カナ)"?', ENTER],
      ['Which field does "勤務" stand for?', ENTER],
      ['What does the column "勤務" contain?', ENTER],
      ["Save these answers", "n\r"],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(unwrap(stderr)).toContain(
      "to import the list without questions: clomoctl users import a.csv --map a-users-map.yaml",
    );
    expect(await desk.run("users import a.csv --map a-users-map.yaml --yes")).toMatchObject({ code: 0 });
    expect(JSON.parse((await desk.run("users list --format json --fields nameKana,orgCode")).text)).toEqual([
      { nameKana: "ヤマダ タロウ", orgCode: "S01" },
      { nameKana: "サトウ ハナコ", orgCode: "G01" },
    ]);
  });

  test("finds the sheet of the next month, and asks for the sheet if only the header row was specified", async () => {
    const toBook = (...names: readonly string[]) => {
      const rows = [["社員名簿"], ["氏名", "メールアドレス"], ["山田", "a@example.jp"]];
      const sheet = { rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join("") };
      return buildWorkbook({ sheets: Object.fromEntries(names.map((name) => [name, sheet])) });
    };
    const desk = await deskWith("list.xlsx", toBook("2026年4月", "集計"));
    const { code, stderr } = await desk.type("users import list.xlsx --header-row 2", [
      ["Which sheet has the list?", ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr: unwrap(stderr) }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("without questions: clomoctl users import list.xlsx --yes ("),
    });
    expect(readFileSync(desk.path("list-users-map.yaml"), "utf8")).toContain('sheet: "*年*月"');
    await desk.write("list.xlsx", toBook("2026年4月", "集計", "2026年5月"));
    expect(await desk.run("users import list.xlsx --yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("unchanged 1"),
    });
  });

  test("replaces saved answers by those about a list with other headers and another delimiter", async () => {
    const april = [
      ["氏名", "メールアドレス", "社員No", "部署"],
      ["山田", "a@example.jp", "0001", "営業部"],
    ];
    const desk = await deskWith("l.csv", toCsv(april).replaceAll(",", "\t"));
    const first = await desk.type("users import l.csv", [
      ['Which field does "社員No" stand for?', ENTER],
      ['Which field does "部署" stand for?', ENTER],
      ['What does the column "部署" contain?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect(first).toMatchObject({ code: 0 });
    const saved = (): string => readFileSync(desk.path("l-users-map.yaml"), "utf8");
    expect(saved()).toContain('"社員No": "社員コード"');
    expect(saved()).toContain("dialect:");
    const may = [
      ["氏名", "メールアドレス", "社員番号", "本部", "部"],
      ["山田", "a@example.jp", "0001", "本社", "営業部"],
    ];
    await desk.write("l.csv", toCsv(may));
    const { code, stderr } = await desk.type("users import l.csv", [
      ['Is 組織コード to be joined from "本部 / 部"?', ENTER],
      ['Which field does "社員番号" stand for?', ENTER],
      ["Save these answers in l-users-map.yaml,", ENTER],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("unchanged 1") });
    expect(saved()).toBe(
      'columns:\n  "社員番号": "社員コード"\njoin:\n  "組織コード": ["本部", "部"]\noptions:\n  org-by: "path"\n',
    );
    const next = await desk.run("users import l.csv --yes --format json");
    expect(JSON.parse(next.text)).toMatchObject({ unchanged: 1 });
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

  test("reads a header of two rows, whose cells are merged", async () => {
    const rows = [
      ["社員名簿"],
      ["氏名", "メールアドレス", "所属", ""],
      ["", "", "本部", "部"],
      ["山田", "a@example.jp", "本社", "営業部"],
      ["佐藤", "b@example.jp", "", "総務部"],
    ];
    const sheet = {
      rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join(""),
      after: `<mergeCells>${["A2:A3", "B2:B3", "C2:D2", "C4:C5"].map((ref) => `<mergeCell ref="${ref}"/>`).join("")}</mergeCells>`,
    };
    const desk = await deskWith("list.xlsx", buildWorkbook({ sheets: { 名簿: sheet } }));
    const { code, stderr } = await desk.type("users import list.xlsx", [
      ['Is 組織コード to be joined from "本部 / 部"?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse((await desk.run("users list --format json --fields name,orgCode")).text)).toEqual([
      { name: "山田", orgCode: "S01" },
      { name: "佐藤", orgCode: "G01" },
    ]);
    expect(await desk.run("users import list.xlsx --yes")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("unchanged 2"),
    });
  });

  describe("with a map that was saved", () => {
    const HEAD = ["社員番号", "氏名", "メールアドレス", "部署", "在籍区分"];
    const row = (id: string, org: string, state = "在籍") => [id, `人${id}`, `p${id}@example.jp`, org, state];
    const FIRST = [
      ['Which field does "社員番号" stand for?', ENTER],
      ['Which field does "部署" stand for?', ENTER],
      ['Which field does "在籍区分" stand for?', ENTER],
      ['What does the column "部署" contain?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ] as const;
    const savedDesk = async (): Promise<Desk> => {
      const desk = await deskWith("a.csv", toCsv([HEAD, row("1", "営業部")]));
      expect((await desk.type("users import a.csv", FIRST)).code).toBe(0);
      return desk;
    };
    const mapOf = (desk: Desk) => readFileSync(desk.path("a-users-map.yaml"), "utf8");

    test("asks about leavers when they first appear, and warns without a terminal", async () => {
      const desk = await savedDesk();
      await desk.write("a.csv", toCsv([HEAD, row("1", "営業部"), row("2", "営業部", "退職")]));
      expect((await desk.run("users import a.csv --dry-run")).stderr).toContain('1 row with "退職" imported');
      const { code, stderr } = await desk.type("users import a.csv", [
        ['Skip the rows whose "在籍区分" is 退職?', ENTER],
        ["Save these answers", ENTER],
      ]);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("在籍区分 is 退職): 1") });
      expect(mapOf(desk)).toContain('skip:\n    "在籍区分": ["退職"]');
      expect((await desk.run("users import a.csv --dry-run")).stderr).not.toContain("imported");
    });

    test("asks only about a new header and a new name, and again about what was not answered", async () => {
      const desk = await savedDesk();
      await desk.write(
        "a.csv",
        toCsv([
          [...HEAD, "メモ"],
          [...row("1", "営業部"), "x"],
          [...row("2", "大阪"), "y"],
        ]),
      );
      const refused = await desk.type("users import a.csv", [
        ['Which field does "メモ" stand for?', ENTER],
        ['Which organisation does "大阪" mean?', ENTER],
      ]);
      expect(refused.code).toBe(3);
      const { code, stderr } = await desk.type("users import a.csv", [
        ['Which field does "メモ" stand for?', ENTER],
        ['Which organisation does "大阪" mean?', "\u001b[B\r"],
        ["Save these answers in a-users-map.yaml,", ENTER],
        ["Apply", "y\r"],
      ]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(mapOf(desk)).toContain('"大阪": "本社"');
      expect(mapOf(desk)).toContain('"メモ": ignore');
      expect(await desk.run("users import a.csv --yes")).toMatchObject({ code: 0 });
    });

    test("reads a file that has only headers of the format without the map", async () => {
      const desk = await savedDesk();
      await desk.write(
        "u.csv",
        toCsv([
          ["氏名", "メールアドレス", "組織コード"],
          ["山田", "y@example.jp", "S01"],
        ]),
      );
      const { code, stderr } = await desk.run("users import u.csv --yes");
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("a-users-map.yaml is not used"),
      });
    });

    test("does not overwrite comments of a map", async () => {
      const desk = await savedDesk();
      await desk.write("a-users-map.yaml", `# ours\n${mapOf(desk)}`);
      await desk.write(
        "a.csv",
        toCsv([
          [...HEAD, "メモ"],
          [...row("1", "総務部"), "x"],
        ]),
      );
      const { code, stderr } = await desk.type("users import a.csv", [
        ['Which field does "メモ" stand for?', ENTER],
        ["Save these answers in a-users-map-2.yaml,", ENTER],
        ["Apply", "y\r"],
      ]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(mapOf(desk)).toContain("# ours");
      expect(await desk.run("users import a.csv --yes")).toMatchObject({ code: 0 });
    });
  });

  test("asks whether to skip people whose last day has come", async () => {
    const list = [
      ["氏名", "メールアドレス", "退職日"],
      ["山田", "a@example.jp", ""],
      ["佐藤", "b@example.jp", "2020/3/31"],
      ["鈴木", "c@example.jp", "2999/3/31"],
    ];
    const desk = await deskWith("a.csv", toCsv(list));
    const { code, stderr } = await desk.type("users import a.csv", [
      ['Skip the rows whose "退職日" has come', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("create 2") });
    expect(readFileSync(desk.path("a-users-map.yaml"), "utf8")).toContain('"退職日": ["<=today"]');
  });

  test("asks for the sheet of the month, the latest first, and names the latest without a terminal", async () => {
    const toBook = (...names: readonly string[]) => {
      const rows = [
        ["氏名", "Eメール"],
        ["山田", "a@example.jp"],
      ];
      const sheet = { rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join("") };
      return buildWorkbook({ sheets: Object.fromEntries(names.map((name) => [name, sheet])) });
    };
    const desk = await deskWith("list.xlsx", toBook("4月"));
    const first = await desk.type("users import list.xlsx", [
      ['Which field does "Eメール" stand for?', ENTER],
      ["Save these answers", ENTER],
      ["Apply", "y\r"],
    ]);
    expect(first.code).toBe(0);
    await desk.write("list.xlsx", toBook("4月", "5月"));
    expect((await desk.run("users import list.xlsx --yes")).stderr).toContain("--sheet 5月");
    const second = await desk.type("users import list.xlsx", [
      ["Which sheet has the list?", ENTER],
      ["Save these answers", ENTER],
    ]);
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining("unchanged 1") });
    // without a year, the map does not say which month is the latest
    expect(unwrap(second.stderr)).toContain("without questions: clomoctl users import list.xlsx --sheet 5月 --yes (");
    await desk.write("list.xlsx", toBook("4月", "5月", "6月"));
    expect((await desk.run("users import list.xlsx --yes")).stderr).toContain("--sheet 6月");
    const third = await desk.type("users import list.xlsx", [["Which sheet has the list?", ENTER]]);
    expect(third).toMatchObject({ code: 0, stderr: expect.stringContaining("unchanged 1") });
  });

  test("saves the header row that was specified, and shows the command after a dry run", async () => {
    const desk = await deskWith(
      "a.csv",
      toCsv([
        ["甲", "乙"],
        ["氏名", "Eメール"],
        ["山田", "a@example.jp"],
      ]),
    );
    const { code, stderr } = await desk.type("users import a.csv --header-row 2 --dry-run", [
      ['Which field does "Eメール" stand for?', ENTER],
      ["Save these answers", "n\r"],
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(unwrap(stderr)).toContain(
      "without questions: clomoctl users import a.csv --map a-users-map.yaml --dry-run (",
    );
    expect(readFileSync(desk.path("a-users-map.yaml"), "utf8")).toContain('header-row: "2"');
  });
});
