import { guardWrites } from "#support/tenant/guarded-writer.ts";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectChangeNumbers } from "./request-changes.ts";
import { Session, type ChangeOptions, MACHINE_OWNER } from "./session.ts";
import { Database } from "../store/database.ts";
import { migrate } from "./tenant-file.ts";
import { Store } from "../store/store.ts";
import { readAuditLog, computeAuditHashes } from "#support/tenant/audit.ts";
import { failureOf, TEST_ORIGIN, TestSurroundings } from "#support/tenant/tenant.ts";
import { freshFolder } from "#support/folder.ts";

const START = Date.UTC(2026, 3, 1);
const DAY_MS = 24 * 60 * 60 * 1000;

let folder = "";
let opened: Database[] = [];
/** the time, which stands still */
let time = START;
beforeEach(() => {
  folder = freshFolder();
  opened = [];
  time = START;
  session = open();
  migrate(database(), { name: "t", now: "2026-04-01T00:00:00.000Z" });
  database().exec("create table thing (id text primary key, name text not null)");
});
afterEach(() => {
  for (const one of opened) one.close();
});

let session: Session;

const open = (actor = "owner"): Session => {
  const connection = new Database(join(folder, "tenant.db"));
  opened.push(connection);
  const { random } = new TestSurroundings();
  return new Session(new Store(connection), { now: () => time, random, origin: TEST_ORIGIN }, actor, MACHINE_OWNER);
};

/** The connection of the first session. */
const database = (): Database => opened[0] ?? expect.unreachable();

const things = (): readonly unknown[] =>
  database()
    .all("select name from thing order by rowid")
    .map(({ name }) => name);

/** `collection revision` of each that was changed, by name. */
const revisions = (): readonly string[] =>
  database()
    .all("select name, revision from collection where revision > 0 order by name")
    .map(({ name, revision }) => `${String(name)} ${Number(revision)}`);

interface RecordType {
  readonly id: string;
  readonly name: string;
}

const add = (by: Session, how: Partial<ChangeOptions> = {}): Promise<RecordType> =>
  by.change({ action: "things.add", locks: ["answers"], ...how }, async (writer) => {
    const at = (await writer.count("select count(*) from thing")) + 1;
    const thing = { id: `id ${at}`, name: `made ${at}` };
    await writer.run("insert into thing values (:id, :name)", { ...thing });
    return {
      result: thing,
      objects: [
        { thing: "thing", id: thing.id },
        { thing: "box", id: "its box" },
      ],
      after: thing,
    };
  });

const failing: typeof add = (by, how) =>
  by.change({ action: "things.add", locks: ["answers"], ...how }, async (writer) => {
    await writer.run("insert into thing values ('id 0', 'lost')");
    throw new RangeError("no");
  });

const KEY = { key: "a", route: "/v1/things", fingerprint: "f" };

/** Makes a change for a request with a key. */
const asked = async (change: typeof add, key: typeof KEY | undefined, how?: Partial<ChangeOptions>, by = session) =>
  (await collectChangeNumbers(() => change(by, { once: true, ...how }), { key })).given;

const addOnce = (key: typeof KEY | undefined = KEY, by = session): Promise<RecordType> => asked(add, key, {}, by);

test("a change returns its result, and marks only what it locks as changed", async () => {
  expect(await add(session, { locks: ["users", "orgs"] })).toEqual({ id: "id 1", name: "made 1" });
  expect(revisions()).toEqual(["orgs 1", "users 1"]);
  await add(session, { locks: ["users"] });
  expect(revisions()).toEqual(["orgs 1", "users 2"]);
  await add(session, { locks: [] });
  expect(revisions()).toEqual(["orgs 1", "users 2"]);
  await session.change({ action: null, locks: ["devices"] }, async (writer) => {
    await writer.lock(["orgs"]);
    return { result: undefined, objects: [{ thing: "device", id: "id 9" }] };
  });
  expect(revisions()).toEqual(["devices 3", "orgs 1", "users 2"]);
});

test("a change without effect leaves no trace, and neither does a dry run", async () => {
  await session.change({ action: "things.add", locks: ["answers"] }, async () => ({ result: undefined, objects: [] }));
  expect(await add(session, { dryRun: true })).toEqual({ id: "id 1", name: "made 1" });
  expect(revisions()).toEqual([]);
  expect(readAuditLog(database())).toEqual([]);
  expect(await add(session)).toEqual({ id: "id 1", name: "made 1" });
});

test("a change must declare its locks at its start", async () => {
  const changing = (locks: ChangeOptions["locks"]) => {
    const collectionOf = (table: string) => (table === "thing" ? "answers" : undefined);
    const checked = new Session(
      new Store(database(), { guard: guardWrites(collectionOf) }),
      session.surroundings,
      "owner",
      MACHINE_OWNER,
    );
    return add(checked, { locks });
  };
  await expect(changing(["apps"])).rejects.toThrow("thing is written, but the collection answers is not locked");
  await expect(changing(["apps", "answers"])).resolves.toMatchObject({ name: "made 1" });
});

