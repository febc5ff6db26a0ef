import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { freshFolder } from "#support/folder.ts";
import { MemoryLog, type LogStep, type MemoryLogOptions } from "#support/tenant/memory-log.ts";
import { listDifferentTables } from "#support/tenant/shadow.ts";
import { failureOf } from "#support/tenant/tenant.ts";
import { migrate, openTenantFile, receiveTenantFile, SCHEMA_VERSION, upgradeTo } from "../ledger/tenant-file.ts";
import type { LogEntry, LogHead } from "./change-log.ts";
import { Database } from "./database.ts";
import { buildEntry, readPosition } from "./follow-log.ts";
import { followThroughPort, serveLog } from "./log-port.ts";
import { Store } from "./store.ts";
import type { Writer } from "./types.ts";

const NEW = { name: "t", now: "2026-04-01T00:00:00.000Z" };

const TABLES_SQL = `
  create table thing (pk integer primary key, code text, amount integer not null default 0);
  create unique index thing_code on thing (code);
  create table trace (pk integer primary key, thing integer not null);
  create trigger thing_traced after insert on thing begin insert into trace (thing) values (new.pk); end;
  insert into thing (pk, code) values (1, 'a'), (2, 'b');`;

let start = "";
beforeEach(() => {
  start = join(freshFolder(), "tenant.db");
  using database = new Database(start);
  migrate(database, NEW);
  database.exec(TABLES_SQL);
  database.foldLog();
});

interface Machine {
  readonly database: Database;
  readonly store: Store;
}

const openMachine = (log: MemoryLog, path = join(freshFolder(), "tenant.db"), schema = SCHEMA_VERSION): Machine => {
  copyFileSync(start, path);
  const database = new Database(path, { busyTimeoutMs: 200 });
  onTestFinished(() => database.close());
  return { database, store: new Store(database, { followed: { log, schema, upgrade: upgradeTo } }) };
};

const START = { seq: 0, hash: "", schema: SCHEMA_VERSION };

const createLog = (options: MemoryLogOptions = {}): MemoryLog => new MemoryLog({ start: START, ...options });

const add = (amount: number) => (writer: Writer) =>
  writer.run("insert into thing (amount) values (:amount)", { amount });

const readAmounts = ({ store }: Machine): Promise<readonly unknown[]> =>
  store.read(async (reader) => (await reader.all("select amount from thing order by pk")).map(({ amount }) => amount));

test("what one machine writes is read by the others, and triggers run only where it is written", async () => {
  const log = createLog();
  const [one, other] = [openMachine(log), openMachine(log)];
  await one.store.change(add(5));
  await other.store.change(add(6));
  expect(await readAmounts(one)).toEqual([0, 0, 5, 6]);
  expect(await readAmounts(other)).toEqual([0, 0, 5, 6]);
  await other.store.change((writer) => writer.run("delete from thing where amount = 5"));
  await readAmounts(one);
  expect(listDifferentTables(one.database, other.database.path)).toEqual([]);
  expect(readPosition(one.database)).toEqual(log.last);
  expect(one.database.count("select count(*) from sqlite_schema where name = 'thing_traced'")).toBe(1);
});

test("records can exchange unique values", async () => {
  const log = createLog();
  const [one, other] = [openMachine(log), openMachine(log)];
  await one.store.change(async (writer) => {
    await writer.run("update thing set code = 'free' where pk = 1");
    await writer.run("update thing set code = 'a' where pk = 2");
    await writer.run("update thing set code = 'b' where pk = 1");
  });
  await readAmounts(other);
  expect(other.database.all("select code from thing order by pk")).toEqual([{ code: "b" }, { code: "a" }]);
  expect(() => other.database.run("update thing set code = 'a'")).toThrow(/UNIQUE/);
});

test("what writes nothing leaves no entry: a rehearsal, a change without an effect, a change that fails", async () => {
  const before = vi.fn<(step: LogStep) => void>();
  const log = createLog({ before });
  const { store } = openMachine(log);
  await store.rehearse(add(5));
  expect(before).not.toHaveBeenCalledWith("commit");
  await store.change(async () => undefined);
  // its answer may come from an entry that a standby does not have yet
  expect(before).toHaveBeenCalledWith("commit");
  await expect(
    store.change(async (writer) => add(5)(writer).then(() => Promise.reject(new Error("no")))),
  ).rejects.toThrow("no");
  expect(log.entries).toEqual([]);
  expect(log.isTaken).toBe(false);
});

