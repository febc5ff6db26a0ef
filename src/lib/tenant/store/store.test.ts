import type { Collection } from "../../nouns/index.ts";
import { guardWrites } from "#support/tenant/guarded-writer.ts";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { saveVersions } from "../ledger/versions.ts";
import { failureOf, readStreamText } from "#support/tenant/tenant.ts";
import type { DerivedTable, LineQuery, Reader, Writer } from "./types.ts";
import { Database } from "./database.ts";
import { migrate } from "../ledger/tenant-file.ts";
import { Connection, Store } from "./store.ts";
import { freshFolder } from "#support/folder.ts";

let folder = "";
let database: Database;
let store: Store;
beforeEach(() => {
  folder = freshFolder();
  database = open();
  migrate(database, { name: "t", now: "2026-04-01T00:00:00.000Z" });
  database.exec("create table wallet (id integer primary key, amount integer not null check (amount >= 0))");
  database.exec("insert into wallet values (1, 50), (2, 50)");
  store = new Store(database);
});
afterEach(() => {
  database.close();
});

const open = (options: ConstructorParameters<typeof Database>[1] = {}): Database =>
  new Database(join(folder, "tenant.db"), options);

const stored = (): readonly unknown[] =>
  database.all("select amount from wallet order by id").map(({ amount }) => amount);

const empty = (writer: Writer): Promise<number> => writer.run("update wallet set amount = 0");

const amountOf = (reader: Reader, id: number): Promise<number> =>
  reader.count("select amount from wallet where id = :id", { id });

const ACCOUNTS: LineQuery = {
  line: String.raw`t.amount || char(10)`,
  key: "t.id",
  before: 0,
  table: "wallet t",
  joined: "",
  among: "true",
  where: "true",
  params: {},
};

describe("turns", () => {
  /** Two accounts that have 100 together. */
  type Seen = readonly [first: number, second: number];

  /** How long a body takes, in statements between those that count, and how long after the others it is begun. */
  interface Pace {
    readonly pauses: number;
    readonly after: number;
  }

  const pause = async (reader: Reader, { pauses }: Pace): Promise<void> => {
    for (let at = 0; at < pauses; at += 1) await reader.get("select 1");
  };

  const look = async (reader: Reader, pace: Pace): Promise<Seen> => {
    const first = await amountOf(reader, 1);
    await pause(reader, pace);
    return [first, await amountOf(reader, 2)];
  };

  type Turns = Pick<Store, "read" | "change">;

  const move = ({ change }: Turns, amount: number, pace: Pace): Promise<Seen> =>
    change(async (writer) => {
      const seen = await look(writer, pace);
      const put = "update wallet set amount = :amount where id = :id";
      await writer.run(put, { id: 1, amount: seen[0] - amount });
      await pause(writer, pace);
      await writer.run(put, { id: 2, amount: seen[1] + amount });
      return seen;
    });

  const amount = fc.integer({ min: 1, max: 9 });
  const pace = fc.record({ pauses: fc.nat(5), after: fc.nat(5) });

  /** Nobody sees less or more than there is, and what everybody moved has moved. */
  const whole = (turns: Turns) =>
    fc.asyncProperty(
      fc.tuple(amount, pace),
      fc.tuple(amount, pace),
      pace,
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      async ([one, onePace], [other, otherPace], readPace, order) => {
        database.exec("update wallet set amount = 50");
        const bodies = [
          { pace: onePace, run: () => move(turns, one, onePace) },
          { pace: otherPace, run: () => move(turns, other, otherPace) },
          { pace: readPace, run: () => turns.read((reader) => look(reader, readPace)) },
        ];
        const begun = order.map(async (at) => {
          const { pace: own, run } = bodies[at] ?? expect.unreachable();
          for (let turn = 0; turn < own.after; turn += 1) await Promise.resolve();
          return run();
        });
        for (const [first, second] of await Promise.all(begun)) expect(first + second).toBe(100);
        expect(stored()).toEqual([50 - one - other, 50 + one + other]);
      },
    );

  test("prevent reading a half-done change and changing the same data at once", async () => {
    await fc.assert(
      whole({ read: (body) => store.read(body), change: (body, options) => store.change(body, options) }),
    );
  });

  test("are necessary: without them, the check fails", async () => {
    const read: Turns["read"] = (body) => body(new Connection(database));
    const change: Turns["change"] = (body) => body(new Connection(database));
    const { failed, errorInstance } = await fc.check(whole({ read, change }));
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(/AssertionError: expected/);
  });

  test("continue after a body that failed", async () => {
    const outcomes = await Promise.allSettled([
      store.change(empty),
      store.change(async (writer) => writer.run("update wallet set amount = amount - 1")),
      store.read((reader) => amountOf(reader, 3)),
      store.read((reader) => reader.get("select amount from nowhere")),
      store.change(async (writer) => writer.run("update wallet set amount = amount + 7")),
      store.read((reader) => amountOf(reader, 1)),
    ]);
    expect(outcomes).toMatchObject([
      { value: 2 },
      { reason: expect.objectContaining({ message: expect.stringContaining("CHECK") }) },
      { value: 0 },
      { reason: expect.objectContaining({ message: expect.stringContaining("no such table") }) },
      { value: 2 },
      { value: 7 },
    ]);
  });
});

