import { expect } from "vitest";
import { chance, killAfter } from "./support/chance.ts";
import { mountSmallDisk, type SmallDisk } from "./support/disk.ts";
import {
  cellsOf,
  changedFile,
  HEADER,
  inventPeople,
  inventPerson,
  peopleFile,
  readExport,
  sortedFile,
  sortedLines,
  type Person,
} from "./support/people.ts";
import { fullStory, story, type Story } from "./support/story.ts";
import { writeRows } from "./support/console.ts";
import * as w from "./words.ts";

const FILE = "users.csv";
const SETTINGS = { fill: { FILE } };

/** The company as the personnel system knows it, and the tenant that cron fills from it. */
class Company {
  readonly #story: Story;
  readonly #random: () => number;
  readonly disk: SmallDisk | undefined;
  #people: readonly Person[];
  #kept: readonly Person[] = [];
  #next: number;
  /** the tenant's people after the last night */
  #last: readonly string[] = [];

  constructor(s: Story, count: number, disk: SmallDisk | undefined) {
    this.#story = s;
    this.#people = inventPeople(count);
    this.#next = count + 1;
    this.#random = chance("nights");
    this.disk = disk;
  }

  get people(): readonly Person[] {
    return this.#people;
  }

  /** Joiners, movers and leavers of a day. */
  pass(): void {
    const at = Math.floor(this.#random() * (this.#people.length - 10));
    const leavers = this.#people.slice(at, at + 2).filter(({ code }) => this.#kept.every((one) => one.code !== code));
    const stayed = this.#people.filter((one) => !leavers.includes(one));
    const moved = stayed.map((one, n) => (n >= at && n < at + 4 ? { ...one, org: `S9${this.#next % 10}` } : one));
    this.#people = [...moved, inventPerson(this.#next), inventPerson(this.#next + 1)];
    this.#next += 2;
  }

  /** Somebody leaves who still has a phone. */
  async leaveWithPhone(): Promise<void> {
    const [first] = this.#people;
    if (first === undefined) throw new Error("nobody is left");
    const phone = [`SERIAL${first.code}`, "--platform", "iOS", "--owner", first.address];
    await this.#story.run(w.devices.create(...phone, "--context", "hr"));
    this.#people = this.#people.slice(1);
    this.#kept = [...this.#kept, first];
  }

  /** Those who left give their phones back. */
  async returnPhones(): Promise<void> {
    const phones = this.#kept.map(({ code }) => `SERIAL${code}`);
    await this.#story.run(w.devices.setOwner(...phones, "--none", "--context", "hr"));
    this.#kept = [];
  }

  /** The night's run with the right file. */
  async commit(code: number, bytes: Uint8Array = peopleFile(this.#people)): Promise<void> {
    await this.#story.write(FILE, bytes);
    await this.#story.run(w.users.importNightly(FILE, "hr"), { code });
    expect(await this.#look()).toEqual(this.#expected());
  }

  /** A night's run that must change nothing. */
  async refuse(code: number, bytes: Uint8Array | undefined): Promise<void> {
    const before = this.#last;
    if (bytes !== undefined) await this.#story.write(FILE, bytes);
    await this.#story.run(w.users.importNightly(bytes === undefined ? "missing.csv" : FILE, "hr"), { code });
    expect(await this.#look()).toEqual(before);
  }

  /** The disk is full: nothing is changed, and the next run with room succeeds. */
  async fillDisk(): Promise<void> {
    if (this.disk === undefined) return;
    const before = this.#last;
    this.pass();
    await this.#story.write(FILE, peopleFile(this.#people));
    await this.disk.fill();
    const words = w.users.importNightly(FILE, "hr");
    const outcome = await this.#story.start(words).ended;
    await this.disk.clear();
    await this.#story.judge(words, outcome, { code: 1 });
    expect(await this.#look()).toEqual(before);
  }

  /** The computer stops in the middle: all or nothing, and the same run succeeds afterwards. */
  async kill(): Promise<void> {
    const before = this.#last;
    this.pass();
    await this.#story.write(FILE, peopleFile(this.#people));
    await killAfter(this.#story, w.users.importNightly(FILE, "hr"), 200 + this.#random() * 600);
    expect([before, this.#expected()]).toContainEqual(await this.#look());
  }

  async #look(): Promise<readonly string[]> {
    const words = w.users.export("-o", "-", "--encoding", "utf-8", "--context", "hr");
    this.#last = readExport((await this.#story.run(words)).bytes);
    return this.#last;
  }

  #expected(): readonly string[] {
    return sortedLines([...this.#people, ...this.#kept]);
  }
}

/** A night's file, or what else happens, and the exit code of its run. */
const NIGHTS: Readonly<Record<string, (company: Company) => Promise<void>>> = {
  same: (company) => company.commit(0),
  good: (company) => {
    company.pass();
    return company.commit(0);
  },
  empty: (company) => company.refuse(3, Buffer.alloc(0)),
  "header only": (company) => company.refuse(3, writeRows([HEADER])),
  half: (company) => company.refuse(10, peopleFile(company.people.slice(0, company.people.length / 2))),
  "cut in a row": (company) => company.refuse(3, peopleFile(company.people).subarray(0, -20)),
  "other encoding": (company) => {
    company.pass();
    return company.commit(0, peopleFile(company.people, "utf-8", "\n"));
  },
  "sorted addresses": (company) => company.refuse(3, sortedFile(company.people, 2)),
  "sorted names": (company) => company.refuse(3, sortedFile(company.people, 0)),
  "renamed column": (company) =>
    company.refuse(3, writeRows([HEADER.with(5, "職員識別子"), ...company.people.map((one) => cellsOf(one))])),
  "mass change": (company) =>
    company.refuse(
      10,
      changedFile(company.people, (cells) => cells.with(4, "主任")),
    ),
  "two of one": (company) =>
    company.refuse(
      3,
      peopleFile([...company.people, ...company.people.slice(5, 6).map((one) => ({ ...one, name: "別人" }))]),
    ),
  "no file": (company) => company.refuse(6, undefined),
  "lost zeros": (company) =>
    company.commit(
      0,
      changedFile(company.people, (cells) => cells.with(5, String(Number(cells[5])))),
    ),
  "full disk": (company) => company.fillDisk(),
  "after the full disk": (company) => company.commit(0),
  killed: (company) => company.kill(),
  "after the kill": (company) => company.commit(0),
  "leaver with a phone": async (company) => {
    await company.leaveWithPhone();
    await company.commit(8);
  },
  "leaver still has it": (company) => company.commit(0),
  "phone returned": async (company) => {
    await company.returnPhones();
    await company.commit(0);
  },
};

/** Lets nights pass, and compares the tenant with the company after each of them. */
async function pass(s: Story, nights: readonly string[], count: number): Promise<void> {
  const disk = await mountSmallDisk(s.home, 10 + Math.ceil(count / 200));
  try {
    const company = new Company(s, count, disk);
    await s.write(FILE, peopleFile(company.people));
    await s.run(w.addTenant("hr"));
    await company.commit(0);
    for (const [at, night] of nights.entries()) {
      s.setClock(new Date(Date.UTC(2027, 3, 1 + at, 17, 45)));
      const run = NIGHTS[night];
      if (run === undefined) throw new Error(`no night ${night}`);
      await run(company);
    }
  } finally {
    disk?.unmount();
  }
}

const KINDS = Object.keys(NIGHTS);

story("each night's file is applied as a whole or refused as a whole", (s) => pass(s, KINDS, 300), SETTINGS);

const KILLS = Array.from({ length: 6 }, () => ["killed", "good"]).flat();
const MANY = [...KINDS, ...KINDS.slice(0, 3), ...KILLS];
fullStory("30 nights of a large company, with six kills", (s) => pass(s, MANY, 20_000), SETTINGS);
