import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { run, type Reading } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { addressOf, foundCompany, peopleOf, type Person } from "../stories/support/company.ts";
import { Console, readRows, SCREENS, writeRows } from "../stories/support/console.ts";
import { FURTHER, SPELLINGS } from "./headers.ts";

const { CLOMOCTL_CONSOLES = 10, CLOMOCTL_SEED = 20_261_129 } = process.env;
const SCREEN_NAMES = ["orgs", "users", "devices"] as const;
type ScreenName = (typeof SCREEN_NAMES)[number];
const NOT_READ = "not read";

/** A console: which spelling each column has, in which order, which further columns, and whether users have paths of organisations. */
const consoles = fc.record({
  showsNames: fc.boolean(),
  picks: fc.array(fc.nat(10_000), { minLength: 24, maxLength: 24 }),
  order: fc.infiniteStream(fc.nat(1000)),
  further: fc.array(fc.constantFrom(...FURTHER), { maxLength: 2 }),
});

/** Builds a screen with these spellings, of which none occurs twice, and the field that each header means. */
function buildScreen(
  screen: ScreenName,
  { picks, order, further }: typeof consoles extends fc.Arbitrary<infer T> ? T : never,
) {
  const headers: Record<string, string> = {};
  const columns: readonly string[] = SCREENS[screen].exported;
  for (const [at, column] of columns.entries()) {
    const all = SPELLINGS[screen]?.[column] ?? [column];
    const free = all.filter((one) => !Object.values(headers).includes(one) && !columns.includes(one));
    headers[column] = free[(picks[at] ?? 0) % free.length] ?? column;
  }
  const ranks = new Map(columns.map((column) => [column, order.next().value ?? 0]));
  const sorted = columns.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0));
  const own = Object.fromEntries(further);
  const meanings = new Map([
    ...further.map(([name]) => [name, NOT_READ] as const),
    ...columns.map((one) => [headers[one] ?? "", one] as const),
  ]);
  return { panel: new Console(screen, own, { headers, order: sorted }), meanings, headers, order: sorted };
}

/** Writes paths instead of codes of organisations. */
const nameOrgs = (bytes: Buffer, header: string | undefined, orgs: Console): Buffer => {
  const pathOf = (code: string): string => {
    const parent = orgs.value(code, "上位組織コード");
    return `${parent === "" ? "" : `${pathOf(parent)}/`}${orgs.value(code, "組織名")}`;
  };
  const [first = [], ...rows] = readRows(bytes);
  const at = first.findIndex((one) => one === header);
  return writeRows([
    first,
    ...rows.map((row) => row.map((cell, nth) => (nth === at && cell !== "" ? pathOf(cell) : cell))),
  ]);
};

/** An administrator who knows what the columns mean, and corrects proposals that are wrong. */
function readQuestions(
  meanings: ReadonlyMap<string, ReadonlyMap<string, string>>,
  counts: { files: number; corrections: number; others: number },
): Reading {
  let last = "";
  return (screen) => {
    const id = [screen.split("✔").length, screen.split("❯").length].join();
    const tail = screen.slice(screen.lastIndexOf("✔") + 1);
    if (id === last || !/(?:^|\n|select)\? [A-Z]/.test(tail)) return undefined;
    const files = [...screen.matchAll(/How is (\S+)\.csv read\?/g)];
    const truth = meanings.get(files.at(-1)?.[1] ?? "") ?? new Map<string, string>();
    counts.files = files.length;
    const chosen = /\? (?:What does|Which column is) "(.*?)"/.exec(tail)?.[1];
    if (chosen !== undefined) {
      const cursor = /❯ ([^\n]*)(?![^]*❯ )/.exec(tail)?.[1]?.trim();
      if (cursor === undefined) return undefined;
      last = id;
      const wanted = tail.includes("Which column")
        ? ([...truth].find(([, one]) => one === chosen)?.[0] ?? "no column shows it")
        : truth.get(chosen);
      if (cursor === wanted) counts.corrections += 1;
      return cursor === wanted ? "\r" : "\u001B[B";
    }
    last = id;
    if (!/\? Enter (?:takes|answers)/.test(tail)) {
      counts.others += 1;
      return tail.includes("? Apply") ? "y\r" : "\r";
    }
    const table = screen.slice(files.at(-1)?.index ?? 0);
    const rows = new Map(
      [...table.matchAll(/^ ?(\d+) {2}(\S+(?: \S+)*?) {2,}(\S+(?: \S+)*)/gm)].map(([, at, ...row]) => [at, row]),
    );
    const wrong = [...rows].find(([, [label = "", now]]) => truth.has(label) && truth.get(label) !== now);
    return `${wrong?.[0] ?? ""}\r`;
  };
}

