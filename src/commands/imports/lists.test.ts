import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { freshDesk, type Desk } from "#support/cli/import-desk.ts";
import { buildRow, buildWorkbook } from "#support/xlsx/workbook.ts";

const ORGS = [
  ["組織名", "組織コード", "上位組織コード"],
  ["本社", "H", ""],
  ["大阪支社", "O", ""],
  ["営業部", "S01", "H"],
  ["総務課", "G1", "H"],
  ["総務課", "G2", "O"],
];

const toCsv = (rows: readonly (readonly string[])[]): string => rows.map((cells) => `${cells.join(",")}\r\n`).join("");

/** A list as an HR system writes it: titles, foreign headers, concurrent posts, leavers and a row of totals. */
const LIST = [
  ["社員名簿"],
  ["2026年4月1日現在", "", "", "人事部"],
  [],
  ["社員番号", "姓", "名", "Eメール", "本部", "部", "本務区分", "在籍区分"],
  ["0001", "山田", "太郎", "taro@example.jp", "本社", "営業部", "本務", "在籍"],
  ["0001", "山田", "太郎", "taro@example.jp", "大阪支社", "総務課", "兼務", "在籍"],
  ["0002", "佐藤", "", "sato@example.jp", "大阪支社", "総務課", "本務", "在籍"],
  ["0003", "鈴木", "一郎", "suzuki@example.jp", "本社", "営業部", "本務", "退職"],
  ["合 計:", "3 名"],
];

const MAP = `columns:
  社員番号: 社員コード
  Eメール: メールアドレス
join:
  氏名: [姓, 名]
  組織コード: [本部, 部]
rows:
  skip:
    本務区分: [兼務]
    在籍区分: [退職, 休職]
options:
  org-by: name
`;

const deskWithOrgs = async (): Promise<Desk> => {
  const desk = await freshDesk();
  await desk.write("orgs.csv", toCsv(ORGS));
  expect((await desk.run("orgs import orgs.csv --yes")).code).toBe(0);
  return desk;
};

const usersOf = async (desk: Desk): Promise<unknown> =>
  JSON.parse((await desk.run("users list --format json --fields name,emails,orgCode,employeeCode")).text) as unknown;

describe("a list of an HR system", () => {
  test.each(["list.csv", "list.xlsx"])("goes in as it is with a map: %s", async (name) => {
    const desk = await deskWithOrgs();
    const rows = LIST.map((cells, at) => buildRow(at + 1, ...cells)).join("");
    await desk.write(name, name === "list.csv" ? toCsv(LIST) : buildWorkbook({ sheets: { 名簿: { rows } } }));
    await desk.write("hr.yaml", MAP);
    const { code, stderr, text } = await desk.run(`users import ${name} --map hr.yaml --yes --format json`);
    expect(stderr).toContain("the header is row 4; rows 1–3 are ignored\n");
    expect(stderr).toContain("rows skipped (本務区分 is 兼務): 1\nrows skipped (在籍区分 is 退職): 1\n");
    expect(stderr).toContain(`${name}:9: 1 row of totals or notes skipped`);
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ rows: 2, create: 2, committed: true });
    expect(await usersOf(desk)).toEqual([
      { name: "山田 太郎", emails: ["taro@example.jp"], orgCode: "S01", employeeCode: "0001" },
      { name: "佐藤", emails: ["sato@example.jp"], orgCode: "G2", employeeCode: "0002" },
    ]);
    const again = await desk.run(`users import ${name} --map hr.yaml --mode replace --format json`);
    expect(JSON.parse(again.text)).toMatchObject({ unchanged: 2, delete: 0 });
  });
});