test("a change waits for the turn of another machine, up to the limit", async () => {
  const log = createLog();
  const machine = openMachine(log);
  const turn = await log.tryTurn();
  expect(await failureOf(machine.store.change(add(5)))).toMatchObject({ code: "locked" });
  expect(await readAmounts(machine)).toEqual([0, 0]);
  await turn?.abandon();
  await machine.store.change(add(5));
  expect(await readAmounts(machine)).toEqual([0, 0, 5]);
});

test("a change that the log has is done, also if the disk of the file is full", async () => {
  const log = createLog();
  const [one, other] = [openMachine(log), openMachine(log)];
  const run = one.database.run.bind(one.database);
  const full = vi.spyOn(one.database, "run").mockImplementation((sql, params) => {
    if (sql === "commit") throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
    return run(sql, params);
  });
  expect(await one.store.change(add(5))).toBe(1);
  expect(readPosition(one.database)).toEqual(START);
  await expect(readAmounts(one)).rejects.toThrow("full");
  expect(await readAmounts(other)).toEqual([0, 0, 5]);
  full.mockRestore();
  expect(await readAmounts(one)).toEqual([0, 0, 5]);
  expect(listDifferentTables(one.database, other.database.path)).toEqual([]);
});

test("a thread that ends gives its turn back", async () => {
  const log = createLog();
  const access = serveLog({ log, schema: SCHEMA_VERSION });
  expect(await followThroughPort(access).log.tryTurn()).toMatchObject({ head: START });
  access.port.close();
  await expect.poll(() => log.isTaken).toBe(false);
});

describe("a large change", () => {
  const ROWS = 20_000;
  const ADD_SQL = `with recursive n (v) as (select :from union all select v + 1 from n where v < :to)
    insert into thing (amount) select v from n`;
  const addMany = async (writer: Writer): Promise<void> => {
    for (let from = 1; from < ROWS; from += 5000) await writer.run(ADD_SQL, { from, to: from + 4999 });
  };

  test("is appended in parts, which others read completely or not at all", async () => {
    const watched: Database[] = [];
    const counts = new Set<number>();
    const before = (step: LogStep): void => {
      for (const file of step === "read" ? watched : []) counts.add(file.count("select count(*) from thing"));
    };
    const log = createLog({ batch: 1, before });
    const [one, other] = [openMachine(log), openMachine(log)];
    using reading = other.database.reader();
    watched.push(reading);
    await one.store.change(addMany);
    expect(log.entries.map(({ continues }) => continues)).toEqual([true, true, true, true, false]);
    expect(await readAmounts(other)).toHaveLength(ROWS + 2);
    expect([...counts]).toEqual([2]);
    expect(listDifferentTables(one.database, other.database.path)).toEqual([]);
  });

  test("is followed later, if the disk is full", async () => {
    const log = createLog({ batch: 1 });
    const [one, other] = [openMachine(log), openMachine(log)];
    await one.store.change(addMany);
    const used = other.database.count("pragma page_count");
    other.database.exec(`pragma max_page_count = ${used + 20}`);
    await expect(readAmounts(other)).rejects.toThrow("full");
    expect(readPosition(other.database)).toEqual(START);
    other.database.exec("pragma max_page_count = 1000000");
    expect(await readAmounts(other)).toHaveLength(ROWS + 2);
    expect(log).not.toHaveProperty("hasMismatch");
    expect(listDifferentTables(one.database, other.database.path)).toEqual([]);
  });

  test("leaves nothing if it fails after a part", async () => {
    const log = createLog();
    const machine = openMachine(log);
    const body = (writer: Writer) => addMany(writer).then(() => Promise.reject(new Error("no")));
    await expect(machine.store.change(body)).rejects.toThrow("no");
    expect(log.entries).toEqual([]);
    expect(await readAmounts(machine)).toEqual([0, 0]);
    await machine.store.change(add(1));
    expect(log.entries).toHaveLength(1);
  });
});

const upgrade = (last: LogHead, schema: number): LogEntry =>
  buildEntry(last, { schema, continues: false, changes: new Uint8Array(0) });

