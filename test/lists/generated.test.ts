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
    ...(Object.fromEntries(
      FIELDS.map((field, at) => [field, [user[JSON_KEYS[at] ?? ""] ?? ""].flat().join()]),
    ) as Person),
    id: String(user["id"]),
    rest: JSON.stringify(Object.entries(user).filter(([key]) => !NOT_COMPARED.has(key))),
  }));

async function found(desk: Desk, people: readonly Person[]): Promise<Stored[]> {
  desk.tenant.clear();
  writeFileSync(desk.path("orgs.csv"), encodeCsv(ORGS));
  writeFileSync(
    desk.path("before.csv"),
    encodeCsv([HEADER, ...people.map((one) => FIELDS.map((field) => one[field]))]),
  );
  for (const words of ["orgs import orgs.csv --yes", "users import before.csv --yes"]) {
    const said = await desk.run(words);
    expect(said.code, said.stderr).toBe(0);
  }
  return read(desk);
}

/** The width of characters, blanks and case do not matter in what is new. */
const loose = (value: string): string => value.normalize("NFKC").replaceAll(/\s/g, "").toLowerCase();

/** Returns what changed without being meant: the field, and what happened to the person. */
function compare(
  before: readonly Stored[],
  after: readonly Stored[],
  list: GeneratedList,
): [kind: string, what: string][] {
  const { truth, before: known, events } = list;
  const wrong: [string, string][] = [];
  for (const person of before) {
    const at = known.findIndex(({ mail }) => mail === person.mail);
    const event = events[at] ?? "nobody listed";
    const now = after.find(({ id }) => id === person.id);
    if (now === undefined) wrong.push([`deleted: ${event}`, person.name]);
    for (const field of [...FIELDS, "rest"] as const) {
      const [old, value, wanted] = [
        person[field],
        now?.[field] ?? "",
        field === "rest" ? "" : (truth[at]?.[field] ?? ""),
      ];
      if (now !== undefined && value !== old && value !== wanted && !(field === "mail" && loose(value) === wanted))
        wrong.push([`${field}: ${event}`, `${person.mail}: ${old} -> ${value}, not ${wanted}`]);
    }
  }
  for (const person of after.filter(({ id }) => before.every((one) => one.id !== id))) {
    const likeness = ({ mail, code, name }: Person): number =>
      4 * Number(loose(mail) === loose(person.mail)) + 2 * Number(code === person.code) + Number(name === person.name);
    const all = truth.map((one, at) => ({ one, at, like: likeness(one) }));
    const { one, at } = all.toSorted((a, b) => b.like - a.like)[0] ?? { one: undefined, at: -1 };
    const differing = FIELDS.filter(
      (field) => person[field] !== "" && loose(person[field]) !== loose(one?.[field] ?? ""),
    );
    for (const field of at < known.length ? ["a second time"] : differing)
      wrong.push([`created ${field}: ${events[at]}`, FIELDS.map((name) => person[name]).join(",")]);
    if (person.rest !== before[0]?.rest) wrong.push(["created with other fields", person.rest]);
  }
  return wrong;
}

const MODES: readonly (readonly [mode: string, ...options: string[]])[] = [
  ["unattended", "--yes"],
  ["unattended, skipping", "--yes", "--skip-invalid"],
  ["Enter"],
  ["Enter, skipping", "--skip-invalid"],
];

test(`none of ${CLOMOCTL_LISTS} lists changes what it does not mean`, { timeout: 3_600_000 }, async () => {
  await using desk = new Desk();
  const violations = new Map<string, string>();
  const applied = new Map(MODES.map(([mode]) => [mode, 0]));
  for (const list of fc.sample(lists, { numRuns: Number(CLOMOCTL_LISTS), seed: Number(CLOMOCTL_SEED) })) {
    // what is left of shuffled columns can look right
    const isShuffled = list.made.some((damage) => /^(?:sort|swap)/.test(damage));
    let before: Stored[] | undefined;
    for (const [mode, ...options] of MODES.filter(([name]) => !isShuffled || !name.includes("skipping"))) {
      before ??= await found(desk, list.before);
      writeFileSync(desk.path("list.csv"), encodeCsv(list.rows, { encoding: list.encoding }));
      const { exit, stderr } = await run(["users", "import", "list.csv", ...options], {
        tenant: desk.tenant.fetch,
        home: join(desk.tenant.folder, "home"),
        folder: desk.folder,
        terminal: mode.startsWith("Enter") ? { typing: "presets" } : undefined,
        now: new Date(desk.tenant.surroundings.now()),
      });
      const wrong = compare(before, await read(desk), list);
      if (![0, 2, 3, 8].includes(exit)) wrong.push([`exit code ${exit}`, ""]);
      if (exit === 0) applied.set(mode, (applied.get(mode) ?? 0) + 1);
      if (exit === 0 || exit === 8) before = undefined;
      const parts = [list.made.join(), ...wrong.map((one) => one.join(": ")), ...list.rows.map((row) => row.join())];
      const shown = [...parts, stderr.replace(/^[^]*stand for\?/, "")].join("\n");
      // the shortest list of each kind tells most
      for (const key of wrong.map(([kind]) => `${kind} (${mode})`))
        if (shown.length < (violations.get(key)?.length ?? Infinity)) violations.set(key, shown);
    }
  }
  process.stdout.write(`of ${CLOMOCTL_LISTS} lists go in: ${[...applied].map((one) => one.join(" ")).join("; ")}\n`);
  expect([...violations].map((one) => one.join("\n")).join("\n\n")).toBe("");
});
