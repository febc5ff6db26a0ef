import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { recordsOfAudit } from "./steps/audit-records.ts";
import { Database } from "./database.ts";
import { migrate, STEPS } from "./migrations.ts";
import { openTenantFile } from "./tenant-file.ts";
import type { Upgrade } from "./upgrade.ts";
import { WriterNote } from "./writer-note.ts";

const MB = 1_000_000;
/** the last schema whose audit had columns */
const OLDER = STEPS.indexOf(recordsOfAudit);
const NOW = "2026-04-01T00:00:00.000Z";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  path = join(folder, "tenant.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes the tenant of an older program. @param records that its audit has */
function makeOlder(records = 1): void {
  const database = new Database(path);
  migrate(database, { name: "kanto", now: NOW }, () => undefined, STEPS.slice(0, OLDER));
  database.run(
    `insert into audit (at, actor, action, subject, detail, hash)
     select :now, 'owner', 'fields.add', '', hex(zeroblob(500)), '' from json_each(:records)`,
    { now: NOW, records: JSON.stringify(Array.from({ length: records }, () => 0)) },
  );
  database.close();
}

/** Opens the tenant, and tells what was called. */
function open(upgrade: Partial<Upgrade> = {}): { readonly versions: readonly number[]; readonly calls: number } {
  let calls = 0;
  const upgrading = (): void => {
    calls += 1;
  };
  const processes = { self: 1, isAlive: () => false };
  const note = new WriterNote(notePath(), processes);
  const database = openTenantFile({ folder, name: "kanto", now: NOW, processes, upgrading, ...upgrade }, note);
  const version = database.count("pragma user_version");
  database.close();
  const copy = existsSync(copyPath()) ? [versionOf(copyPath())] : [];
  return { versions: [version, ...copy], calls };
}

const notePath = (): string => join(folder, "writer.json");

const copyPath = (): string => `${path}.before-${OLDER}`;

const versionOf = (file: string): number => {
  const database = new Database(file, { plain: true });
  const version = database.count("pragma user_version");
  database.close();
  return version;
};

const refusedBy = (work: () => unknown): Failure => {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new TypeError("it was not refused");
};

test("an older tenant with data is copied, and updated once; it is said before", () => {
  makeOlder();
  const upgrading = (): void => {
    expect([versionOf(path), existsSync(copyPath())]).toEqual([OLDER, false]);
  };
  expect(open({ upgrading }).versions).toEqual([STEPS.length, OLDER]);
  expect(open().calls).toBe(0);
  expect(readdirSync(folder).toSorted()).toEqual(["tenant.db", `tenant.db.before-${OLDER}`]);
});

test("who waits for the lock meanwhile is told that the file is being updated; afterwards nobody holds it", () => {
  makeOlder();
  const waiting = new WriterNote(notePath(), { self: 2, isAlive: () => true });
  let holder: unknown;
  const processes = { self: 1, isAlive: () => true };
  const note = new WriterNote(notePath(), processes);
  const write = note.write.bind(note);
  note.write = (what, since) => {
    write(what, since);
    holder = waiting.explain(new Failure("locked", { what: text("locked", "使用中") }));
  };
  openTenantFile({ folder, name: "kanto", now: NOW, processes }, note).close();
  expect(holder).toMatchObject({
    what: { en: `the tenant is locked by process 1 (update of the file, since ${NOW})` },
  });
  expect(existsSync(notePath())).toBe(false);
});

test("of a new tenant, and of one that nobody has used, nothing is said", () => {
  expect(open()).toEqual({ versions: [STEPS.length], calls: 0 });
  rmSync(path);
  makeOlder(0);
  expect(open()).toEqual({ versions: [STEPS.length, OLDER], calls: 0 });
});

describe("too little space on the disk", () => {
  test("is told before anything is written", () => {
    makeOlder(5_000);
    const before = readFileSync(path);
    const needed = before.length * 2.5;
    const failure = refusedBy(() => open({ freeBytes: () => needed - 1 }));
    expect(failure).toMatchObject({
      code: "unexpected",
      what: {
        en: `updating the tenant's file needs ${Math.ceil(needed / MB)} MB on the disk, and ${Math.floor(needed / MB)} MB are free`,
        ja: `テナントのファイルの更新には ${Math.ceil(needed / MB)} MB の空き容量が必要ですが、${Math.floor(needed / MB)} MB しかありません`,
      },
      where: path,
      hint: { en: "free some space, then run it again", ja: expect.stringContaining("空き容量") },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["tenant.db"]);
    expect(open({ freeBytes: () => needed })).toEqual({ versions: [STEPS.length, OLDER], calls: 1 });
  });

  test("is not what the copy of an update that was killed takes", () => {
    makeOlder(5_000);
    const { length } = readFileSync(path);
    writeFileSync(copyPath(), Buffer.alloc(length));
    expect(refusedBy(() => open({ freeBytes: () => length * 1.5 - 1 })).where).toBe(path);
    expect(readFileSync(copyPath()).length).toBe(length);
    expect(open({ freeBytes: () => length * 1.5 }).versions).toEqual([STEPS.length, OLDER]);
  });

  test("is that of the tenant's folder; where it cannot be found out, nothing is refused", () => {
    makeOlder();
    const asked: string[] = [];
    const freeBytes = (where: string): undefined => void asked.push(where);
    expect(open({ freeBytes }).versions).toEqual([STEPS.length, OLDER]);
    expect(asked).toEqual([folder]);
  });

  test("concerns neither new tenants nor those that are up to date", () => {
    const freeBytes = (): number => 0;
    expect(open({ freeBytes }).versions).toEqual([STEPS.length]);
    expect(open({ freeBytes }).versions).toEqual([STEPS.length]);
  });
});

test("what killed updates left hinders nothing, and goes", () => {
  makeOlder();
  for (const name of [`before-${OLDER}`, `before-${OLDER}.unfinished`, "before-1.unfinished-journal"]) {
    writeFileSync(`${path}.${name}`, "torn");
  }
  expect(open().versions).toEqual([STEPS.length, OLDER]);
  expect(readdirSync(folder).toSorted()).toEqual(["tenant.db", `tenant.db.before-${OLDER}`]);
});

test("a copy that fails leaves the older tenant alone", () => {
  makeOlder();
  const upgrading = (): never => {
    throw new Error("killed");
  };
  expect(() => open({ upgrading })).toThrow("killed");
  expect([versionOf(path), readdirSync(folder)]).toEqual([OLDER, ["tenant.db"]]);
});

test("an update that fails leaves the older tenant", () => {
  makeOlder();
  const database = new Database(path);
  // what the second step makes is there already
  database.exec("pragma user_version = 1");
  database.close();
  expect(() => open()).toThrow("renewal_item");
  expect([versionOf(path), readdirSync(folder)]).toEqual([1, ["tenant.db"]]);
});

test("an older tenant that cannot be written says what to type where it can", () => {
  makeOlder();
  // prevents a log next to the file, as on a read-only medium; permissions do not stop root
  mkdirSync(`${path}-wal`);
  expect(refusedBy(() => open())).toMatchObject({
    code: "not-permitted",
    what: {
      en: "a file of an older clomoctl has to be updated once, and cannot be written here",
      ja: expect.stringContaining("書き込めません"),
    },
    where: path,
    hint: {
      en: "make it and its folder writable, then run once: clomoctl imports list --context kanto",
      ja: expect.stringContaining("clomoctl imports list --context kanto"),
    },
  });
  rmSync(`${path}-wal`, { recursive: true });
  expect(open()).toEqual({ versions: [STEPS.length, OLDER], calls: 1 });
});

test("so does one whose file can be written, and its folder cannot", () => {
  makeOlder();
  const freeBytes = (): never => {
    throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  };
  expect(refusedBy(() => open({ freeBytes }))).toMatchObject({ code: "not-permitted", where: path });
  expect(versionOf(path)).toBe(OLDER);
});