describe("an entry that a file cannot follow is refused, and the file stays as it is:", () => {
  const change = (entry: LogEntry, values: Partial<LogEntry>): LogEntry => {
    const { seq, before, schema, ...content } = { ...entry, ...values };
    return buildEntry({ seq: seq - 1, hash: before, schema }, { ...content, schema });
  };
  const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));

  const open = async (damage: (first: LogEntry, second: LogEntry) => readonly LogEntry[]) => {
    const log = createLog();
    const { store } = openMachine(log);
    await store.change(add(5));
    await store.change((writer) => writer.run("update thing set amount = 7 where pk = 1"));
    const [first, second] = log.entries.splice(0) as [LogEntry, LogEntry];
    log.entries.push(...damage(first, second));
    return { log, ...openMachine(log) };
  };

  const getState = ({ database }: Machine) => [database.all("select * from thing"), readPosition(database)];

  const REFUSED = { codes: ["unavailable", "unavailable"], isSame: true, isTaken: false };

  const tryToFollow = async ({ log, ...machine }: Awaited<ReturnType<typeof open>>): Promise<object> => {
    const before = getState(machine);
    const reading = await failureOf(readAmounts(machine));
    const writing = await failureOf(machine.store.change(add(8)));
    const isSame = isDeepStrictEqual(getState(machine), before);
    return { codes: [reading?.code, writing?.code], isSame, isTaken: log.isTaken };
  };

  test.each<[string, (first: LogEntry, second: LogEntry) => readonly LogEntry[]]>([
    ["a flipped bit", (first, second) => [first, { ...second, changes: flip(second.changes) }]],
    ["another predecessor", (first, second) => [first, change(second, { before: "0".repeat(64) })]],
    ["an entry that was removed", (_, second) => [second]],
    ["an earlier entry again", (first, second) => [first, change(second, { changes: first.changes })]],
    ["an entry of another schema", (first, second) => [first, change(second, { schema: SCHEMA_VERSION - 1 })]],
    ["an upgrade to a newer schema", () => [upgrade(START, SCHEMA_VERSION + 1)]],
    ["a part without the rest", (first, second) => [first, change(second, { continues: true })]],
  ])("%s", async (_, damage) => {
    expect(await tryToFollow(await open(damage))).toEqual(REFUSED);
  });

  test.each([
    ["a changed row", "update thing set amount = 9 where pk = 1"],
    ["a row too many", "insert into thing (pk) values (3)"],
    ["a missing table", "drop trigger thing_traced; drop table trace"],
    ["a damaged position", "insert into log_position values (1, 1, 1, 'x')"],
    ["a file that has more than the log", "insert into log_position values (1, 9, 1, 'x')"],
  ])("%s", async (_, sql) => {
    const machine = await open((...entries) => entries);
    machine.database.exec(sql);
    expect(await tryToFollow(machine)).toEqual(REFUSED);
  });

  test("a change that the log does not have, because a machine was cut off while it wrote beside the log", async () => {
    const [log, lost] = [createLog(), createLog()];
    const path = join(freshFolder(), "tenant.db");
    await openMachine(lost, path).store.change(add(1));
    await openMachine(log).store.change(add(2));
    using database = new Database(path);
    const store = new Store(database, { followed: { log, schema: SCHEMA_VERSION } });
    expect(await failureOf(store.change(add(3)))).toMatchObject({ code: "unavailable" });
  });
});

test("an upgrade is an entry; programs of another version refuse the tenant", async () => {
  const log = createLog();
  const next = SCHEMA_VERSION + 1;
  const steps = [{ version: next, sql: "create table later (pk integer primary key)" }];
  const open = (schema: number): Machine => {
    const { database } = openMachine(log);
    const run: typeof upgradeTo = (file, newest) => upgradeTo(file, newest, steps);
    return { database, store: new Store(database, { followed: { log, schema, upgrade: run } }) };
  };
  const [old, newer, other] = [open(SCHEMA_VERSION), open(next), open(next)];
  await old.store.change(add(5));
  expect(await failureOf(readAmounts(newer))).toMatchObject({ code: "unavailable" });
  log.entries.push(upgrade(log.last, next));
  await newer.store.change((writer) => writer.run("insert into later values (1)"));
  expect(await readAmounts(other)).toEqual([0, 0, 5]);
  expect(other.database.all("select pk from later")).toEqual([{ pk: 1 }]);
  expect(await failureOf(readAmounts(old))).toMatchObject({ code: "unavailable" });
});

