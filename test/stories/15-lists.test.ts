import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { FIXTURES } from "#support/process/program.ts";
import { pressEnter, readPeople, type Person } from "./support/company.ts";
import { writeRows } from "./support/console.ts";
import { story, withoutStyles, type Story } from "./support/story.ts";
import * as w from "./words.ts";

const ORGS = [
  ["組織名", "組織コード", "上位組織コード"],
  ["営業本部", "1000", ""],
  ["東日本営業部", "1100", "1000"],
  ["第一課", "1110", "1100"],
  ["第二課", "1120", "1100"],
  ["西日本営業部", "1200", "1000"],
  ["第一課", "1210", "1200"],
  ["製造本部", "2000", ""],
  ["堺工場", "2100", "2000"],
  ["品質管理課", "2110", "2100"],
  ["コールセンター", "2120", "2100"],
  ["川崎工場", "2200", "2000"],
  ["品質管理課", "2210", "2200"],
  ["管理部", "3000", ""],
  ["総務課", "3100", "3000"],
];

const HEADER = ["社員コード", "氏名", "フリガナ", "メールアドレス", "組織コード", "役職"];
const PEOPLE = [
  ["00101", "佐藤 花子", "サトウ ハナコ", "sato.hanako@example.jp", "1110", "主任"],
  ["00102", "鈴木 一郎", "スズキ イチロウ", "suzuki.ichiro@example.jp", "1120", ""],
  ["00103", "髙橋 直樹", "タカハシ ナオキ", "takahashi.naoki@example.jp", "1210", "課長"],
  ["00104", "田中 陽子", "タナカ ヨウコ", "tanaka.yoko@example.jp", "2110", ""],
  ["00105", "渡邉 翔", "ワタナベ ショウ", "watanabe.sho@example.jp", "2120", "係長"],
  ["00106", "金子 恵", "カネコ メグミ", "kaneko.megumi@example.jp", "2210", ""],
  ["00107", "佐藤 太郎", "サトウ タロウ", "sato.taro@example.jp", "3100", "部長"],
  ["00108", "山﨑 圭", "ヤマザキ ケイ", "yamazaki.kei@example.jp", "3100", ""],
];

/** What the lists of each month mean: the rows of new people and of those who change. */
const MONTHS = [
  [
    ["00101", "佐藤 花子", "サトウ ハナコ", "sato.hanako@example.jp", "1120", "主任"],
    ["00104", "田中 陽子", "タナカ ヨウコ", "tanaka.yoko@example.jp", "2110", "主任"],
    ["00111", "石井 さくら", "イシイ サクラ", "ishii.sakura@example.jp", "1110", ""],
  ],
  [
    ["00103", "髙橋 直樹", "タカハシ ナオキ", "takahashi.naoki@example.jp", "1110", "課長"],
    ["00106", "金子 恵", "カネコ メグミ", "kaneko.megumi@example.jp", "2210", "主任"],
    ["00112", "福田 健一", "フクダ ケンイチ", "fukuda.kenichi@example.jp", "3100", ""],
  ],
];

/** The organisations that the tree sheets add. */
const TREES = [
  [
    ["新事業本部", "5000", ""],
    ["企画部", "5100", "5000"],
    ["第一課", "5110", "5100"],
  ],
  [["推進部", "5200", "5000"]],
];

const toPerson = ([employeeCode = "", name = "", kana = "", email = "", org = "", title = ""]: string[]): Person => ({
  name,
  nameKana: kana || null,
  emails: [email],
  orgCode: org || null,
  title: title || null,
  employeeCode,
});

const isNew = ({ employeeCode }: Person): boolean => PEOPLE.every(([code]) => code !== employeeCode);

interface List {
  readonly name: string;
  readonly kind?: "users" | "orgs";
  /** how many columns have a header that is not the field's own */
  readonly unclear: number;
  /** fields that the lists lack, and a person whom the second lacks */
  readonly lacks?: { readonly kana?: boolean; readonly code?: string };
}

const LISTS: readonly List[] = [
  { name: "libreoffice.xlsx", unclear: 4 },
  { name: "payroll-cp932.csv", unclear: 7, lacks: {} },
  { name: "payroll-euc.csv", unclear: 5, lacks: { kana: true, code: "00103" } },
  { name: "two-lines.xlsx", unclear: 5 },
  { name: "merged.xlsx", unclear: 2 },
  { name: "former-new.csv", unclear: 6 },
  { name: "tree.xlsx", kind: "orgs", unclear: 3 },
  { name: "totals.xlsx", unclear: 4 },
  { name: "lost-zeros.csv", unclear: 1 },
  { name: "doubles.csv", unclear: 2 },
  { name: "departments.xlsx", unclear: 2 },
  { name: "divisions.xlsx", unclear: 4 },
];

