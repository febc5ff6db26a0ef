import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { FIXTURES } from "#support/process/program.ts";
import { ORGS } from "../lists/generated.ts";
import { pressEnter, readPeople } from "./support/company.ts";
import { writeRows } from "./support/console.ts";
import { story, withoutStyles, type Story } from "./support/story.ts";
import * as w from "./words.ts";

type Row = readonly string[];

const HEADER = ["社員コード", "氏名", "フリガナ", "メールアドレス", "組織コード", "役職"];
const PEOPLE: readonly Row[] = [
  ["00101", "佐藤 花子", "サトウ ハナコ", "sato.hanako@example.jp", "1110", "主任"],
  ["00102", "鈴木 一郎", "スズキ イチロウ", "suzuki.ichiro@example.jp", "1120", ""],
  ["00103", "髙橋 直樹", "タカハシ ナオキ", "takahashi.naoki@example.jp", "1210", "課長"],
  ["00104", "田中 陽子", "タナカ ヨウコ", "tanaka.yoko@example.jp", "2110", ""],
  ["00105", "渡邉 翔", "ワタナベ ショウ", "watanabe.sho@example.jp", "2120", "係長"],
  ["00106", "金子 恵", "カネコ メグミ", "kaneko.megumi@example.jp", "2210", ""],
  ["00107", "佐藤 太郎", "サトウ タロウ", "sato.taro@example.jp", "3100", "部長"],
  ["00108", "山﨑 圭", "ヤマザキ ケイ", "yamazaki.kei@example.jp", "3100", ""],
];

/** What the lists of two months mean, three rows each: people who change, and a new one. */
const CHANGES: readonly Row[] = [
  ["00101", "佐藤 花子", "サトウ ハナコ", "sato.hanako@example.jp", "1120", "主任"],
  ["00104", "田中 陽子", "タナカ ヨウコ", "tanaka.yoko@example.jp", "2110", "主任"],
  ["00111", "石井 さくら", "イシイ サクラ", "ishii.sakura@example.jp", "1110", ""],
  ["00103", "髙橋 直樹", "タカハシ ナオキ", "takahashi.naoki@example.jp", "1110", "課長"],
  ["00106", "金子 恵", "カネコ メグミ", "kaneko.megumi@example.jp", "2210", "主任"],
  ["00112", "福田 健一", "フクダ ケンイチ", "fukuda.kenichi@example.jp", "3100", ""],
];

/** The code and the path of the organisations that the sheets with a tree add, three in the first month. */
const TREE = "5000 新事業本部,5100 新事業本部/企画部,5110 新事業本部/企画部/第一課,5200 新事業本部/推進部";
const NEW_ORGS: readonly Row[] = TREE.split(",").map((org) => org.split(" "));

/** `unclear`: number of headers that are not the field's own, for as many questions; `lacks`: the code of a person. */
type List = Readonly<{ name: string; unclear: number; kind?: "orgs"; hasKana?: boolean; lacks?: string }>;

const LISTS: readonly List[] = [
  { name: "libreoffice.xlsx", unclear: 4 },
  { name: "payroll-cp932.csv", unclear: 7, hasKana: true },
  { name: "payroll-euc.csv", unclear: 5, lacks: "00103" },
  { name: "two-lines.xlsx", unclear: 5 },
  { name: "merged.xlsx", unclear: 2 },
  { name: "former-new.csv", unclear: 6 },
  { name: "tree.xlsx", unclear: 3, kind: "orgs" },
  { name: "totals.xlsx", unclear: 4 },
  { name: "lost-zeros.csv", unclear: 1 },
  { name: "doubles.csv", unclear: 2 },
  { name: "departments.xlsx", unclear: 2 },
  { name: "divisions.xlsx", unclear: 4 },
];

const isNew = (code: string | undefined): boolean => PEOPLE.every(([other]) => other !== code);
const byCode = (rows: readonly Row[]): readonly Row[] =>
  rows.toSorted(([one = ""], [other = ""]) => (one < other ? -1 : 1));

