import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { describeWithPostgres, PostgresServer } from "#support/postgres/server.ts";
import type { LogEntry, LogHead } from "../tenant/store/change-log.ts";
import type { PostgresLog } from "./log.ts";
import type { Content } from "./parts.ts";
import { Connections } from "./postgres.ts";
import { TenantStore, type StoreOptions } from "./store.ts";

const BIRTH: LogHead = { seq: 0, hash: "", schema: 1 };
const KEYS = { current: Buffer.alloc(32, 1) };
/** What every caller sees while the database cannot be used: a status of 503 that says when to try again. */
const AWAY = { code: "unavailable", status: 503, retryAfterMs: expect.any(Number) as number };

const follow = ({ seq, hash, schema }: LogHead, text = `change ${seq + 1}`, continues = false): LogEntry => {
  const changes = Buffer.from(text);
  const entry = { seq: seq + 1, before: hash, schema, continues };
  return { ...entry, hash: createHash("sha256").update(JSON.stringify(entry)).update(changes).digest("hex"), changes };
};

async function* split(bytes: Uint8Array, size = 1_000_000): Content {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const join = async (content: Content): Promise<Buffer> => Buffer.concat(await Array.fromAsync(content));

const takeTurn = async (log: PostgresLog) => {
  const turn = await log.tryTurn();
  if (turn === undefined) throw new Error("another one has the turn");
  onTestFinished(() => turn.abandon());
  return turn;
};

const append = async (log: PostgresLog, text?: string): Promise<LogEntry> => {
  const turn = await takeTurn(log);
  const entry = follow(turn.head, text);
  await turn.append(entry);
  await turn.commit();
  return entry;
};

/** Connections of a pool that were ended are noticed by their next use. */
const retry = <T>(work: () => Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 60_000, interval: 10 });