const CHANGES = [
  `users edit ${addressOf(9)} --title 部長`,
  `users move ${addressOf(10)} --to 3000 --yes`,
  "orgs create 新課 --code 9000 --parent 1000",
  "users create --name 新人 --email new@example.jp --org 9000",
  `devices set-owner SN000002 --user ${addressOf(3)} --yes`,
];
const UPLOADED: readonly (readonly [ScreenName, readonly string[]])[] = [
  ["orgs", SCREENS.orgs.exported],
  ["users", ["氏名", "メールアドレス", "組織コード", "役職"]],
  ["devices", ["シリアルナンバー", "所有者メールアドレス"]],
];

type Screens = Readonly<Record<ScreenName, ReturnType<typeof buildScreen>>>;

/** Nobody is without an organisation, no organisation without its parent and no device without its owner. */
async function expectSame(desk: Desk, { users, orgs, devices }: Screens, shown: string): Promise<void> {
  const people = (await desk.json<Person[]>("users list")).map((one) =>
    Object.fromEntries(Object.keys(peopleOf(users.panel)[0] ?? {}).map((key) => [key, one[key as keyof Person]])),
  );
  const byAddress = new Map(people.map((one) => [String(one["emails"]), one]));
  expect(byAddress, shown).toEqual(new Map(peopleOf(users.panel).map((one) => [String(one.emails), one])));
  const pathOf = (code: string): string => {
    const parent = orgs.panel.value(code, "上位組織コード");
    return `${parent === "" ? "" : `${pathOf(parent)}/`}${orgs.panel.value(code, "組織名")}`;
  };
  const listed = await desk.json<{ code: string | null; path: string }[]>("orgs list");
  const paths = listed.flatMap(({ code, path }) => (code === null ? [] : [`${code} ${path}`]));
  expect(paths.toSorted(), shown).toEqual(
    [...orgs.panel.records.keys()].map((one) => `${one} ${pathOf(one)}`).toSorted(),
  );
  const owned = await desk.json<{ serialNumber: string; ownerEmail: string }[]>("devices list");
  const owners = owned.map(({ serialNumber, ownerEmail }) => `${serialNumber} ${ownerEmail}`);
  const wanted = [...devices.panel.records.keys()].map(
    (one) => `${one} ${devices.panel.value(one, "所有者メールアドレス")}`,
  );
  expect(owners.toSorted(), shown).toEqual(wanted.toSorted());
}