test("a body that throws is rolled back, even if the database has already done so", async () => {
  const failing = store.change(async (writer) => {
    await empty(writer);
    throw new RangeError("no");
  });
  await expect(failing).rejects.toThrow(RangeError);
  const ended = store.change(async (writer) => {
    await empty(writer);
    await writer.run("insert or rollback into wallet values (1, 1)");
  });
  await expect(ended).rejects.toThrow("UNIQUE");
  const early = store.change(() => {
    throw new SyntaxError("not even begun");
  });
  await expect(early).rejects.toThrow(SyntaxError);
  expect([stored(), database.isFree()]).toEqual([[50, 50], true]);
});

describe("a body that awaits something else", () => {
  const moments: Readonly<Record<string, () => Promise<unknown>>> = {
    "at once": async () => undefined,
    "in an immediate": () => setImmediate(),
    "in a timer": () => setTimeout(1),
    "after a file": () => stat(folder),
  };
  const things: Readonly<Record<string, () => Promise<unknown>>> = {
    "an immediate": () => setImmediate(),
    "a timer": () => setTimeout(1),
    "a file": () => stat(folder),
    "a timer that is due": () => {
      const due = setTimeout(1);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
      return due;
    },
    "a tick": () => new Promise<void>((resolve) => process.nextTick(resolve)),
    "its own store": () => store.read((reader) => amountOf(reader, 1)),
  };
  const cases = Object.keys(moments).flatMap((moment) => Object.keys(things).map((thing) => [thing, moment] as const));

  test.each(cases)("%s is rolled back when started %s, and the store continues", async (thing, moment) => {
    for (let round = 0; round < 10; round += 1) {
      await moments[moment]?.();
      const changing = store.change(async (writer) => {
        await empty(writer);
        await things[thing]?.();
      });
      await expect(changing).rejects.toThrow(TypeError);
      const reading = store.read(async () => things[thing]?.());
      await expect(reading).rejects.toThrow(TypeError);
      expect([stored(), database.isFree()]).toEqual([[50, 50], true]);
    }
    expect(await store.change(empty)).toBe(2);
  });

  test("is not waited for and cannot do anything more", async () => {
    const rest = Promise.withResolvers<unknown>();
    const gate = Promise.withResolvers<undefined>();
    const changing = store.change(async (writer) => {
      await gate.promise;
      rest.resolve(await Promise.allSettled([empty(writer), amountOf(writer, 1), writer.lock(["users"])]));
    });
    await expect(changing).rejects.toThrow("awaited something other than its store");
    await store.change(async (writer) => {
      gate.resolve(undefined);
      await writer.run("update wallet set amount = 49 where id = 1");
      await writer.run("update wallet set amount = 51 where id = 2");
    });
    const over = { status: "rejected", reason: expect.objectContaining({ message: "the transaction is over" }) };
    expect(await rest.promise).toEqual([over, over, over]);
    expect(stored()).toEqual([49, 51]);
  });
});

