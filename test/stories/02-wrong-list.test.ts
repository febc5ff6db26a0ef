import { expect } from "vitest";
import { addressOf, changedKeys, codeOf, foundCompany, nameOf } from "./support/company.ts";
import { peopleOf, readPeople, take, takeAll } from "./support/company.ts";
import { readRows, writeRows } from "./support/console.ts";
import { story } from "./support/story.ts";
import * as w from "./words.ts";

const PEOPLE = 200;

/** How many people stand in the wrong list. */
const LISTED = 148;

const fill = {
  FILE: "wrong.csv",
  PLAN: "P1",
  "EXPORT.csv": "users.csv",
  EXPORT: "users.csv",
  USER: addressOf(1),
  NAME: "push",
  NUMBER: "1",
};

/** The people of a list, in whose columns of readings and organisations each value slipped up by one line. */
const slipped = (users: { value(key: string, column: string): string }): string[][] => [
  ["社員コード", "氏名", "メールアドレス", "フリガナ", "組織コード"],
  ...Array.from({ length: LISTED }, (_, at) => {
    const next = addressOf(at + 2);
    const values = [users.value(next, "フリガナ"), users.value(next, "組織コード")];
    return [codeOf(at + 1), nameOf(at + 1), addressOf(at + 1), ...values];
  }),
];

story(
  "a wrong list is noticed two days and four other changes later, and is taken back",
  async (s) => {
    const company = foundCompany(PEOPLE);
    const { users, orgs, devices } = company;
    s.setClock(new Date("2026-12-01T00:30:00Z"));
    await takeAll(s, company);
    const before = new Map(users.records);

    // Monday: the list of HR, in which somebody sorted columns apart, is imported and uploaded
    await s.write("wrong.csv", writeRows(slipped(users)));
    await s.run(w.users.importAndEmit("wrong.csv", "wrong-upload.csv", "--yes"));
    const wrong = await w.lastImport(s);
    expect(wrong).toMatchObject({ create: 0, update: LISTED, delete: 0 });
    users.upload(await s.read("wrong-upload.csv"));
    const listed = Array.from({ length: LISTED }, (_, at) => addressOf(at + 1));
    expect(changedKeys(before, users.records)).toEqual(listed);
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);

    // Tuesday: somebody moves, somebody is promoted, both of them in the list
    s.setClock(new Date("2026-12-02T02:00:00Z"));
    await s.run(w.users.move(addressOf(7), "--to", "3000", "--yes"));
    users.put({ メールアドレス: addressOf(7), 組織コード: "3000" });
    await s.run(w.users.edit(addressOf(8), "--title", "部長", "--yes"));
    users.put({ メールアドレス: addressOf(8), 役職: "部長" });
    await take(s, "users", users);
    // Wednesday: a list of two who join, and a new organisation
    s.setClock(new Date("2026-12-03T01:00:00Z"));
    const joiners = [
      ["社員コード", "氏名", "メールアドレス", "組織コード"],
      ["09001", "新田 一", "nitta@example.jp", "1110"],
      ["09002", "堀 花子", "hori@example.jp", "1210"],
    ];
    await s.write("joiners.csv", writeRows(joiners));
    await s.run(w.users.importAndEmit("joiners.csv", "joiners-upload.csv", "--yes"));
    users.upload(await s.read("joiners-upload.csv"));
    await s.run(w.orgs.create("総務課", "--code", "3100", "--parent", "3000", "--yes"));
    orgs.put({ 組織名: "総務課", 組織コード: "3100", 上位組織コード: "3000" });
    await take(s, "orgs", orgs);
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);
    const kept = new Map(users.records);

    // now it is noticed; the one whose organisation was set since is named, and refuses the undo
    const known = await readPeople(s);
    const refused = await s.run(w.undo(String(wrong?.number), "--yes"), { code: 5 });
    expect(`${refused.stdout}${refused.stderr}`).toContain(addressOf(7));
    expect(`${refused.stdout}${refused.stderr}`).not.toContain(addressOf(8));
    expect(await readPeople(s)).toEqual(known);

    await w.takeBack(s, wrong?.number ?? 0, "back.csv");
    const [header, ...rows] = readRows(await s.read("back.csv"));
    const back = listed.filter((address) => address !== addressOf(7));
    expect(rows.map((row) => row[header?.indexOf("メールアドレス") ?? -1])).toEqual(back);
    users.upload(await s.read("back.csv"));
    expect(changedKeys(kept, users.records)).toEqual(back);
    // only what came later and was wanted differs from Monday morning, and the one who stays as he was moved
    expect(changedKeys(before, users.records)).toEqual(
      [addressOf(7), addressOf(8), "hori@example.jp", "nitta@example.jp"].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(users.records.get(addressOf(8))).toEqual({ ...before.get(addressOf(8)), 役職: ["部長"] });
    expect(users.value(addressOf(7), "組織コード")).toBe("3000");
    // the latest change is the taking back: to undo it would apply the 147 rows once more
    const last = await s.json<{ update: number }>(w.undo("last", "--dry-run"));
    expect(last).toMatchObject({ update: back.length });

    await take(s, "users", users);
    await take(s, "devices", devices);
    expect(await w.openKeys(s)).toEqual([]);
    expect(await readPeople(s)).toEqual(peopleOf(users));
  },
  { fill },
);

story(
  "a wrong list is taken back before it was uploaded, and once more applied",
  async (s) => {
    const company = foundCompany(PEOPLE);
    const { users } = company;
    await takeAll(s, company);
    const before = await readPeople(s);
    await s.write("wrong.csv", writeRows(slipped(users)));
    await s.run(w.users.importAndEmit("wrong.csv", "wrong-upload.csv", "--yes"));
    const wrong = await readPeople(s);
    expect(wrong).not.toEqual(before);
    await s.run(w.undo("last", "--yes"));
    expect(await readPeople(s)).toEqual(before);
    await take(s, "users", users);
    expect(await w.openKeys(s)).toEqual([]);
    // the same list makes the same file again
    const first = await s.read("wrong-upload.csv");
    await s.run(w.users.importAndEmit("wrong.csv", "again.csv", "--yes"));
    expect(await s.read("again.csv")).toEqual(first);
    expect(await readPeople(s)).toEqual(wrong);
  },
  { fill },
);