/** Returns the people as {@link PEOPLE}, or the code and the path of the organisations. */
async function read(s: Story, { kind }: List): Promise<readonly Row[]> {
  if (kind === "orgs")
    return byCode(
      (await s.json<{ code: string; path: string }[]>(w.orgs.list())).map(({ code, path }) => [code, path]),
    );
  return byCode(
    (await readPeople(s)).map(({ employeeCode, name, nameKana, emails, orgCode, title }) => [
      employeeCode ?? "",
      name,
      nameKana ?? "",
      emails.join(" "),
      orgCode ?? "",
      title ?? "",
    ]),
  );
}

/** Returns what the tenant should have after one or two months. */
function truthAfter(months: number, { kind, hasKana = false, lacks }: List, before: readonly Row[]): readonly Row[] {
  if (kind === "orgs") return byCode([...before, ...NEW_ORGS.slice(0, 3 * months)]);
  const known = new Map(before.map((row) => [row[0], row]));
  for (const row of CHANGES.slice(0, 3 * months))
    if (row[0] !== lacks) known.set(row[0], isNew(row[0]) && !hasKana ? row.with(2, "") : row);
  return byCode([...known.values()]);
}

/** Presses Enter, or y at the question about the plan, and returns the questions that were answered. */
async function enter(s: Story, words: readonly string[]): Promise<{ screen: string; questions: string[] }> {
  const { code, screen: styled } = await pressEnter(s, words);
  const screen = withoutStyles(styled).replaceAll("\r", "");
  expect(code, screen).toBe(0);
  return { screen, questions: Array.from(screen.matchAll(/✔ (.*)/g), ([, question = ""]) => question) };
}

for (const list of LISTS)
  story(`two months of ${list.name}`, async (s) => {
    const { name, kind, unclear } = list;
    const importList = kind === "orgs" ? w.orgs.import : w.users.import;
    await s.write("orgs.csv", writeRows(ORGS));
    await s.run(w.orgs.import("orgs.csv", "--yes"));
    await s.write("people.csv", writeRows([HEADER, ...PEOPLE]));
    await s.run(w.users.import("people.csv", "--yes"));
    const before = await read(s, list);
    const expectMonths = async (months: number, screen: string): Promise<void> =>
      expect(await read(s, list), screen).toEqual(truthAfter(months, list, before));
    await expectMonths(0, "");
    const [first, second] = [1, 2].map((month) => name.replace(".", `-${month}.`)) as [string, string];
    for (const file of [first, second]) await copyFile(join(FIXTURES, "lists", file), s.path(file));

    // without a terminal nothing is asked, and nothing is guessed
    const unattended = await s.run(importList(first, "--yes"), { code: [0, 2, 3], tried: false });
    expect(unattended.stderr).not.toMatch(/^\?/m);
    await expectMonths(unattended.code === 0 ? 1 : 0, unattended.stderr);
    if (unattended.code === 0)
      await s.run(w.undo("last", "--confirm-deletions", kind === "orgs" ? "3" : "1"), { tried: false });

    const april = await enter(s, importList(first));
    expect(april.questions.at(-1), april.screen).toMatch(/^Apply/);
    expect(april.questions.length - 1, april.screen).toBeLessThanOrEqual(unclear);
    expect(april.screen.includes(`users leave --file ${first}`), april.screen).toBe(name.startsWith("divisions"));
    await expectMonths(1, april.screen);

    // a further column gets one note, but for 発令日, which is known
    const may = await enter(s, importList(second));
    expect(may.questions, may.screen).toEqual([expect.stringMatching(/^Apply/)]);
    expect(may.screen.split("責任者"), may.screen).toHaveLength(kind === "orgs" ? 2 : 1);
    await expectMonths(2, may.screen);

    const again = await s.run(importList(second, "--yes"), { tried: false });
    expect(again.stderr).not.toMatch(/^\?/m);
    await expectMonths(2, again.stderr);
  });
