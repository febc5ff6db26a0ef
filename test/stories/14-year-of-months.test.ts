import { expect } from "vitest";
import { chance } from "./support/chance.ts";
import { addressOf, foundCompany, nameOf, peopleOf, readPeople, take } from "./support/company.ts";
import { writeRows, type Console } from "./support/console.ts";
import { story } from "./support/story.ts";
import * as w from "./words.ts";

const PEOPLE = 60;
const ACTIONS = 30;
const TITLES = ["部長", "課長", "係長", "主任", ""];
const fill = { USER: addressOf(1), "EXPORT.csv": "users.csv", EXPORT: "users.csv" };
const HEADER = ["氏名", "メールアドレス", "組織コード", "役職", "社員コード"];

story(
  "a console that others change every day, and one list a month for a year",
  async (s) => {
    const { orgs, users } = foundCompany(PEOPLE);
    const draw = chance("a year of months");
    const pick = <T>(all: readonly T[]): T => all[Math.floor(draw() * all.length)] as T;
    const codes = [...orgs.records.keys()];
    let hired = PEOPLE;
    // whom proposed commands name stays
    const listed = new Set([addressOf(1)]);
    const hire = (): Record<string, string> => {
      hired += 1;
      const code = String(hired * 7).padStart(5, "0");
      return { 氏名: nameOf(hired), メールアドレス: addressOf(hired), 組織コード: pick(codes), 社員コード: code };
    };
    /** Somebody changes something in the console of a person who was not in the last list, and tells nobody. */
    const act = (panel: Console): void => {
      const address = pick([...panel.records.keys()].filter((one) => !listed.has(one)));
      const what = draw();
      if (what < 0.1) panel.put(hire());
      else if (what < 0.2) panel.delete(address);
      else if (what < 0.5) panel.put({ メールアドレス: address, 役職: pick(TITLES) });
      else if (what < 0.7) panel.put({ メールアドレス: address, 組織コード: pick(codes) });
      else panel.put({ メールアドレス: address, TEL: `03-0000-${String(Math.floor(draw() * 9_999))}` });
    };

    await take(s, "orgs", orgs);
    for (let month = 1; month <= 12; month += 1) {
      for (let action = 0; action < ACTIONS; action += 1) act(users);
      const gone = (await readPeople(s)).filter(({ emails: [address = ""] }) => !users.records.has(address)).length;
      const confirmed = ["--yes", "--confirm-deletions", String(gone)];
      await s.run(w.users.take(await s.write("users.csv", users.export()), ...confirmed));
      expect(await w.openKeys(s), `month ${month}`).toEqual([]);
      expect(await readPeople(s)).toEqual(peopleOf(users));

      const moved = Array.from({ length: 5 }, () => pick([...users.records.keys()])).map((address) => ({
        氏名: users.value(address, "氏名"),
        メールアドレス: address,
        組織コード: pick(codes),
        役職: pick(TITLES),
        社員コード: users.value(address, "社員コード"),
      }));
      const rows = [...new Map([...moved, hire(), hire()].map((row) => [row.メールアドレス, row])).values()];
      listed.clear();
      for (const address of [addressOf(1), ...rows.map((row) => row.メールアドレス ?? "")]) listed.add(address);
      const list = rows.map((row) => HEADER.map((header) => (row as Record<string, string>)[header] ?? ""));
      await s.write("list.csv", writeRows([HEADER, ...list]));
      await s.run(w.users.importAndEmit("list.csv", `upload-${month}.csv`, "--blank", "clear", "--yes"));
      const leaver = pick([...users.records.keys()].filter((one) => !listed.has(one)));
      await s.run(w.users.delete(leaver, "--confirm-deletions", "1"));
      users.upload(await s.read(`upload-${month}.csv`));
      // the console deletes nothing by file
      users.delete(leaver);
    }
    await s.run(w.users.take(await s.write("users.csv", users.export()), "--yes"));
    expect(await w.openKeys(s)).toEqual([]);
    expect(await readPeople(s)).toEqual(peopleOf(users));
  },
  { fill },
);
