import { expect } from "vitest";
import { addressOf, changedKeys, codeOf, foundCompany, nameOf, peopleOf } from "./support/company.ts";
import { pressEnter, readPeople, take, takeAll, type Company } from "./support/company.ts";
import { readRows, writeRows } from "./support/console.ts";
import { story, type Story } from "./support/story.ts";
import { readBook, writeBook } from "./support/workbook.ts";
import * as w from "./words.ts";

const PEOPLE = 300;

/** How many people HR's list moves; two more sit in an organisation that is abolished. */
const MOVED = 120;

const ABOLISHED = Array.from({ length: 7 }, (_, at) => ({ code: `4${at + 1}00`, name: `第${at + 1}事業所` }));

/** Five new organisations, and a department with a new name. */
const NEW_ORGS = [
  ["組織名", "組織コード", "上位組織コード"],
  ["新事業本部", "5000", ""],
  ["企画部", "5100", "5000"],
  ["第一課", "5110", "5100"],
  ["第二課", "5120", "5100"],
  ["推進部", "5200", "5000"],
  ["コーポレート部", "3000", ""],
];

/** The organisations to which people move: their code and path. */
const TARGETS = [
  ["5110", "新事業本部/企画部/第一課"],
  ["5120", "新事業本部/企画部/第二課"],
  ["5200", "新事業本部/推進部"],
  ["3000", "コーポレート部"],
] as const;

const targetOf = (number: number): (typeof TARGETS)[number] => TARGETS[number % 4] ?? TARGETS[0];

/** How the columns of HR's list are read: what somebody answered, as a file for scripts. */
const MAP = `columns:
  社員番号: 社員コード
  旧所属: ignore
  新所属: 組織コード
options:
  org-by: name
  key: employee-code
`;

const fill = {
  FILE: "plan.xlsx",
  PLAN: "P1",
  "EXPORT.csv": "users.csv",
  EXPORT: "users.csv",
  USER: addressOf(1),
  ORG: "3000",
  NAME: "push",
  NUMBER: "1",
};

/** A company in March: 122 people are in the organisations that are abolished. */
function foundInMarch(): Company {
  const company = foundCompany(PEOPLE);
  for (const { code, name } of ABOLISHED) company.orgs.put({ 組織名: name, 組織コード: code, 上位組織コード: "" });
  for (let number = 1; number <= MOVED + 2; number += 1)
    company.users.put({ メールアドレス: addressOf(number), 組織コード: ABOLISHED[number % 7]?.code ?? "" });
  return company;
}

/** HR's list of those who move, with the department that they leave before the one they join. */
const listMoves = (): string[][] => [
  ["社員番号", "氏名", "旧所属", "新所属"],
  ...Array.from({ length: MOVED }, (_, at) => {
    const number = at + 1;
    return [codeOf(number), nameOf(number), ABOLISHED[number % 7]?.name ?? "", targetOf(number)[1]];
  }),
];

const readOwners = async (s: Story): Promise<readonly (readonly string[])[]> =>
  (await s.json<{ serialNumber: string; ownerEmail: string }[]>(w.devices.list())).map((device) => [
    device.serialNumber,
    device.ownerEmail,
  ]);

const MOVERS = Array.from({ length: MOVED }, (_, at) => addressOf(at + 1));