describe("locks", () => {
  const collections = new Map<string, Collection>([
    ["org", "orgs"],
    ["user", "users"],
    ["secured_user", "secured"],
  ]);
  const checking = (): Store => new Store(database, { guard: guardWrites((table) => collections.get(table)) });

  test.each<[string, string, Collection]>([
    ["update", "update org set code = 'x'", "orgs"],
    ["update, in another form", "\n  UPDATE\n  org set code = 'x'", "orgs"],
    ["update of a quoted name", `update "user" set name = ''`, "users"],
    ["update of a named schema", "update main.user set name = ''", "users"],
    ["update with an alternative", "update  or ignore user set name = ''", "users"],
    ["update after a common table", "with a (x) as (select 1) update org set code = (select x from a)", "orgs"],
    ["delete after a comment", "/* all */ delete from user", "users"],
    ["delete", "delete from user", "users"],
    [
      "insert",
      `insert into user (id, name, emails, org, createdAt, updatedAt, revision) values ('u', '', '[]', 1, '', '', 1)`,
      "users",
    ],
  ])("are required for writing: %s", async (_, sql, collection) => {
    const changing = checking().change(async (writer) => {
      await empty(writer);
      await writer.lock(["devices"]);
      await writer.run(sql);
    });
    await expect(changing).rejects.toThrow(new RegExp(`is written, but the collection ${collection} is not locked`));
    expect(stored()).toEqual([50, 50]);
    const locking = checking().change(async (writer) => {
      await writer.lock(["devices", collection]);
      for (const thing of collections.keys()) await saveVersions(writer, thing, "false", {});
      await writer.run(sql);
    });
    await expect(locking).resolves.toBeUndefined();
    await expect(store.change((writer) => writer.run(sql.replace("'u'", "'v'")))).resolves.toBeTypeOf("number");
  });

  test.each(["update user set name = ''", "delete from main.user"])(
    "do not suffice for %s without versions",
    async (sql) => {
      const changing = (thing: string) =>
        checking().change(async (writer) => {
          await writer.lock(["users"]);
          await saveVersions(writer, thing, "true", {});
          await writer.run(sql);
        });
      await expect(changing("org")).rejects.toThrow("records of user are changed, but no version of them was stored");
      await expect(changing("user")).resolves.toBeUndefined();
    },
  );

  test("of a part lock the collection, for one change", async () => {
    const writing = checking();
    const written = "update secured_user set groups = '[]'";
    const locking = writing.change(async (writer) => {
      await writer.lock(["secured:docs"]);
      await saveVersions(writer, "secured_user", "true", {});
      return writer.run(written);
    });
    await expect(locking).resolves.toBe(0);
    await expect(writing.change((writer) => writer.run(written))).rejects.toThrow("secured is not locked");
  });

  test("return the last change and the highest number of the records", async () => {
    database.exec("insert into collection (name, revision, last) values ('users', 7, 3)");
    const locked = await store.change((writer) => writer.lock(["users", "devices", "orgs"]));
    expect([...locked]).toEqual([
      ["devices", { revision: 0, last: 0 }],
      ["orgs", { revision: 0, last: 1 }],
      ["users", { revision: 7, last: 3 }],
    ]);
  });
});

test("each change has its own revision", async () => {
  const mark = (collection: string) => async (writer: Writer) => {
    const revisions = [await writer.revision(), await writer.revision()];
    await writer.run("insert into collection (name, revision) values (:collection, :revision)", {
      collection,
      revision: revisions[0] ?? null,
    });
    return [...revisions, await writer.revision()];
  };
  expect(await Promise.all([store.change(mark("a")), store.change(mark("b"))])).toEqual([
    [1, 1, 1],
    [2, 2, 2],
  ]);
});

