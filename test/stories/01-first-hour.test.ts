import { expect } from "vitest";
import {
  addressOf,
  changedKeys,
  codeOf,
  foundCompany,
  nameOf,
  peopleOf,
  pressEnter,
  readPeople,
  take,
  takeAll,
  type Person,
} from "./support/company.ts";
import { Console, SCREENS, readRows } from "./support/console.ts";
import { story } from "./support/story.ts";
import { writeBook } from "./support/workbook.ts";
import * as w from "./words.ts";

const PEOPLE = 60;

const EXPORTED: readonly string[] = SCREENS.users.exported;

/** What a person types where a proposed command has a placeholder. */
const fill = {
  FILE: "hr.xlsx",
  PLAN: "P1",
  "EXPORT.csv": "users.csv",
  EXPORT: "users.csv",
  USER: addressOf(1),
  NAME: "push",
  NUMBER: "1",
};

/** HR's sheet in December: a merged title, wide spaces, narrow kana, a total and a note. */
const DECEMBER = {
  異動: [
    ["2026年12月 人事異動一覧"],
    [],
    ["社員コード", "氏名", "フリガナ", "メールアドレス", "組織コード", "役職"],
    [codeOf(1), nameOf(1).replace(" ", "　"), "ﾔﾏｻﾞｷ ｻｸﾗ", addressOf(1), "2110", "課長"],
    [codeOf(2), nameOf(2).replace(" ", "　"), "ｻﾄｳ ﾅｵｷ", addressOf(2), "3000", ""],
    ["09001", "新田　一", "ﾆｯﾀ ﾊｼﾞﾒ", "nitta@example.jp", "1110", ""],
    ["09002", "堀　花子", "ﾎﾘ ﾊﾅｺ", "hori@example.jp", "1210", "主任"],
    ["計", "4名"],
    ["※人事部 作成"],
  ],
};

/** What the people of that sheet should be in the console. */
const WANTED: readonly Person[] = [
  ["山﨑 さくら", "ヤマザキ サクラ", addressOf(1), "2110", "課長", codeOf(1)] as const,
  ["佐藤 直樹", "サトウ ナオキ", addressOf(2), "3000", null, codeOf(2)] as const,
  ["新田 一", "ニッタ ハジメ", "nitta@example.jp", "1110", null, "09001"] as const,
  ["堀 花子", "ホリ ハナコ", "hori@example.jp", "1210", "主任", "09002"] as const,
].map(([name, nameKana, address, orgCode, title, employeeCode]) => ({
  name,
  nameKana,
  emails: [address],
  orgCode,
  title,
  employeeCode,
}));

const ADDRESSES = WANTED.flatMap(({ emails }) => emails).toSorted((a, b) => (a < b ? -1 : 1));

story(
  "the first hour: exports, HR's list, upload, and the next export",
  async (s) => {
    const company = foundCompany(PEOPLE);
    const { users } = company;
    await takeAll(s, company);
    expect(await readPeople(s)).toEqual(peopleOf(users));
    expect(await s.json<unknown[]>(w.devices.list())).toHaveLength(PEOPLE / 2);
    expect(await w.openKeys(s)).toEqual([]);

    await s.write("hr.xlsx", await writeBook(DECEMBER));
    const before = new Map(users.records);
    await s.run(w.users.importHrList("hr.xlsx", "looked.csv", "--yes", "--dry-run"));
    expect(await readPeople(s)).toEqual(peopleOf(users));

    await s.run(w.users.importHrList("hr.xlsx", "upload.csv", "--yes"));
    const [header = [], ...rows] = readRows(await s.read("upload.csv"));
    expect(rows).toHaveLength(WANTED.length);
    expect(header.filter((column) => !EXPORTED.includes(column))).toEqual([]);
    expect(await w.openKeys(s)).toEqual(ADDRESSES);

    users.upload(await s.read("upload.csv"));
    expect(changedKeys(before, users.records)).toEqual(ADDRESSES);
    expect(peopleOf(users)).toEqual(expect.arrayContaining([...WANTED]));
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);
    expect(await w.lastImport(s)).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(await readPeople(s)).toEqual(peopleOf(users));

    // the same list once more has nothing to do
    await s.run(w.users.importHrList("hr.xlsx", "again.csv", "--yes"));
    await expect(s.read("again.csv")).rejects.toThrow("ENOENT");
    expect(await readPeople(s)).toEqual(peopleOf(users));
  },
  { fill },
);

story(
  "what the console did not take stays open",
  async (s) => {
    const { orgs, users } = foundCompany(PEOPLE);
    await take(s, "orgs", orgs);
    await take(s, "users", users);
    await s.write("hr.xlsx", await writeBook(DECEMBER));
    await s.run(w.users.importHrList("hr.xlsx", "upload.csv", "--yes"));
    // somebody corrects one of the four by hand after the upload, and a fifth person who is not in the list
    users.upload(await s.read("upload.csv"));
    users.put({ メールアドレス: addressOf(1), 役職: "部長" });
    users.put({ メールアドレス: addressOf(5), 役職: "係長" });
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([addressOf(1)]);
    const known = await readPeople(s);
    expect(known.find(({ emails }) => emails[0] === addressOf(1))?.title).toBe("課長");
    expect(known.find(({ emails }) => emails[0] === addressOf(5))?.title).toBe("係長");
    users.upload(await s.read("upload.csv"));
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);
  },
  { fill },
);

story(
  "an export has a column that only this console knows",
  async (s) => {
    const { orgs, users } = foundCompany(PEOPLE);
    await take(s, "orgs", orgs);
    const panel = new Console("users", { 更新日時: "2026/11/27 09:00:00" });
    for (const record of users.records.values()) panel.put(record);
    await s.write("users.csv", panel.export());
    await s.run(w.users.take("users.csv", "--yes"));
    expect(await readPeople(s)).toEqual(peopleOf(users));
  },
  { fill },
);

story(
  "at a terminal a list with headers of its own is read by pressing Enter",
  async (s) => {
    const { orgs, users } = foundCompany(PEOPLE);
    await take(s, "orgs", orgs);
    await take(s, "users", users);
    const list = [
      ["社員番号", "お名前", "E-Mail", "所属", "備考"],
      [codeOf(1), nameOf(1), addressOf(1), "製造本部/堺工場/品質管理課", ""],
      [codeOf(2), nameOf(2), addressOf(2), "管理部", "4/1付"],
      ["09001", "新田 一", "nitta@example.jp", "営業本部", ""],
    ];
    await s.write("own.xlsx", await writeBook({ 異動: list }));
    const { code, screen } = await pressEnter(s, w.users.importAndEmit("own.xlsx", "upload.csv"));
    expect(code, screen).toBe(0);
    users.upload(await s.read("upload.csv"));
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);
    const moved = (await readPeople(s)).filter(({ emails: [address = ""] }) =>
      [addressOf(1), addressOf(2), "nitta@example.jp"].includes(address),
    );
    expect(moved.map(({ employeeCode, orgCode }) => [employeeCode, orgCode])).toEqual([
      ["09001", "1000"],
      [codeOf(1), "2110"],
      [codeOf(2), "3000"],
    ]);
    expect(users.records.size).toBe(PEOPLE + 1);
  },
  { fill },
);