test(
  `${CLOMOCTL_CONSOLES} consoles with other headers are learnt once, and take the uploads`,
  { timeout: 3_600_000 },
  async () => {
    await using desk = new Desk();
    const totals = { consoles: 0, files: 0, corrections: 0, others: 0 };
    for (const drawn of fc.sample(consoles, { numRuns: Number(CLOMOCTL_CONSOLES), seed: Number(CLOMOCTL_SEED) })) {
      desk.tenant.clear();
      const company = foundCompany(60);
      const screens = Object.fromEntries(SCREEN_NAMES.map((name) => [name, buildScreen(name, drawn)])) as Record<
        ScreenName,
        ReturnType<typeof buildScreen>
      >;
      for (const name of SCREEN_NAMES) for (const row of company[name].records.values()) screens[name].panel.put(row);
      const { users, orgs, devices } = screens;
      const save = (): void => {
        for (const name of SCREEN_NAMES) writeFileSync(desk.path(`${name}.csv`), screens[name].panel.export());
        if (drawn.showsNames)
          writeFileSync(
            desk.path("users.csv"),
            nameOrgs(users.panel.export(), users.headers["組織コード"], orgs.panel),
          );
      };
      save();
      const sync = "console sync orgs.csv users.csv devices.csv";
      const shown = JSON.stringify(SCREEN_NAMES.map((name) => screens[name].headers));
      const refused = await desk.run(`${sync} --yes`);
      expect(refused.code, shown).toBe(3);
      expect(await desk.json<unknown[]>("imports list"), shown).toEqual([]);
      const meanings = new Map(SCREEN_NAMES.map((name) => [name, screens[name].meanings]));
      const counts = { files: 0, corrections: 0, others: 0 };
      const at = { tenant: desk.tenant.fetch, home: join(desk.tenant.folder, "home"), folder: desk.folder };
      const now = new Date(desk.tenant.surroundings.now());
      const taken = await run(sync, {
        ...at,
        now,
        terminal: { columns: 120, typing: readQuestions(meanings, counts) },
      });
      expect(taken.exit, `${shown}\n${taken.stderr}`).toBe(0);
      for (const name of ["files", "corrections", "others"] as const) totals[name] += counts[name];
      await expectSame(desk, screens, shown);
      for (const line of CHANGES) expect((await desk.run(line)).code, line).toBe(0);
      expect((await desk.run(`console upload -o up${totals.consoles}`)).code, shown).toBe(0);
      for (const [nth, [name, columns]] of UPLOADED.entries()) {
        const { panel, order, headers } = screens[name];
        const bytes = readFileSync(desk.path(`up${totals.consoles}/${nth + 1}-${name}.csv`));
        const rows = readRows(bytes);
        expect(bytes.equals(writeRows(rows)), shown).toBe(true);
        // only codes of organisations can be uploaded, in a column of the manual's
        const isOwn = (one: string): boolean => drawn.showsNames && name === "users" && one === "組織コード";
        const [given = [], ...others] = rows;
        const header = given.map((one) => (isOwn(one) ? headers[one] : one) ?? one);
        const wanted = order.filter((one) => columns.includes(one));
        const isShown = (one: string | undefined): boolean => one !== headers["組織コード"] || !isOwn("組織コード");
        expect(header.filter(isShown), shown).toEqual(wanted.map((one) => headers[one]).filter(isShown));
        expect(header.length, shown).toBe(wanted.length);
        panel.upload(writeRows([header, ...others]));
      }
      expect(users.panel.value(addressOf(9), "役職"), shown).toBe("部長");
      expect(users.panel.value(addressOf(10), "組織コード"), shown).toBe("3000");
      expect(users.panel.value("new@example.jp", "組織コード"), shown).toBe("9000");
      expect(orgs.panel.value("9000", "上位組織コード"), shown).toBe("1000");
      expect(devices.panel.value("SN000002", "所有者メールアドレス"), shown).toBe(addressOf(3));
      save();
      const later = { files: 0, corrections: 0, others: 0 };
      const terminal = { columns: 120, typing: readQuestions(meanings, later) };
      const second = await run(sync, { ...at, now, terminal });
      expect([second.exit, later], `${shown}\n${second.stderr}`).toEqual([0, { files: 0, corrections: 0, others: 0 }]);
      expect((await desk.run(`${sync} --yes`)).code, shown).toBe(0);
      expect(await desk.json<unknown[]>("console list"), shown).toEqual([]);
      await expectSame(desk, screens, shown);
      totals.consoles += 1;
    }
    process.stdout.write(`${JSON.stringify(totals)}\n`);
  },
);