test("a derived table is kept until its state changes, and is dropped with a rolled-back change", async () => {
  const derived: DerivedTable = {
    name: "second",
    columns: "amount integer not null",
    state: "select 'first ' || amount as state from wallet where id = 1",
    fill: "insert into temp.second select amount from wallet where id = 2",
  };
  const second = async (reader: Reader) => {
    await reader.derive(derived);
    return reader.all("select * from temp.second");
  };
  const put = (id: number, amount: number) => async (writer: Writer) => {
    await writer.run("update wallet set amount = :amount where id = :id", { id, amount });
    return second(writer);
  };
  const made = [{ amount: 50 }];
  expect(await store.read(second)).toEqual(made);
  expect(await store.change(put(2, 60))).toEqual(made);
  expect(await store.read(second)).toEqual(made);
  const failing = store.change(async (writer) => {
    expect(await put(1, 40)(writer)).toEqual([{ amount: 60 }]);
    throw new RangeError("no");
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(await store.read(second)).toEqual(made);
  expect(await store.change(put(1, 40))).toEqual([{ amount: 60 }]);
});

describe("while another connection writes", () => {
  let holder: Database;
  beforeEach(() => {
    holder = open();
    holder.exec("begin immediate");
  });
  afterEach(() => holder.close());

  const waiting = (busyTimeoutMs: number): Store => {
    database.close();
    database = open({ busyTimeoutMs });
    return new Store(database);
  };

  test("others in this process get their turns", async () => {
    const patient = waiting(60_000);
    const changes = [1, 2, 3].map((amount) =>
      patient.change((writer) => writer.run("update wallet set amount = amount + :amount", { amount })),
    );
    expect(await patient.read((reader) => amountOf(reader, 1))).toBe(50);
    expect(await readStreamText(await patient.lines(async () => ACCOUNTS))).toBe("50\n50\n");
    holder.exec("rollback");
    await Promise.all(changes);
    expect(stored()).toEqual([56, 56]);
  });

  test("a change ends as locked when its waiting time is over", async () => {
    const impatient = waiting(150);
    expect((await failureOf(impatient.change(empty)))?.code).toBe("locked");
    holder.exec("rollback");
    expect(await impatient.change(empty)).toBe(2);
  });

  test("a signal interrupts a waiting change, and is ignored by a change that need not wait", async () => {
    const patient = waiting(60_000);
    const aborting = new AbortController();
    const changing = failureOf(patient.change(empty, { signal: aborting.signal }));
    await setTimeout(20);
    aborting.abort();
    expect((await changing)?.code).toBe("interrupted");
    const signal = AbortSignal.abort();
    expect((await failureOf(patient.change(empty, { signal })))?.code).toBe("interrupted");
    holder.exec("rollback");
    expect(await patient.change(empty, { signal })).toBe(2);
  });
});

test("a tenant is free if nobody is changing it, even if asked within a body", async () => {
  const asked: unknown[] = [];
  await store.change(async (writer) => {
    asked.push(store.isFree());
    await empty(writer);
    asked.push(store.isFree());
  });
  await store.read(async (reader) => {
    asked.push(store.isFree());
    await amountOf(reader, 1);
  });
  expect(asked).toEqual([false, false, false]);
  expect([store.isFree(), stored()]).toEqual([true, [0, 0]]);
  const holder = open();
  holder.exec("begin immediate");
  expect(store.isFree()).toBe(false);
  holder.close();
  expect(store.isFree()).toBe(true);
});

test("a tenant that cannot be written is read-only", async () => {
  const readOnly = open({ readOnly: true });
  const reading = new Store(readOnly);
  expect([store.isReadOnly, reading.isReadOnly]).toEqual([false, true]);
  expect((await failureOf(reading.change(empty)))?.code).toBe("not-permitted");
  expect(await reading.read((reader) => amountOf(reader, 1))).toBe(50);
  expect(await readStreamText(await reading.lines(async () => ACCOUNTS))).toBe("50\n50\n");
  readOnly.close();
});

describe("lines", () => {
  /** Streams the accounts, and keeps the reader that describes them. */
  const streamed = async (lines: LineQuery = ACCOUNTS) => {
    const readers: Reader[] = [];
    const stream = await store.lines(async (reader) => {
      readers.push(reader);
      return lines;
    });
    return { stream, closed: () => Promise.all(readers.map((reader) => reader.get("select 1"))) };
  };

  const ROWS = 2000;
  beforeEach(() => {
    database.exec(`with recursive n (id) as (select 3 union all select id + 1 from n where id < ${ROWS})
      insert into wallet select id, 50 from n`);
  });

  test("show one moment, whatever changes meanwhile", async () => {
    const { stream } = await streamed();
    const reader = stream.getReader();
    const chunks: Uint8Array[] = [];
    for (let amount = 0; ; amount += 1) {
      const { value, done } = await reader.read();
      if (done) break;
      chunks.push(value);
      await store.change((writer) => writer.run("update wallet set amount = :amount", { amount }));
      await store.change((writer) => writer.run("delete from wallet where id = :id", { id: ROWS - amount }));
    }
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.concat(chunks).toString()).toBe("50\n".repeat(ROWS));
    const last = chunks.length - 1;
    expect(await readStreamText((await streamed()).stream)).toBe(`${last}\n`.repeat(ROWS - chunks.length));
  });

  test("for an account with a part have the same bytes, wherever the hidden rows are", async () => {
    const long = { ...ACCOUNTS, line: "t.amount || printf('%0300d', 0) || char(10)" };
    const seen = { ...long, table: "(select * from main.wallet where amount > 0) t" };
    const line = `50${"0".repeat(300)}\n`;
    const among = { ...seen, whole: "main.wallet t" };
    expect(await readStreamText((await streamed(among)).stream)).toBe(line.repeat(ROWS));
    const last = 40 * ROWS;
    for (const at of ["100 * id", "id + 5000", `case when id % 2 = 0 then id else ${last} + id end`]) {
      database.exec(`begin; create table moved as select ${at} as id, amount from wallet where amount > 0;
        delete from wallet; insert into wallet select * from moved; drop table moved;
        with recursive n (id) as (select 1 union all select id + 1 from n where id < ${last})
          insert into wallet select id, 0 from n where id not in (select id from wallet); commit`);
      expect(await readStreamText((await streamed(among)).stream)).toBe(line.repeat(ROWS));
    }
  });

  test("release their connection when they end, are cancelled or fail", async () => {
    const ended = await streamed();
    await readStreamText(ended.stream);
    await expect(ended.closed()).rejects.toThrow("not open");
    const cancelled = await streamed();
    const reader = cancelled.stream.getReader();
    await reader.read();
    await expect(cancelled.closed()).resolves.toEqual([{ 1: 1 }]);
    await reader.cancel();
    await expect(cancelled.closed()).rejects.toThrow("not open");
    const failing = await streamed({ ...ACCOUNTS, line: "abs(t.amount - 9223372036854775807 - 51)" });
    await expect(readStreamText(failing.stream)).rejects.toThrow("overflow");
    await expect(failing.closed()).rejects.toThrow("not open");
    let given: Reader | undefined;
    const describing = store.lines(async (described) => {
      given = described;
      throw new RangeError("no lines");
    });
    await expect(describing).rejects.toThrow(RangeError);
    await expect(given?.get("select 1")).rejects.toThrow("not open");
  });

  test("begin with data that is read for them at the same moment", async () => {
    const stream = await store.lines(async (reader) => {
      const before = await reader.count("select count(*) from wallet");
      database.exec("delete from wallet where id > 2");
      return { ...ACCOUNTS, head: Buffer.from(`${before}\n`) };
    });
    expect(await readStreamText(stream)).toBe(`${ROWS}\n${"50\n".repeat(ROWS)}`);
  });
});

test("a scratch table belongs to its creator until it is closed", async () => {
  const one = await store.scratch(["id text not null"], ["id"]);
  await one.add([["a"]]);
  const other = await store.scratch(["id text not null"], ["id"]);
  expect(await store.read((reader) => reader.count(`select count(*) from ${other.name}`))).toBe(0);
  await one[Symbol.asyncDispose]();
  await expect(one.add([["b"]])).rejects.toThrow("no such table");
});

test("a scratch table that cannot be removed ends with its connection without a failure", async () => {
  const scratch = await store.scratch(["id text not null"], ["id"]);
  database.close();
  await expect(scratch[Symbol.asyncDispose]()).resolves.toBeUndefined();
  database = open();
});