describeWithPostgres("a log in PostgreSQL", () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  let store: TenantStore;
  let log: PostgresLog;
  let [id, own] = ["", ""];
  let tenants = 0;

  const open = async (options: Partial<StoreOptions> = {}) => {
    const opened = await TenantStore.open(server.url(), { keys: KEYS, environment: server.environment, ...options });
    onTestFinished(() => opened.close());
    return opened;
  };
  const alter = <R extends pg.QueryResultRow>(sql: string) => retry(() => admin.query<R>(sql));
  const SESSIONS = "pg_stat_activity where application_name = '' and backend_type = 'client backend'";
  const killSessions = () => alter(`select pg_terminate_backend(pid, 60000) from ${SESSIONS}`);

  beforeAll(async () => {
    server = await PostgresServer.open();
    const password = server.environment.PGPASSWORD;
    admin = new pg.Pool({ host: server.folder, user: "postgres", password, application_name: "admin", max: 1 });
    admin.on("error", () => undefined);
    store = await TenantStore.open(server.url(), { keys: KEYS, environment: server.environment }, "create");
  });
  afterAll(async () => {
    await Promise.all([store.close(), admin.end()]);
    await server.close();
  });
  beforeEach(async () => {
    tenants += 1;
    id = `客先-${tenants}'$1`;
    own = pg.escapeLiteral(id);
    await retry(() => store.add(id, BIRTH, split(Buffer.from("a file"))));
    log = store.log(id);
  });

  test("has what was committed, in order, and excludes others from a turn", async () => {
    const other = (await open()).log(id);
    const turn = await takeTurn(log);
    expect(turn.head).toEqual(BIRTH);
    expect(await other.tryTurn()).toBeUndefined();
    const [first, upgrade] = [follow(BIRTH, "a", true), { ...follow(follow(BIRTH, "a", true), ""), schema: 2 }];
    // the second part does not wait for the first
    await Promise.all([turn.append(first), turn.append(upgrade)]);
    expect([await other.head(), await other.read(0)]).toEqual([BIRTH, []]);
    await turn.commit();
    await turn.abandon();
    expect(await other.head()).toEqual({ seq: 2, hash: upgrade.hash, schema: 2 });
    expect([await other.read(0), await other.read(1)]).toEqual([[first, upgrade], [upgrade]]);
    const given = await takeTurn(other);
    await given.append(follow(given.head));
    await given.abandon();
    await given.abandon();
    await expect(given.append(follow(given.head))).rejects.toThrow("over");
    expect((await takeTurn(log)).head.seq).toBe(2);
  });

  test("a tenant that is taken out is gone with all that it had; one that exists is not added", async () => {
    const add = (head: LogHead) => store.add(id, head, split(Buffer.from("again")));
    await append(log);
    await expect(add(BIRTH)).rejects.toMatchObject({ code: "input-rejected", where: id });
    const turn = await takeTurn(log);
    await turn.remove();
    await turn.commit();
    const unknown = { code: "not-found", where: id };
    for (const ask of [() => log.head(), () => log.tryTurn(), () => log.getSnapshot().next()])
      await expect(ask()).rejects.toMatchObject(unknown);
    const back: LogHead = { seq: 7, hash: "of its file", schema: 3 };
    await add(back);
    expect([await log.head(), await log.read(0)]).toEqual([back, []]);
    expect((await append(log)).before).toBe("of its file");
  });

  test("an entry that does not follow the head is not committed, also if nobody waited for it", async () => {
    const [, second] = [await append(log), await append(log)];
    for (const wrong of [follow(BIRTH), second, follow(follow(second)), { ...follow(second), before: "another" }]) {
      const turn = await takeTurn(log);
      turn.append(wrong).catch(() => undefined);
      await expect(turn.commit()).rejects.toMatchObject(AWAY);
    }
    expect(await append(log)).toMatchObject({ seq: 3 });
  });

  const crash = async () => {
    await server.stop();
    for (const ask of [() => log.head(), () => log.tryTurn()]) await expect(ask()).rejects.toMatchObject(AWAY);
    await server.start();
  };
  test.each([
    ["the session is ended", killSessions],
    ["PostgreSQL crashes", crash],
  ])("%s: nothing is kept before the commit, and then all goes on", async (_, kill) => {
    const before = await retry(() => takeTurn(log));
    await kill();
    await expect(before.append(follow(before.head))).rejects.toMatchObject(AWAY);
    await expect(before.commit()).rejects.toMatchObject(AWAY);
    const after = await retry(() => takeTurn(log));
    await after.append(follow(after.head));
    await kill();
    await expect(after.commit()).rejects.toMatchObject(AWAY);
    expect(await retry(() => append(log))).toMatchObject({ seq: 1 });
    expect(await log.read(0)).toHaveLength(1);
  });

  test("if the connection ends during the commit, nobody knows, but the log tells", async () => {
    const name = (standby: string) => alter(`alter system set synchronous_standby_names = '${standby}'`);
    await name("nobody");
    await crash();
    const turn = await retry(() => takeTurn(log));
    const entry = follow(turn.head);
    await turn.append(entry);
    // PostgreSQL writes the commit, then waits for a standby that does not exist
    const committed = turn.commit();
    committed.catch(() => undefined);
    const end = "select pg_terminate_backend(pid, 60000) from pg_stat_activity where wait_event = 'SyncRep'";
    await expect.poll(async () => (await alter(end)).rowCount, { timeout: 60_000 }).toBe(1);
    await expect(committed).rejects.toMatchObject(AWAY);
    await name("");
    await alter("select pg_reload_conf()");
    expect(await retry(() => log.findStanding(entry))).toBe("copy");
    expect(await append(log)).toMatchObject({ seq: 2 });
  });

  test("who gives no sign of life loses the turn, and cannot write any more", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    const turn = await takeTurn((await open({ idleMs: 100 })).log(id));
    vi.useRealTimers();
    const other = await retry(() => append(log));
    await expect(turn.append(follow(turn.head))).rejects.toMatchObject(AWAY);
    await expect(turn.commit()).rejects.toMatchObject(AWAY);
    expect(await log.head()).toMatchObject({ seq: 1, hash: other.hash });
  });

  test("a command may compute for a long time in its turn", async () => {
    const turn = await (await open({ idleMs: 100 })).log(id).tryTurn("wait");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    if (turn === undefined) throw new Error("another one has the turn");
    await turn.append(follow(turn.head));
    await turn.commit();
    expect(await log.head()).toMatchObject({ seq: 1 });
  });

  test("who works for a long time keeps the turn, and a session has no state that a pooler would lose", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const query = vi.spyOn(pg.Client.prototype, "query");
    onTestFinished(() => query.mockRestore());
    const pooled = await open({ idleMs: 9000 });
    const turn = await takeTurn(pooled.log(id));
    vi.advanceTimersByTime(3001);
    expect(query.mock.calls.at(-1)?.[0]).toBe("select 1");
    await turn.append(follow(turn.head));
    await turn.commit();
    await pooled.log(id).putSnapshot(await log.head(), split(Buffer.from("x")));
    await join(pooled.log(id).getSnapshot());
    await Promise.all([pooled.list(), pooled.now(), pooled.removeOld(30), pooled.listWithoutSnapshot(30)]);
    const texts = query.mock.calls.map(([text]: readonly unknown[]) => text);
    expect(texts.length).toBeGreaterThan(12);
    // an object could have a name, and be a prepared statement
    const kept = /(?<!update \S+ )\bset (?!local )|\b(?:listen|lock) /;
    expect(texts.filter((text) => typeof text !== "string" || kept.test(text))).toEqual([]);
  });

  test("200 writes of 3 processes at the same time: no gap, no fork, nothing twice", async () => {
    const logs = [log, (await open()).log(id), (await open()).log(id)];
    const written: LogEntry[] = [];
    const write = async (own: PostgresLog, worker: number): Promise<void> => {
      while (written.length < 200) {
        const turn = await own.tryTurn();
        if (turn === undefined) {
          await sleep(worker);
          continue;
        }
        const [first, second] = [follow(turn.head, `${worker}`, true), follow(follow(turn.head, `${worker}`, true))];
        await Promise.all([turn.append(first), turn.append(second)]);
        if (randomBytes(1).readUInt8() < 50) await turn.abandon();
        else await turn.commit().then(() => written.push(first, second));
      }
    };
    await Promise.all([...logs, ...logs, ...logs].map(write));
    const entries = await log.read(0);
    expect(entries).toEqual(written.toSorted((one, other) => one.seq - other.seq));
    for (const [at, { seq, before }] of entries.entries())
      expect([seq, before]).toEqual([at + 1, entries[at - 1]?.hash ?? ""]);
  });

  test("large entries are read some at a time", async () => {
    for (let n = 0; n < 5; n++) await append(log, randomBytes(2_200_000).toString("base64"));
    expect([(await log.read(0)).length, (await log.read(4)).length]).toEqual([4, 1]);
  });

  const CHANGES = "changes = (select changes from clomoctl.entry as e where";
  test.each([
    ["a bit is flipped", "changes = set_bit(changes, 99, 1 - get_bit(changes, 99))"],
    ["the contents are of another entry", `${CHANGES} e.tenant = $1 and e.seq = 1)`],
    ["the contents are of another tenant", `${CHANGES} e.tenant <> $1 order by e.tenant limit 1)`],
    ["nothing is left", "changes = ''"],
  ])("an entry is refused if %s", async (_, change) => {
    await append(log, "first");
    await append(log, "second");
    await alter(`update clomoctl.entry set ${change.replaceAll("$1", own)} where tenant = ${own} and seq = 2`);
    await expect(log.read(0)).rejects.toMatchObject({
      code: "unavailable",
      where: `${id} entry 2`,
    });
  });

  const SWAP = "update clomoctl.part as p set bytes = o.bytes from clomoctl.part as o where o.tenant = p.tenant and";
  test.each([
    ["lacks its end", "delete from clomoctl.part as p where length(bytes) < 99"],
    ["lacks a part", "delete from clomoctl.part as p where n = 1"],
    ["has parts in another order", `${SWAP} o.n = 1 - p.n`],
  ])("a snapshot of 20 MB is the same for others, beside writes; one that %s is refused", async (_, change) => {
    const bytes = randomBytes(20_000_000);
    const failing = async function* (): Content {
      yield* split(bytes);
      throw new Error("disk");
    };
    const at = await append(log);
    await expect(log.putSnapshot(at, failing())).rejects.toThrow("disk");
    expect(await join(log.getSnapshot())).toEqual(Buffer.from("a file"));
    const turn = await takeTurn(log);
    expect(await log.putSnapshot(at, split(bytes))).toBe(true);
    await turn.append(follow(at));
    await turn.commit();
    for (const head of [at, BIRTH, { ...follow(at), hash: "fork" }])
      expect(await log.putSnapshot(head, split(Buffer.from("not newer")))).toBe(false);
    expect((await join((await open()).log(id).getSnapshot())).equals(bytes)).toBe(true);
    await alter(`${change} and p.tenant = ${own}`);
    const where = expect.stringContaining(`${id} part`) as string;
    await expect(join(log.getSnapshot())).rejects.toMatchObject({ code: "unavailable", where });
  });

  test("a snapshot is not stored for another tenant of this name, which was added meanwhile", async () => {
    const [at, other] = [await append(log), (await open()).log(id)];
    const replaced = vi.spyOn(Connections.prototype, "begin").mockImplementationOnce(async function (
      this: Connections,
      ...given
    ) {
      const turn = await takeTurn(other);
      await turn.remove();
      await turn.commit();
      await store.add(id, { ...BIRTH, hash: "of another file" }, split(Buffer.from("another")));
      return this.begin(...given);
    });
    onTestFinished(() => replaced.mockRestore());
    expect(await log.putSnapshot(at, split(Buffer.from("of the former")))).toBe(false);
    expect(String(await join(log.getSnapshot()))).toBe("another");
  });

  test("a plan is there for other servers until it is dropped, or a week has passed", async () => {
    const [plan, other] = [randomBytes(9_000_000), (await open()).log(id).shared];
    const has = async (name: string) => (await join(other.getPlan(name))).length;
    for (const name of ["a", "b", "c"]) await log.shared.keepPlan(name, split(plan));
    expect((await join(other.getPlan("a"))).equals(plan)).toBe(true);
    await other.dropPlan("a");
    await log.putSnapshot(await append(log), split(Buffer.from("newer")));
    const age = "case plan when 'c' then interval '7 days' else interval '9 days' end";
    await alter(`update clomoctl.part set at = now() - ${age} where tenant = ${own}`);
    await store.removeOld(30);
    expect([await has("a"), await has("b"), await has("c")]).toEqual([0, 0, plan.length]);
    expect(String(await join(log.getSnapshot()))).toBe("newer");
    await alter(`delete from clomoctl.part where tenant = ${own} and plan = 'c' and n = 1`);
    await expect(has("c")).rejects.toMatchObject({ code: "unavailable" });
  });

  test("attempts of all servers are counted together, at once or not, until their time is over", async () => {
    const servers = [log.shared, (await open()).log(id).shared];
    const limits = [
      { subject: "account", max: 5, minutes: 15 },
      { subject: "address", max: 6, minutes: 15 },
    ];
    const count = async (at: number, asked = limits) => servers[at % 2]?.countAttempt(asked);
    const first = await Promise.all(Array.from({ length: 12 }, (_, at) => count(at)));
    const refused = first.filter((waitMs) => waitMs !== undefined);
    expect(refused).toHaveLength(7);
    for (const waitMs of refused) expect(waitMs).toBeGreaterThan(14 * 60_000);
    const others = limits.slice(1);
    // a refused attempt is counted nowhere
    expect([await count(0, others), await count(1, others)]).toEqual([undefined, expect.any(Number)]);
    await store.removeOld(30);
    await servers[1]?.forgetAttempt(limits);
    expect([await count(0), await count(1)]).toEqual([undefined, expect.any(Number)]);
    await alter(`update clomoctl.attempt set until = now() where tenant = ${own}`);
    expect(await count(1)).toBeUndefined();
    expect(await alter(`select count from clomoctl.attempt where tenant = ${own}`)).toMatchObject({
      rows: [{ count: 1 }, { count: 1 }],
    });
  });

  test.each([
    ["a", "b"],
    ["b", "a"],
  ])("attempts of %s at %s are forgotten while others are counted", async (...subjects) => {
    const limits = subjects.map((subject) => ({ subject, max: 1000, minutes: 15 }));
    const attempt = async () => [await log.shared.countAttempt(limits), await log.shared.forgetAttempt(limits)];
    for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 10 }, attempt));
    const { rows } = await alter(`select from clomoctl.attempt where tenant = ${own} and count = 0`);
    expect(rows).toHaveLength(2);
  });

  test("says what a file is", async () => {
    const [first, second] = [await append(log), await append(log)];
    const forks = [first, second].map((head) => ({ ...head, hash: "fork" }));
    const list = () => Promise.all([BIRTH, first, second, ...forks, follow(second)].map((at) => log.findStanding(at)));
    expect(await list()).toEqual(["copy", "copy", "copy", "foreign", "foreign", "foreign"]);
    await alter(`delete from clomoctl.entry where tenant = ${own} and seq < 2`);
    expect(await list()).toEqual(["outdated", "copy", "copy", "foreign", "foreign", "foreign"]);
  });

  test("old entries go only if a snapshot has them, and a long or old tail needs a snapshot", async () => {
    const keeping = await open();
    const needs = async (entries?: number, bytes = 1e9) =>
      (await keeping.listWithoutSnapshot(2, entries === undefined ? undefined : { entries, bytes })).includes(id);
    const [, second, third] = [await append(log), await append(log), await append(log)];
    expect([await needs(), await needs(4), await needs(3), await needs(4, 100)]).toEqual([false, false, true, true]);
    await alter(`update clomoctl.entry set at = now() - interval '49 hours' where tenant = ${own}`);
    expect(await needs()).toBe(true);
    await keeping.removeOld(2);
    expect(await log.read(0)).toHaveLength(3);
    await log.putSnapshot(second, split(Buffer.from("x")));
    await keeping.removeOld(2);
    expect(await log.read(0)).toEqual([third]);
    await log.putSnapshot(third, split(Buffer.from("x")));
    expect(await needs()).toBe(false);
  });

  test("a key is replaced while servers run: what the former one sealed is read until it is gone", async () => {
    const next = Buffer.alloc(32, 2);
    await append(log, "with the former key");
    await expect(open({ keys: { current: next } })).rejects.toMatchObject({ code: "unavailable", where: "store" });
    const both = await open({ keys: { current: next, previous: KEYS.current } });
    onTestFinished(async () => void (await open({ keys: { current: KEYS.current, previous: next } })));
    expect(String((await both.log(id).read(0))[0]?.changes)).toBe("with the former key");
    const list = () => both.listWithoutSnapshot(30, { entries: 9, bytes: 1e9 });
    // servers with the former key do the same meanwhile
    expect(await list()).not.toContain(id);
    await alter(`update clomoctl.part set at = now() - interval '61 minutes' where tenant = ${own}`);
    expect(await list()).toContain(id);
    expect(await log.putSnapshot(await log.head(), split(Buffer.from("x")))).toBe(true);
    // nothing was written since
    expect(await both.log(id).putSnapshot(await log.head(), split(Buffer.from("x")))).toBe(true);
    expect(await both.log(id).putSnapshot(await log.head(), split(Buffer.from("y")))).toBe(false);
    await both.removeOld(0);
    await append(both.log(id), "with the new key");
    const only = (await open({ keys: { current: next } })).log(id);
    expect(await join(only.getSnapshot())).toEqual(Buffer.from("x"));
    expect(String((await only.read(1))[0]?.changes)).toBe("with the new key");
    await expect(log.read(1)).rejects.toMatchObject({ where: `${id} entry 2` });
  });

  const [VERSION, ROLE] = ["update clomoctl.store set version =", "alter role postgres"];
  const RENAME = ["alter schema clomoctl rename to other", "alter schema other rename to clomoctl"] as const;
  test.each([
    ["create", "has a store already", "select 1", "select 1"],
    ["open", "of this version", `${VERSION} 2`, `${VERSION} 1`],
    ["open", "synchronous_commit", `${ROLE} set synchronous_commit = off`, `${ROLE} reset synchronous_commit`],
    ["open", "no tables", ...RENAME],
  ] as const)("to %s a store is refused: %s", async (way, reason, before, after) => {
    await alter(before);
    onTestFinished(async () => void (await alter(after)));
    const options = { keys: KEYS, environment: server.environment };
    await expect(TenantStore.open(server.url(), options, way)).rejects.toMatchObject({
      code: "input-rejected",
      where: `${server.folder}:5432/postgres`,
      what: { en: expect.stringContaining(reason) as string },
    });
  });

  test.each([
    ["", "wrong", "password authentication failed"],
    ["&sslmode=verify-full", undefined, "does not support SSL"],
  ])("who cannot enter is told why, and where: %s %s", async (more, PGPASSWORD, reason) => {
    const opened = TenantStore.open(`${server.url()}${more}`, { keys: KEYS, environment: { PGPASSWORD } });
    const what = { en: expect.stringContaining(reason) as string };
    await expect(opened).rejects.toMatchObject({ code: "unavailable", where: `${server.folder}:5432/postgres`, what });
  });

  test("a standby is not read, as it may be behind", async () => {
    await alter("alter role postgres set default_transaction_read_only = on");
    onTestFinished(async () => void (await alter("alter role postgres reset default_transaction_read_only")));
    await killSessions();
    const standby = expect.objectContaining({ ...AWAY, message: expect.stringContaining("standby") as string });
    await retry(() => expect(log.head()).rejects.toEqual(standby));
    await expect(log.tryTurn()).rejects.toMatchObject(AWAY);
  });
});
