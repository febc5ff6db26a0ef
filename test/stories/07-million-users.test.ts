import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { chance, killAfter } from "./support/chance.ts";
import { cellsOf, HEADER, inventPerson, writePeople, type Person } from "./support/people.ts";
import { FULL, story, type Story } from "./support/story.ts";
import * as w from "./words.ts";

/** Each tenth person gets another title, and as many are new. */
const SHARE = 10;

function* invent(count: number, change: (person: Person, n: number) => Person = (one) => one): Generator<Person> {
  for (let n = 1; n <= count; n += 1) yield change(inventPerson(n), n);
}

const promote = (one: Person, n: number): Person => (n % SHARE === 0 ? { ...one, title: "部長" } : one);

/** The program on a tenant that is too large to be copied, if the story is told in full. */
class Giant {
  readonly #story: Story;

  constructor(s: Story) {
    this.#story = s;
  }

  /** Returns the bytes of the tenant's export. */
  async export(): Promise<Buffer> {
    await this.#story.run(w.users.export("-o", "export.csv", "--overwrite", "--encoding", "utf-8"), { tried: false });
    return this.#story.read("export.csv");
  }

  async digest(): Promise<string> {
    return createHash("sha256")
      .update(await this.export())
      .digest("hex");
  }

  /** Compares each person of the export with the one that the file had. */
  async compare(count: number, expected: (person: Person, n: number) => Person = (one) => one): Promise<void> {
    const seen = new Set<number>();
    const different: string[] = [];
    let places: readonly number[] | undefined;
    parse(await this.export(), {
      bom: true,
      on_record: (row: readonly string[]) => {
        if (places === undefined) {
          places = HEADER.map((name) => row.indexOf(name));
          return null;
        }
        const cells = places.map((at) => row[at] ?? "");
        const n = Number(cells.at(-1));
        seen.add(n);
        if (n > count || cells.join(",") !== cellsOf(expected(inventPerson(n), n)).join(","))
          different.push(cells.join(","));
        return null;
      },
    });
    expect(different.slice(0, 10)).toEqual([]);
    expect(seen.size).toBe(count);
  }
}

/** Checks, imports, changes, exports and takes back; then stops the program at random moments. */
async function tell(s: Story, count: number, kills: number): Promise<void> {
  const giant = new Giant(s);
  const untried = { tried: !FULL };
  const first = w.users.import("first.csv", "--create-orgs", "--yes");
  const second = w.users.import("second.csv", "--yes");
  const back = w.undo("last", "--yes");
  await writePeople(s.path("first.csv"), invent(count));
  await writePeople(s.path("second.csv"), invent(count, promote));

  expect(await s.json(w.csv.check("first.csv", "--as", "users"), untried)).toMatchObject({ rows: count, errors: 0 });
  expect(await w.countChanges(s, first, untried)).toMatchObject({ create: count, update: 0, delete: 0, invalid: 0 });
  await giant.compare(count);
  const before = await giant.digest();

  // the same file again changes nothing
  expect(await w.countChanges(s, first, untried)).toMatchObject({ create: 0, update: 0, unchanged: count });
  expect(await giant.digest()).toBe(before);

  const begun = Date.now();
  expect(await w.countChanges(s, second, untried)).toMatchObject({ create: 0, update: count / SHARE, delete: 0 });
  const importMs = Date.now() - begun;
  await giant.compare(count, promote);
  const after = await giant.digest();

  const undone = Date.now();
  expect(await w.countChanges(s, back, untried)).toMatchObject({ create: 0, update: count / SHARE, delete: 0 });
  const undoMs = Date.now() - undone;
  expect(await giant.digest()).toBe(before);

  // first the import is stopped, then its undo; what was done in spite of it is done the other way round
  const random = chance("moments of kill -9");
  for (const [words, lengthMs, from, to] of [
    [second, importMs, before, after],
    [back, undoMs, after, before],
  ] as const) {
    const found: string[] = [];
    while (found.length < kills / 2) {
      const { code } = await killAfter(s, words, random() * lengthMs * 1.1);
      const state = await giant.digest();
      expect([from, to]).toContain(state);
      found.push(`${code === -1 ? "killed" : "ended"}: ${state === from ? "nothing" : "all"}`);
      if (state === to) await s.run(words === second ? back : second, { tried: false });
    }
    process.stderr.write(`${words.join(" ")}: ${found.join(", ")}\n`);
    // what was stopped can be done now
    await s.run(words, { tried: false });
    expect(await giant.digest()).toBe(to);
  }
  await s.run(w.audit.verify(), untried);
}

story(
  `${FULL ? "a million" : "some thousand"} users: checked, imported, changed, taken back, and stopped in the middle`,
  (s) => (FULL ? tell(s, 1_000_000, 20) : tell(s, 5000, 4)),
);