describe("organisations by name or path", () => {
  const people = (...orgs: readonly string[]): string =>
    toCsv([["氏名", "メールアドレス", "組織コード"], ...orgs.map((org, at) => [`人${at}`, `p${at}@example.jp`, org])]);

  test("are found by anything that only one organisation is called", async () => {
    const desk = await deskWithOrgs();
    await desk.write(
      "o.csv",
      toCsv([
        ORGS[0] ?? [],
        ["コールセンター 2", "C2", "S01"],
        ["庶務", "G11", "G1"],
        ["庶務", "G21", "G2"],
        ["営業部", "S09", ""],
      ]),
    );
    expect((await desk.run("orgs import o.csv --yes")).code).toBe(0);
    const found = {
      大阪支社: "O",
      "本社/営業部": "S01",
      "全社/営業部": "S09",
      "大阪支社/総務課/庶務": "G21",
      本社総務課庶務: "G11",
      G2: "G2",
      ｺｰﾙｾﾝﾀｰ2: "C2",
      "営業部コールセンター\u3000２": "C2",
      "本社営業部 コールセンター2": "C2",
      Ｃ２: "C2",
      "全社＞本社＞営業部＞ｺｰﾙｾﾝﾀｰ２": "C2",
    };
    await desk.write("a.csv", people(...Object.keys(found)));
    expect(await desk.run("users import a.csv --org-by name --yes")).toMatchObject({ code: 0 });
    expect(await usersOf(desk)).toMatchObject(Object.values(found).map((orgCode) => ({ orgCode })));
    await desk.write("b.csv", people("総務課/庶務", "支社/総務課", "営業部", "営業部"));
    const { code, stderr } = await desk.run("users import b.csv --org-by name");
    expect(code).toBe(3);
    expect(stderr).toContain('2 organisations are called "総務課/庶務": 本社/総務課/庶務, 大阪支社/総務課/庶務;');
    expect(stderr).toContain('b.csv:3:3: 組織コード: no organisation is called "支社/総務課"');
    expect(stderr).toContain('"営業部": 本社/営業部, 営業部; write the path from 全社 (C4) (and 1 more row)');
    expect(stderr).not.toContain("--create-orgs");
    expect((await desk.run("users import b.csv --org-by name --create-orgs")).code).toBe(2);
  });

  test.each(["組織", "組織名", "組織パス"])("are read from a column 「%s」, and never left out", async (header) => {
    const desk = await deskWithOrgs();
    await desk.write("a.csv", people("本社/営業部", "大阪支社").replace("組織コード", header));
    expect((await desk.run("users import a.csv --yes")).code).toBe(3);
    expect((await desk.run("users import a.csv --org-by name --allow unknown-columns --yes")).code).toBe(0);
    expect(await usersOf(desk)).toMatchObject([{ orgCode: "S01" }, { orgCode: "O" }]);
    await desk.write("d.csv", `シリアルナンバー,プラットフォーム,所有${header}\nSN1,iOS,本社/営業部\n`);
    expect((await desk.run("devices import d.csv --org-by name --yes")).code).toBe(0);
    await desk.write("both.csv", `氏名,メールアドレス,組織コード,${header}\n一,x@example.jp,S01,本社/営業部\n`);
    expect(await desk.run("users import both.csv --org-by name --allow unknown-columns")).toMatchObject({ code: 3 });
  });

  test("are imported in the same change, or nothing is", async () => {
    const desk = await deskWithOrgs();
    await desk.write("a.csv", people("本社/新課", "N"));
    await desk.write("bad.csv", people("本社/新課", "").replace("p1@", "p1"));
    for (const [orgs, code] of [
      ["新課,N,X", 3],
      ["新課,N,H", 0],
    ] as const) {
      await desk.write("new.csv", `${(ORGS[0] ?? []).join(",")}\r\n${orgs}\r\n`);
      const bad = await desk.run("users import bad.csv --orgs new.csv --org-by name --yes");
      expect(bad).toMatchObject({ code: 3, stderr: expect.stringContaining(code === 0 ? "bad.csv:3" : "new.csv:2:3") });
      expect(await desk.states()).not.toContain("planned");
      const done = await desk.run(
        "users import a.csv --orgs new.csv --org-by name --report plan.csv --overwrite --yes",
      );
      expect(done).toMatchObject({ code });
    }
    expect(readFileSync(desk.path("plan.csv"), "utf8")).toMatch(/create,N,新課.*create,p0@example.jp,人0,本社\/新課/su);
    expect(await usersOf(desk)).toMatchObject([{ orgCode: "N" }, { orgCode: "N" }]);
    expect((await desk.run("undo last --confirm-deletions 3")).code).toBe(0);
    expect((await desk.run("orgs list")).text).not.toContain("新課");
  });
});
