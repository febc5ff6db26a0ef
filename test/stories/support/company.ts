import { panelNouns, users } from "../words.ts";
import { Console } from "./console.ts";
import { runInShell } from "./shell.ts";
import type { Story } from "./story.ts";

/** Parts of invented names; 髙, 﨑 and 德 are characters that only Windows' Shift_JIS has. */
const FAMILIES = ["髙橋", "山﨑", "佐藤", "德永", "鈴木", "表", "渡邉", "金子", "福田", "石井"] as const;
const GIVEN = ["圭", "さくら", "直樹", "ソフィア", "健一", "美能", "翔", "千代", "陽子", "太郎", "恵"] as const;
const READINGS = ["タカハシ", "ヤマザキ", "サトウ", "トクナガ", "スズキ", "オモテ", "ワタナベ", "カネコ"] as const;

/** An organisation: code, name, and the code of the one above. */
export type Department = readonly [code: string, name: string, parent: string];

/** Two divisions, with departments that share names. */
const DEPARTMENTS: readonly Department[] = [
  ["1000", "営業本部", ""],
  ["1100", "東日本営業部", "1000"],
  ["1110", "第一課", "1100"],
  ["1120", "第二課", "1100"],
  ["1200", "西日本営業部", "1000"],
  ["1210", "第一課", "1200"],
  ["2000", "製造本部", ""],
  ["2100", "堺工場", "2000"],
  ["2110", "品質管理課", "2100"],
  ["2200", "川崎工場", "2000"],
  ["2210", "品質管理課", "2200"],
  ["3000", "管理部", ""],
];

/** The three screens of the console of one company. */
export interface Company {
  readonly orgs: Console;
  readonly users: Console;
  readonly devices: Console;
}

export const addressOf = (number: number): string => `u${String(number).padStart(4, "0")}@example.jp`;

/** Employee codes have five digits, the first of them zeros. */
export const codeOf = (number: number): string => String(number * 7).padStart(5, "0");

export const nameOf = (number: number): string =>
  `${FAMILIES[number % FAMILIES.length] ?? ""} ${GIVEN[number % GIVEN.length] ?? ""}`;

/** Fills a console with people numbered from 1, spread over all departments, and a device for every second one. */
export function foundCompany(people: number): Company {
  const company = { orgs: new Console("orgs"), users: new Console("users"), devices: new Console("devices") };
  for (const [code, name, parent] of DEPARTMENTS)
    company.orgs.put({ 組織名: name, 組織コード: code, 上位組織コード: parent });
  for (let number = 1; number <= people; number += 1) {
    company.users.put({
      氏名: nameOf(number),
      フリガナ: READINGS[number % READINGS.length] ?? "",
      メールアドレス: addressOf(number),
      組織コード: DEPARTMENTS[number % DEPARTMENTS.length]?.[0] ?? "",
      社員コード: codeOf(number),
      役職: number % 9 === 0 ? "課長" : "",
    });
    if (number % 2 === 0) {
      company.devices.put({
        シリアルナンバー: `SN${String(number).padStart(6, "0")}`,
        プラットフォーム: "iOS",
        所有者メールアドレス: addressOf(number),
        電話番号: `090-0000-${String(number).padStart(4, "0")}`,
      });
    }
  }
  return company;
}

/** What the program says about a user. */
export interface Person {
  readonly name: string;
  readonly nameKana: string | null;
  readonly emails: readonly string[];
  readonly orgCode: string | null;
  readonly title: string | null;
  readonly employeeCode: string | null;
}

/** Returns the people of a console as the program should know them, by address. */
export const peopleOf = (panel: Console): readonly Person[] =>
  [...panel.records.entries()]
    .map(([address, { メールアドレス: emails = [address] }]) => {
      const valueOf = (column: string): string | null => panel.value(address, column) || null;
      return {
        name: panel.value(address, "氏名"),
        nameKana: valueOf("フリガナ"),
        emails,
        orgCode: valueOf("組織コード"),
        title: valueOf("役職"),
        employeeCode: valueOf("社員コード"),
      };
    })
    .toSorted(byAddress);

/** Returns only what a {@link Person} has, by address. */
const sortPeople = (people: readonly Person[]): readonly Person[] =>
  people
    .map(({ name, nameKana, emails, orgCode, title, employeeCode }) => ({
      name,
      nameKana,
      emails,
      orgCode,
      title,
      employeeCode,
    }))
    .toSorted(byAddress);

const byAddress = (a: Person, b: Person): number => ((a.emails[0] ?? "") < (b.emails[0] ?? "") ? -1 : 1);

/** Returns the keys of the records that are not the same before and after; also of new and deleted ones. */
export const changedKeys = (
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)))
    .toSorted();

/** Takes what a screen of the console shows. */
export async function take(s: Story, screen: keyof typeof panelNouns, panel: Console): Promise<void> {
  await s.run(panelNouns[screen].take(await s.write(`${screen}.csv`, panel.export()), "--yes"));
}

/** Takes what the company's console shows. */
export async function takeAll(s: Story, { orgs, users, devices }: Company): Promise<void> {
  await take(s, "orgs", orgs);
  await take(s, "users", users);
  await take(s, "devices", devices);
}

/** Runs the program at a terminal, where somebody only presses Enter, or y where a question wants it. */
export const pressEnter = async (s: Story, words: readonly string[]): Promise<{ code: number; screen: string }> =>
  runInShell(`clomoctl ${words.join(" ")}`, {
    cwd: s.folder,
    env: { ...s.environment(), CLOMOCTL_HOME: s.home, HOME: s.folder },
  });

export const readPeople = async (s: Story): Promise<readonly Person[]> => sortPeople(await s.json(users.list()));