const FURTHER = { users: "発令日", orgs: "責任者" };
const ANSWERED = /✔ (.*)/g;
const isQuestion = /^\?.*[?？]/m;

type Org = readonly string[];

const readOrgs = async (s: Story): Promise<readonly Org[]> => {
  const orgs = await s.json<{ id: string; name: string; code: string | null; parentId: string | null }[]>(
    w.orgs.list(),
  );
  const codes = new Map(orgs.map(({ id, code }) => [id, code ?? ""]));
  return orgs
    .filter(({ code }) => code !== null)
    .map(({ name, code, parentId }) => [name, code ?? "", codes.get(parentId ?? "") ?? ""])
    .toSorted((one, other) => ((one[1] ?? "") < (other[1] ?? "") ? -1 : 1));
};

/** Returns what the tenant should have after the first, or the first and the second month. */
function truthAfter(months: number, { kind = "users", lacks = { kana: true } }: List): unknown {
  if (kind === "orgs") {
    const rows = [...ORGS.slice(1), ...TREES.slice(0, months).flat()];
    return rows.toSorted((one, other) => ((one[1] ?? "") < (other[1] ?? "") ? -1 : 1));
  }
  const known = new Map(PEOPLE.map((row) => [row[0], toPerson(row)]));
  for (const row of MONTHS.slice(0, months).flat()) {
    const person = toPerson(row);
    if (row[0] !== lacks.code)
      known.set(row[0], isNew(person) && lacks.kana === true ? { ...person, nameKana: null } : person);
  }
  return [...known.values()].toSorted((one, other) => ((one.emails[0] ?? "") < (other.emails[0] ?? "") ? -1 : 1));
}

for (const list of LISTS)
  story(`two months of ${list.name}`, async (s) => {
    const { name, kind = "users", unclear } = list;
    await s.write("orgs.csv", writeRows(ORGS));
    await s.run(w.orgs.import("orgs.csv", "--yes"));
    await s.write("people.csv", writeRows([HEADER, ...PEOPLE]));
    await s.run(w.users.import("people.csv", "--yes"));
    const read = async (): Promise<unknown> =>
      kind === "orgs"
        ? readOrgs(s)
        : (await readPeople(s)).map((one) => (isNew(one) ? { ...one, name: one.name.replace("　", " ") } : one));
    expect(await read()).toEqual(truthAfter(0, list));
    const [first, second] = [1, 2].map((month) => name.replace(".", `-${month}.`)) as [string, string];
    for (const file of [first, second]) await copyFile(join(FIXTURES, "lists", file), s.path(file));

    // without a terminal nothing is asked, and nothing is guessed
    const unattended = await s.run(w[kind].import(first, "--yes"), { code: [0, 2, 3], tried: false });
    expect(unattended.stderr).not.toMatch(isQuestion);
    expect(await read()).toEqual(truthAfter(unattended.code === 0 ? 1 : 0, list));
    if (unattended.code === 0)
      await s.run(w.undo("last", "--confirm-deletions", kind === "orgs" ? "3" : "1"), { tried: false });

    const april = await enter(s, w[kind].import(first));
    expect(april.questions.at(-1), april.screen).toMatch(/^Apply/);
    expect(april.questions.length - 1, april.screen).toBeLessThanOrEqual(unclear);
    expect(await read(), april.screen).toEqual(truthAfter(1, list));

    const may = await enter(s, w[kind].import(second));
    expect(may.questions, may.screen).toEqual([expect.stringMatching(/^Apply/)]);
    expect(may.screen.split(FURTHER[kind]), may.screen).toHaveLength(2);
    expect(await read(), may.screen).toEqual(truthAfter(2, list));

    const again = await s.run(w[kind].import(second, "--yes"), { tried: false });
    expect(again.stderr).not.toMatch(isQuestion);
    expect(await read()).toEqual(truthAfter(2, list));
  });

/** Presses Enter, or y at the question about the plan, and returns the questions that were answered. */
async function enter(s: Story, words: readonly string[]): Promise<{ screen: string; questions: string[] }> {
  const { code, screen: styled } = await pressEnter(s, words);
  const screen = withoutStyles(styled).replaceAll("\r", "");
  expect(code, screen).toBe(0);
  return { screen, questions: Array.from(screen.matchAll(ANSWERED), ([, question = ""]) => question) };
}