story(
  "a reorganisation in April: 120 people, five new organisations, seven abolished",
  async (s) => {
    const company = foundInMarch();
    const { users, orgs } = company;
    s.setClock(new Date("2027-03-25T01:00:00Z"));
    await takeAll(s, company);
    const before = new Map(users.records);
    const owners = await readOwners(s);

    // the boss gets one workbook of organisations and people; nothing changes until it is approved
    await s.write("orgs-new.csv", writeRows(NEW_ORGS));
    await s.write("moves.xlsx", await writeBook({ 異動: listMoves() }));
    await s.write("map.yaml", MAP);
    const known = await readPeople(s);
    await s.run(w.propose(["users"], "moves.xlsx", "plan.xlsx", "--map", "map.yaml", ...w.withOrgs("orgs-new.csv")));
    expect(await readPeople(s)).toEqual(known);
    const book = await readBook(await s.read("plan.xlsx"));
    for (const number of [1, 2, 3, MOVED]) {
      const rows = book.filter((row) => row.some((cell) => cell.includes(codeOf(number))));
      expect(rows).toHaveLength(1);
      expect(rows[0]?.join("\n")).toContain(targetOf(number)[1].split("/").at(-1));
      expect(rows[0]?.join("\n")).toContain(ABOLISHED[number % 7]?.name);
    }
    const orgRow = (code: string): number => book.findIndex((row) => row.includes(code));
    for (const [, code = ""] of NEW_ORGS.slice(1)) expect(orgRow(code)).toBeLessThan(orgRow(codeOf(1)));
    const codesOfMovers = new Set(MOVERS.map((_, at) => codeOf(at + 1)));
    expect(book.filter((row) => row.some((cell) => codesOfMovers.has(cell)))).toHaveLength(MOVED);

    // a week later it is approved; meanwhile somebody else was promoted
    s.setClock(new Date("2027-04-01T00:00:00Z"));
    await s.run(w.users.edit(addressOf(200), "--title", "部長", "--yes"));
    users.put({ メールアドレス: addressOf(200), 役職: "部長" });
    const plan = await w.keptPlan(s);
    await s.run(w.imports.commit(plan, "--emit-csv", "upload", "--yes"));
    expect(readRows(await s.read("upload/1-orgs.csv"))).toHaveLength(NEW_ORGS.length);
    orgs.upload(await s.read("upload/1-orgs.csv"));
    expect(readRows(await s.read("upload/2-users.csv"))).toHaveLength(MOVED + 1);
    users.upload(await s.read("upload/2-users.csv"));
    expect(changedKeys(before, users.records)).toEqual([...MOVERS, addressOf(200)]);
    await takeAll(s, company);
    expect(await w.openKeys(s)).toEqual([]);
    for (const [at, address] of MOVERS.entries())
      expect(users.records.get(address)).toEqual({ ...before.get(address), 組織コード: [targetOf(at + 1)[0]] });
    // two whom HR forgot keep their organisation from being deleted
    const codes = ABOLISHED.map(({ code }) => code);
    await s.run(w.orgs.delete(...codes, "--confirm-deletions", "7"), { code: 3 });
    expect(await s.json<unknown[]>(w.orgs.list())).toHaveLength(orgs.records.size + 1);
    const forgotten = (await readPeople(s)).filter(({ orgCode }) => codes.includes(orgCode ?? ""));
    expect(forgotten.map(({ emails: [address] }) => address)).toEqual([addressOf(121), addressOf(122)]);
    await s.run(w.users.move(addressOf(121), addressOf(122), "--to", "3000", "--yes"));
    await s.run(w.orgs.delete(...codes, "--confirm-deletions", "6"), { code: 3 });
    await s.run(w.orgs.delete(...codes, "--confirm-deletions", "7"));
    expect(await w.openKeys(s)).toHaveLength(2 + 7);
    users.put({ メールアドレス: addressOf(121), 組織コード: "3000" });
    users.put({ メールアドレス: addressOf(122), 組織コード: "3000" });
    for (const code of codes) orgs.delete(code);
    await take(s, "users", users);
    await take(s, "orgs", orgs);
    expect(await w.openKeys(s)).toEqual([]);
    expect(await readPeople(s)).toEqual(peopleOf(users));
    const paths = (await s.json<{ code: string | null; path: string }[]>(w.orgs.list())).map(
      ({ code, path }) => [code, path] as const,
    );
    expect(paths).toEqual(expect.arrayContaining(TARGETS.map((target) => [...target])));
    expect(paths.filter(([code]) => codes.includes(code ?? ""))).toEqual([]);
    expect(await readOwners(s)).toEqual(owners);
  },
  { fill },
);

story(
  "the list has the old department before the new one, and somebody presses Enter",
  async (s) => {
    const company = foundInMarch();
    await takeAll(s, company);
    await s.write("orgs-new.csv", writeRows(NEW_ORGS));
    await s.run(w.orgs.import("orgs-new.csv", "--yes"));
    await s.write("moves.xlsx", await writeBook({ 異動: listMoves() }));
    const { code, screen } = await pressEnter(s, w.users.importAndEmit("moves.xlsx", "upload.csv"));
    expect(code, screen).toBe(0);
    const arrived = (await readPeople(s)).filter(
      ({ emails: [address = ""], orgCode }) => orgCode === targetOf(MOVERS.indexOf(address) + 1)[0],
    );
    expect(arrived).toHaveLength(MOVERS.length);
  },
  { fill },
);