test("a file that follows a log is refused without the log; a copy that is received follows none", async () => {
  const folder = freshFolder();
  const path = join(folder, "tenant.db");
  await openMachine(createLog(), path).store.change(add(5));
  const file = { folder, ...NEW, processes: { self: 0, isAlive: () => false } };
  expect(() => openTenantFile(file)).toThrow(/in a store/);
  const received = { ...file, folder: freshFolder() };
  expect(() => openTenantFile({ ...received, log: createLog() })).toThrow(/missing/);
  receiveTenantFile(path, received);
  openTenantFile(received).close();
});

test("each table has a key that is never null, because SQLite would not record changes of others", () => {
  using database = new Database(start);
  const tables = database.all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'");
  const weak = tables.filter(({ name }) => {
    const key = database.all(`select type, "notnull" as filled from pragma_table_info(:name) where pk > 0`, {
      name: String(name),
    });
    // such a key is the number of the row
    const isNumber = key.length === 1 && key[0]?.["type"] === "INTEGER";
    return key.length === 0 || !(isNumber || key.every(({ filled }) => filled === 1));
  });
  expect(weak).toEqual([]);
});

describe("any faults between the log and the files", () => {
  const someStep = fc.record({
    machine: fc.constantFrom(0, 1, 2),
    work: fc.constantFrom("add", "edit", "remove", "exchange", "read"),
    row: fc.nat(9),
    fault: fc.option(fc.constantFrom<LogStep>("head", "read", "append", "commit", "committed"), { freq: 3 }),
    /** true to begin the next step before this one has ended */
    beside: fc.boolean(),
  });

  const WORK: Readonly<Record<string, (row: number) => readonly string[]>> = {
    add: (row) => [`insert into thing (code, amount) values (null, ${row})`],
    edit: (row) => [`update thing set amount = amount + 1 where pk % 10 = ${row}`],
    remove: (row) => [`delete from thing where pk % 10 = ${row} and pk > 2`],
    exchange: () => [
      "update thing set code = 'free' where code = 'a'",
      "update thing set code = 'a' where code = 'b'",
      "update thing set code = 'b' where code = 'free'",
    ],
    read: () => [],
  };

  test("neither lose nor double a change that was answered, and leave all files the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 30 }), async (steps) => {
        let faults: LogStep[] = [];
        const before = (step: LogStep): void => {
          if (!faults.includes(step)) return;
          faults = faults.filter((one) => one !== step);
          throw new Error("fault");
        };
        const log = createLog({ batch: 2, before });
        const machines = [openMachine(log), openMachine(log), openMachine(log)] as const;
        const answered: number[] = [];
        const running: Promise<void>[] = [];
        for (const [number, { machine, work, row, fault, beside }] of steps.entries()) {
          if (fault !== null) faults.push(fault);
          const chosen = machines[machine];
          const change = async (writer: Writer): Promise<void> => {
            for (const sql of WORK[work]?.(row) ?? []) await writer.run(sql);
            await writer.run("insert into trace (thing) values (:number)", { number: 1000 + number });
          };
          const ended =
            work === "read" ? readAmounts(chosen) : chosen.store.change(change).then(() => answered.push(number));
          const failed = (error: Error): void => expect(error.message).toMatch(/^fault|another process/);
          running.push(ended.then(() => undefined, failed));
          if (!beside) await Promise.all(running);
        }
        await Promise.all(running);
        faults = [];
        for (const machine of machines) {
          await readAmounts(machine);
          expect(listDifferentTables(machine.database, machines[0].database.path)).toEqual([]);
          expect(readPosition(machine.database)).toEqual(log.last);
        }
        const kept = machines[0].database.all("select thing - 1000 as number from trace where thing >= 1000");
        const numbers = kept.map(({ number }) => Number(number));
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers).toEqual(expect.arrayContaining(answered));
        expect(log.entries).toHaveLength(numbers.length);
      }),
      { numRuns: 25 },
    );
  });
});