describe("the audit record of a change", () => {
  test("contains actor, action, objects and time, and the values before and after", async () => {
    const body = (changed: object) => async () => ({
      result: undefined,
      objects: [
        { thing: "thing", id: "id 1" },
        { thing: "thing", id: "id 2" },
      ],
      ...changed,
    });
    const [before, after] = [{ name: "本社" }, { name: "支社" }];
    await session.change({ action: "things.edit", locks: [] }, body({ before, after }));
    time += DAY_MS;
    await open("somebody").change({ action: "things.remove", locks: [] }, body({ before }));
    await session.change({ action: "things.add", locks: [] }, body({ after }));
    await session.change({ action: "things.touch", locks: [] }, body({}));
    const objects = [
      { thing: "thing", id: "id 1" },
      { thing: "thing", id: "id 2" },
    ];
    const [first, later] = ["2026-04-01T00:00:00.000Z", "2026-04-02T00:00:00.000Z"];
    const told = { version: 2, actor: "owner", origin: TEST_ORIGIN, objects };
    expect(readAuditLog(database())).toEqual([
      { ...told, seq: 1, at: first, action: "things.edit", before, after },
      { ...told, seq: 2, at: later, actor: "somebody", action: "things.remove", before },
      { ...told, seq: 3, at: later, action: "things.add", after },
      { ...told, seq: 4, at: later, action: "things.touch" },
    ]);
  });

  test("never contains a secret, wherever the change returns it", async () => {
    const canary = "canary-4711";
    const user = { id: "u", name: "山田", accountPassword: canary };
    const told = {
      before: user,
      after: { users: [{ ...user, password: canary }] },
      detail: { secretKey: canary, kept: 1 },
    };
    await session.change({ action: "users.edit", locks: [] }, async () => ({
      result: undefined,
      objects: [{ thing: "user", id: "u", name: "山田" }],
      ...told,
    }));
    expect(JSON.stringify(database().all("select * from audit"))).not.toContain(canary);
    expect(readAuditLog(database())).toMatchObject([
      { before: { id: "u", name: "山田" }, after: { users: [{ id: "u", name: "山田" }] }, detail: { kept: 1 } },
    ]);
  });

  test("is chained, even for simultaneous changes in one or two processes", async () => {
    const other = open("somebody");
    await Promise.all([add(session), add(other), add(session), add(other)]);
    expect(readAuditLog(database()).map(({ objects }) => (objects as { id: string }[]).map(({ id }) => id))).toEqual(
      [1, 2, 3, 4].map((at) => [`id ${at}`, "its box"]),
    );
    const { hashes, chain } = computeAuditHashes(database());
    expect(hashes).toEqual(chain);
  });

  test("does not exist for bookkeeping, which still counts as a change", async () => {
    await add(session, { action: null });
    expect([readAuditLog(database()), things(), revisions()]).toEqual([[], ["made 1"], ["answers 1"]]);
  });
});

test("a failed change leaves no trace", async () => {
  await add(session);
  const before = [readAuditLog(database()), things(), revisions()];
  await expect(asked(failing, KEY)).rejects.toThrow(RangeError);
  expect([readAuditLog(database()), things(), revisions()]).toEqual(before);
  expect(database().all("select * from repeatable")).toEqual([]);
});

test("a waiting change is cancelled by its signal", async () => {
  open();
  opened[1]?.exec("begin immediate");
  expect((await failureOf(add(session, { signal: AbortSignal.abort() })))?.code).toBe("interrupted");
  opened[1]?.exec("rollback");
  expect(things()).toEqual([]);
});

describe("a request that may be repeated", () => {
  test("is done once and returns the same result, even in a later process and if the record is gone", async () => {
    const thing = await addOnce();
    expect(await addOnce()).toEqual(thing);
    database().exec("update thing set id = 'elsewhere'");
    expect(await addOnce(KEY, open("somebody"))).toEqual(thing);
    expect([things(), revisions(), readAuditLog(database())]).toMatchObject([["made 1"], ["answers 1"], [{}]]);
  });

  test.each([
    ["no key", undefined],
    ["another key", { ...KEY, key: "b" }],
    ["another route", { ...KEY, route: "/v1/boxes" }],
  ])("is a different request with %s", async (_, other) => {
    await addOnce();
    expect(await asked(add, other)).toEqual({ id: "id 2", name: "made 2" });
  });

  test("is done once if it arrives twice at the same time, in one or two processes", async () => {
    const there = open("somebody");
    const other = { ...KEY, key: "b" };
    const answers = await Promise.all([
      addOnce(),
      addOnce(KEY, there),
      addOnce(other),
      addOnce(),
      addOnce(other, there),
    ]);
    expect(new Set(answers.map(({ name }) => name))).toEqual(new Set(["made 1", "made 2"]));
    expect([answers[1], answers[3], answers[4]]).toEqual([answers[0], answers[0], answers[2]]);
    expect([things().length, readAuditLog(database()).length]).toEqual([2, 2]);
  });

  test("is rejected and does nothing if its key was used with other content", async () => {
    const thing = await addOnce();
    const refused = await failureOf(addOnce({ ...KEY, fingerprint: "g" }));
    expect([refused?.code, refused?.where]).toEqual(["usage", "idempotency-key"]);
    expect([things(), revisions(), readAuditLog(database())]).toMatchObject([["made 1"], ["answers 1"], [{}]]);
    expect(await addOnce()).toEqual(thing);
  });

  test("is tried again if it failed", async () => {
    const outcomes = await Promise.allSettled([asked(failing, KEY), asked(failing, KEY), addOnce()]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(things()).toEqual(["made 1"]);
  });

  test("is forgotten after a day, when the next one is stored", async () => {
    const later = (ms: number, key: string): Promise<RecordType> => {
      time = START + ms;
      return addOnce({ ...KEY, key });
    };
    await later(0, "a");
    await later(DAY_MS, "b");
    expect(await later(DAY_MS, "a")).toMatchObject({ name: "made 1" });
    await later(DAY_MS + 1, "c");
    expect(await later(DAY_MS + 1, "a")).toMatchObject({ name: "made 4" });
  });
});
