import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { Desk } from "#support/console/desk.ts";
import { encodeCsv } from "#support/tenant/tenant.ts";
import { FIELDS, lists, ORGS, type GeneratedList, type Person } from "./generated.ts";

const { CLOMOCTL_LISTS = 25, CLOMOCTL_SEED = 20_261_128 } = process.env;
const HEADER = ["氏名", "フリガナ", "メールアドレス", "組織コード", "役職", "社員コード", "TEL"];
const JSON_KEYS = ["name", "nameKana", "emails", "orgCode", "title", "employeeCode", "tel"];
const NOT_COMPARED = new Set([...JSON_KEYS, "org", "orgId", "createdAt", "updatedAt", "id"]);

type Stored = Person & { readonly id: string; readonly rest: string };

const read = async (desk: Desk): Promise<Stored[]> =>
  (await desk.json<Record<string, string | string[] | null>[]>("users list")).map((user) => ({
    ...(Object.fromEntries(JSON_KEYS.map((key, at) => [FIELDS[at], [user[key] ?? ""].flat().join()])) as Person),
    id: String(user["id"]),
    rest: JSON.stringify(Object.entries(user).filter(([key]) => !NOT_COMPARED.has(key))),
  }));

async function found(desk: Desk, people: readonly Person[]): Promise<Stored[]> {
  desk.tenant.clear();
  const rows = [HEADER, ...people.map((one) => FIELDS.map((field) => one[field]))];
  for (const [words, cells] of [["orgs import - --yes", ORGS] as const, ["users import - --yes", rows] as const]) {
    const said = await desk.run(words, encodeCsv(cells));
    expect(said.code, said.stderr).toBe(0);
  }
  return read(desk);
}

/** In what is new, width, blanks, case and the zeros of telephone numbers do not matter. */
const loose = (value: string): string =>
  value
    .normalize("NFKC")
    .replaceAll(/\s/g, "")
    .toLowerCase()
    .replace(/^3(?=0\d{7})/, "03");

type Wrong = readonly [kind: string, what: string];

/** Returns what changed without being meant: the field, and what happened to the person. */
function compare(before: readonly Stored[], after: readonly Stored[], list: GeneratedList): Wrong[] {
  const { truth, before: known, events } = list;
  const wrong: Wrong[] = [];
  for (const person of before) {
    const at = known.findIndex(({ mail }) => mail === person.mail);
    const wanted = { ...person, ...truth[at] };
    const now = after.find(({ id }) => id === person.id);
    if (now === undefined) wrong.push([`deleted: ${events[at]}`, person.name]);
    for (const field of [...FIELDS, "rest"] as const) {
      if (now === undefined) continue;
      const value = field === "mail" ? now[field].toLowerCase() : now[field];
      // a new value is written as in the list
      const isMeant = loose(value) === loose(wanted[field]) && loose(value) !== loose(person[field]);
      if (value !== person[field] && value !== wanted[field] && !isMeant)
        wrong.push([`${field}: ${events[at]}`, `${person.mail}: ${person[field]} -> ${value}, not ${wanted[field]}`]);
    }
  }
  for (const person of after.filter(({ id }) => before.every((one) => one.id !== id))) {
    const at =
      (["mail", "code", "name"] as const)
        .map((field) => truth.findLastIndex((one) => loose(one[field]) === loose(person[field])))
        .find((index) => index >= 0) ?? -1;
    const fields = FIELDS.filter((one) => person[one] !== "" && loose(person[one]) !== loose(truth[at]?.[one] ?? ""));
    for (const field of at < known.length ? ["a second time"] : fields)
      wrong.push([`created ${field}: ${events[at]}`, FIELDS.map((name) => person[name]).join()]);
    if (person.rest !== before[0]?.rest) wrong.push(["created with other fields", person.rest]);
  }
  return wrong;
}

/** Without --yes, somebody presses Enter. */
const OPTIONS = ["--yes", "--yes --skip-invalid", "", "--skip-invalid"];

test(`none of ${CLOMOCTL_LISTS} lists changes what it does not mean`, { timeout: 3_600_000 }, async () => {
  await using desk = new Desk();
  const violations = new Map<string, string>();
  const applied = new Map(OPTIONS.map((options) => [options, 0]));
  for (const list of fc.sample(lists, { numRuns: Number(CLOMOCTL_LISTS), seed: Number(CLOMOCTL_SEED) })) {
    // what is left of shuffled columns can look right
    const isShuffled = list.made.some((damage) => /^(?:sort|swap)/.test(damage));
    let before: Stored[] | undefined;
    for (const options of OPTIONS.filter((one) => !isShuffled || !one.includes("skip"))) {
      before ??= await found(desk, list.before);
      writeFileSync(desk.path("list.csv"), encodeCsv(list.rows));
      const { exit, stderr } = await run(`users import list.csv ${options}`.trim(), {
        tenant: desk.tenant.fetch,
        home: join(desk.tenant.folder, "home"),
        folder: desk.folder,
        terminal: options.includes("--yes") ? undefined : { typing: "presets" },
        now: new Date(desk.tenant.surroundings.now()),
      });
      const wrong = compare(before, await read(desk), list);
      if (![0, 2, 3, 8].includes(exit)) wrong.push([`exit code ${exit}`, ""]);
      if (exit === 0) applied.set(options, (applied.get(options) ?? 0) + 1);
      if (exit === 0 || exit === 8) before = undefined;
      const parts = [list.made.join(), ...wrong.map((one) => one.join(": ")), ...list.rows.map((row) => row.join())];
      const shown = [...parts, stderr.replace(/^[^]*stand for\?/, "")].join("\n");
      // the shortest list of each kind tells most
      for (const key of wrong.map(([kind]) => `${kind} (${options})`))
        if (shown.length < (violations.get(key)?.length ?? Infinity)) violations.set(key, shown);
    }
  }
  process.stdout.write(`of ${CLOMOCTL_LISTS} lists go in: ${[...applied].map((one) => one.join(": ")).join(", ")}\n`);
  expect([...violations].map((one) => one.join("\n")).join("\n\n")).toBe("");
});
