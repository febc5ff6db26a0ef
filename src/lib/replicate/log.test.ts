import { createHash, randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { PostgresProxy } from "#support/postgres/proxy.ts";
import { describeWithPostgres, PostgresServer } from "#support/postgres/server.ts";
import type { LogEntry, LogHead } from "../tenant/store/change-log.ts";
import type { Content, PostgresLog } from "./log.ts";
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

const readAll = async (log: PostgresLog, after = 0): Promise<readonly LogEntry[]> => {
  const entries = await log.read(after);
  return entries.length === 0 ? [] : [...entries, ...(await readAll(log, after + entries.length))];
};

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
const retry = async <T>(work: () => Promise<T>, reason?: string): Promise<T> => {
  for (let tries = 0; tries < 30; tries++) {
    try {
      return await work();
    } catch (error) {
      if (reason !== undefined && String(error).includes(reason)) throw error;
      await sleep(10);
    }
  }
  return work();
};

describeWithPostgres("a log in PostgreSQL", () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  let store: TenantStore;
  let log: PostgresLog;
  let [id, own] = ["", ""];
  let tenants = 0;

  const open = async (options: Partial<StoreOptions> = {}, port = server.port) => {
    const { environment } = server;
    const opened = await TenantStore.open(server.url(port), { keys: KEYS, environment, ...options });
    onTestFinished(() => opened.close());
    return opened;
  };
  const openProxy = async () => {
    const proxy = await PostgresProxy.open(server.port);
    onTestFinished(() => proxy.close());
    return proxy;
  };
  const alter = (sql: string) => retry(() => admin.query(sql));
  const count = async (of: string) =>
    (await admin.query<{ n: number }>(`select count(*)::int as n from ${of}`)).rows[0]?.n;
  const SESSIONS = "pg_stat_activity where application_name = '' and backend_type = 'client backend'";
  const killSessions = () => alter(`select pg_terminate_backend(pid, 60000) from ${SESSIONS}`);

  beforeAll(async () => {
    server = await PostgresServer.open();
    const config = { host: "127.0.0.1", port: server.port, user: "postgres", password: server.environment.PGPASSWORD };
    admin = new pg.Pool({ ...config, application_name: "admin", max: 1 }).on("error", () => undefined);
    store = await TenantStore.create(server.url(), { keys: KEYS, environment: server.environment });
  });
  afterAll(async () => {
    await Promise.all([store.close(), admin.end()]);
    await server.close();
  });
  beforeEach(async () => {
    tenants += 1;
    id = `客先-${tenants}'$1`;
    own = pg.escapeLiteral(id);
    await store.add(id, BIRTH, split(Buffer.from("a file")));
    log = store.log(id);
  });

  test("has what was committed, in order, and excludes others from a turn", async () => {
    const other = (await open()).log(id);
    expect(await log.head()).toEqual(BIRTH);
    const turn = await takeTurn(log);
    expect(turn.head).toEqual(BIRTH);
    expect(await other.tryTurn()).toBeUndefined();
    const [first, upgrade] = [follow(BIRTH, "a", true), { ...follow(follow(BIRTH, "a", true), ""), schema: 2 }];
    // the second part does not wait for the first
    await Promise.all([turn.append(first), turn.append(upgrade)]);
    expect(await other.head()).toEqual(BIRTH);
    expect(await other.read(0)).toEqual([]);
    await turn.commit();
    await turn.abandon();
    expect(await other.head()).toEqual({ seq: 2, hash: upgrade.hash, schema: 2 });
    expect(await other.read(0)).toEqual([first, upgrade]);
    expect(await other.read(1)).toEqual([upgrade]);
    const given = await takeTurn(other);
    await given.append(follow(given.head));
    await given.abandon();
    await given.abandon();
    expect((await takeTurn(log)).head.seq).toBe(2);
  });

  test("an unknown tenant is named, and one that exists is not added again", async () => {
    const unknown = { code: "not-found", where: "nobody" };
    const nobody = store.log("nobody");
    for (const ask of [() => nobody.head(), () => nobody.tryTurn(), () => nobody.findStanding(BIRTH)])
      await expect(ask()).rejects.toMatchObject(unknown);
    await expect(nobody.getSnapshot().next()).rejects.toMatchObject(unknown);
    await expect(store.add(id, BIRTH, split(Buffer.of(1)))).rejects.toMatchObject({
      code: "input-rejected",
      where: id,
    });
    expect(await join(log.getSnapshot())).toEqual(Buffer.from("a file"));
  });

  test("a tenant that is taken out is gone with all that it had, also for who waits for it", async () => {
    await append(log);
    const turn = await takeTurn(log);
    await turn.remove();
    await turn.commit();
    await expect(log.tryTurn()).rejects.toMatchObject({ code: "not-found" });
    for (const table of ["entry", "snapshot", "part"])
      expect(await count(`clomoctl.${table} where tenant = ${own}`)).toBe(0);
    const back: LogHead = { seq: 7, hash: "of its file", schema: 3 };
    await store.add(id, back, split(Buffer.from("again")));
    expect(await log.head()).toEqual(back);
    expect((await append(log)).before).toBe("of its file");
  });

  test("an entry that does not follow the head is not committed, also if nobody waited for it", async () => {
    const [, second] = [await append(log), await append(log)];
    for (const wrong of [follow(BIRTH), second, follow(follow(second)), { ...follow(second), before: "another" }]) {
      const turn = await takeTurn(log);
      void turn.append(wrong);
      await expect(turn.commit()).rejects.toMatchObject(AWAY);
    }
    expect(await log.read(0)).toHaveLength(2);
    expect(await append(log)).toMatchObject({ seq: 3 });
  });

  const KILLS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["the session is ended", () => killSessions()],
    [
      "PostgreSQL crashes",
      async () => {
        await server.stop();
        await expect(log.head()).rejects.toMatchObject(AWAY);
        await expect(log.tryTurn()).rejects.toMatchObject(AWAY);
        await server.start();
      },
    ],
  ];
  test.each(KILLS)("%s: nothing is kept before the commit, and then all goes on", async (_, kill) => {
    const before = await retry(() => takeTurn(log));
    await kill();
    await expect(before.append(follow(before.head))).rejects.toMatchObject(AWAY);
    await expect(before.commit()).rejects.toMatchObject(AWAY);
    const after = await retry(() => takeTurn(log));
    await after.append(follow(after.head));
    await kill();
    await expect(after.commit()).rejects.toMatchObject(AWAY);
    await after.abandon();
    const abandoned = await retry(() => takeTurn(log));
    await kill();
    await abandoned.abandon();
    expect(await retry(() => append(log))).toMatchObject({ seq: 1 });
    expect(await readAll(log)).toHaveLength(1);
  });

  test.each([
    ["before", "behind", 0],
    ["after", "current", 1],
  ] as const)("if the connection ends %s the commit, nobody knows, but the log tells", async (at, _, seq) => {
    const proxy = await openProxy();
    const cut = (await open({}, proxy.port)).log(id);
    const turn = await takeTurn(cut);
    const entry = follow(turn.head);
    await turn.append(entry);
    proxy.cutAt("commit", at);
    await expect(turn.commit()).rejects.toMatchObject(AWAY);
    await turn.abandon();
    expect((await log.head()).seq).toBe(seq);
    expect(await cut.findStanding(entry)).toBe(seq === 1 ? "current" : "foreign");
    expect(await append(cut)).toMatchObject({ seq: seq + 1 });
  });

  test("who gave no sign of life loses the turn, and cannot write any more", async () => {
    const slow = (await open({ limits: { idleMs: 100 } })).log(id);
    const turn = await takeTurn(slow);
    // this process stands still until the database has ended the session
    const wait = `const { Client } = require("pg");
      const client = new Client({ host: "127.0.0.1", port: ${server.port}, user: "postgres", password: process.env.PGPASSWORD });
      const look = () => client.query("select from pg_stat_activity where state = 'idle in transaction'").then(({ rowCount }) => rowCount > 0 && look());
      client.connect().then(look).then(() => client.end())`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", wait], { env: server.environment, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    const other = await append(log);
    await expect(turn.append(follow(turn.head))).rejects.toMatchObject(AWAY);
    await expect(turn.commit()).rejects.toMatchObject(AWAY);
    expect(await log.head()).toMatchObject({ seq: 1, hash: other.hash });
  });

  test("who works for a long time keeps the turn, through a pooler, too", async () => {
    const proxy = await openProxy();
    const pooled = await open({ limits: { idleMs: 9000, maxUses: 1 } }, proxy.port);
    const own = pooled.log(id);
    const turn = await takeTurn(own);
    const isBeat = ([, body]: readonly [string, string]) => body === "select 1\0";
    await expect.poll(() => proxy.messages().flat().filter(isBeat).length).toBeGreaterThan(0);
    await turn.append(follow(turn.head));
    await turn.commit();
    await own.putSnapshot(await own.head(), split(Buffer.from("x")));
    await join(own.getSnapshot());
    await Promise.all([pooled.list(), pooled.now(), own.read(0), pooled.removeOldEntries()]);
    await pooled.listWithoutSnapshot();
    const connections = proxy.messages();
    expect(connections.length).toBeGreaterThan(8);
    for (const messages of connections) {
      // a statement with a name, or a setting beyond a transaction, would be of another client's session
      expect(messages.filter(([type]) => type === "P").every(([, body]) => body.startsWith("\0"))).toBe(true);
      expect(messages.filter(([, body]) => /\bset (?!local )/.test(body.replaceAll(/update .* set/g, "")))).toEqual([]);
    }
  });

  test("200 writes of 3 processes at the same time: no gap, no fork, nothing twice", async () => {
    const logs = [log, (await open()).log(id), (await open()).log(id)];
    const written: LogEntry[] = [];
    let last = 0;
    const write = async (own: PostgresLog, worker: number): Promise<void> => {
      while (last < 200) {
        const turn = await own.tryTurn();
        if (turn === undefined) {
          await sleep(worker);
          continue;
        }
        const [first, second] = [follow(turn.head, `${worker}`, true), follow(follow(turn.head, `${worker}`, true))];
        void turn.append(first);
        await turn.append(second);
        if (randomBytes(1).readUInt8() < 50) {
          await turn.abandon();
          continue;
        }
        await turn.commit();
        written.push(first, second);
        last = second.seq;
      }
    };
    await Promise.all([...logs, ...logs, ...logs].map(write));
    const entries = await readAll(log);
    expect(entries).toEqual(written.toSorted((one, other) => one.seq - other.seq));
    for (const [at, { seq, before }] of entries.entries())
      expect([seq, before]).toEqual([at + 1, entries[at - 1]?.hash ?? ""]);
  });

  test("large entries are read some at a time", async () => {
    const turn = await takeTurn(log);
    let head = turn.head;
    for (let n = 0; n < 5; n++) {
      const entry = follow(head, randomBytes(2_200_000).toString("base64"), n < 4);
      await turn.append(entry);
      head = entry;
    }
    await turn.commit();
    const counts = [];
    for (let at = 0; at < 5; at += counts.at(-1) ?? 5) counts.push((await log.read(at)).length);
    expect(counts).toEqual([4, 1]);
  });

  const CHANGES = "changes = (select changes from clomoctl.entry as e where";
  test.each([
    [
      "a bit is flipped",
      "changes = set_byte(changes, length(changes) - 1, get_byte(changes, length(changes) - 1) # 1)",
    ],
    ["the key's name is another", "changes = set_byte(changes, 2, get_byte(changes, 2) # 1)"],
    ["the contents are of another entry", `${CHANGES} e.tenant = $1 and e.seq = 1)`],
    ["the contents are of another tenant", `${CHANGES} e.tenant <> $1 order by e.tenant limit 1)`],
    ["another schema is written", "schema = 2"],
    ["another entry is said to be before", "before = 'x'"],
    ["another hash is written", "hash = 'x'"],
    ["the end of a write is moved", "continues = true"],
    ["nothing is left", "changes = ''"],
  ])("an entry is refused if %s", async (_, change) => {
    await append(log, "first");
    await append(log, "second");
    await alter(`update clomoctl.entry set ${change.replaceAll("$1", own)} where tenant = ${own} and seq = 2`);
    await expect(log.read(0)).rejects.toMatchObject({ code: "unavailable", where: `${id}: entry 2` });
  });

  test("a snapshot of 20 MB is the same for another process, beside writes", async () => {
    const bytes = randomBytes(20_000_000);
    const at = await append(log);
    const turn = await takeTurn(log);
    expect(await log.putSnapshot(at, split(bytes))).toBe(true);
    await turn.append(follow(at));
    await turn.commit();
    expect(await log.putSnapshot(at, split(Buffer.from("again")))).toBe(false);
    expect(await log.putSnapshot(BIRTH, split(Buffer.from("older")))).toBe(false);
    expect((await join((await open()).log(id).getSnapshot())).equals(bytes)).toBe(true);
    expect(await store.list(id)).toEqual([{ id, ...(await log.head()), snapshot: 1 }]);
    expect(await count(`clomoctl.snapshot where tenant = ${own}`)).toBe(1);
  });

  const SWAP = "update clomoctl.part as p set bytes = o.bytes from clomoctl.part as o where o.tenant = p.tenant and";
  test.each([
    ["lacks its end", "delete from clomoctl.part as p where n = 2"],
    ["lacks a part", "delete from clomoctl.part as p where n = 1"],
    ["has parts in another order", `${SWAP} o.n = 1 - p.n`],
  ])("a snapshot that %s is refused, and a source that fails leaves none", async (_, change) => {
    const failing = async function* (): Content {
      yield randomBytes(9_000_000);
      throw new Error("disk");
    };
    await expect(log.putSnapshot(await append(log), failing())).rejects.toThrow("disk");
    expect(await join(log.getSnapshot())).toEqual(Buffer.from("a file"));
    await log.putSnapshot(await log.head(), split(randomBytes(9_000_000)));
    await alter(`${change} and p.tenant = ${own}`);
    const where = expect.stringContaining(`${id}: part`) as string;
    await expect(join(log.getSnapshot())).rejects.toMatchObject({ code: "unavailable", where });
  });

  test("says where a file stands, and never takes one that the log does not have", async () => {
    const [first, second] = [await append(log), await append(log)];
    const forks = [first, second].map((head) => ({ ...head, hash: "fork" }));
    const heads = [BIRTH, first, second, ...forks, follow(second), { seq: Infinity, hash: "" }];
    const list = () => Promise.all(heads.map((head) => log.findStanding(head)));
    expect(await list()).toEqual(["behind", "behind", "current", "foreign", "foreign", "foreign", "foreign"]);
    const refused = { code: "unavailable", where: id };
    await expect(log.putSnapshot(follow(second), split(Buffer.of(1)))).rejects.toMatchObject(refused);
    const turn = await takeTurn(log);
    const replaced = follow(second);
    await turn.replace(replaced, split(Buffer.from("another file")));
    await turn.commit();
    expect(await list()).toEqual(["outdated", "outdated", "outdated", "foreign", "foreign", "current", "foreign"]);
    expect(await join(log.getSnapshot())).toEqual(Buffer.from("another file"));
    const last = await append(log);
    expect(await log.read(3)).toEqual([last]);
    await expect(log.read(1)).rejects.toMatchObject(refused);
    await alter(`delete from clomoctl.entry where tenant = ${own} and seq < 3`);
    expect(await list()).toEqual(["outdated", "outdated", "outdated", "outdated", "outdated", "behind", "foreign"]);
  });

  test("old entries go only if a snapshot has them, and a long or old tail needs a snapshot", async () => {
    const keeping = await open({ keepMs: 1_000_000 });
    const needs = async (tail?: { entries: number; bytes: number }) =>
      (await keeping.listWithoutSnapshot(tail)).some((one) => one.id === id);
    await append(log);
    const second = await append(log);
    const third = await append(log);
    expect(await needs()).toBe(false);
    expect(await needs({ entries: 4, bytes: 1e9 })).toBe(false);
    expect(await needs({ entries: 3, bytes: 1e9 })).toBe(true);
    expect(await needs({ entries: 4, bytes: 100 })).toBe(true);
    await alter(`update clomoctl.entry set at = now() - interval '1 hour' where tenant = ${own}`);
    expect(await needs()).toBe(true);
    await keeping.removeOldEntries();
    expect(await readAll(log)).toHaveLength(3);
    await log.putSnapshot(second, split(Buffer.from("x")));
    await keeping.removeOldEntries();
    expect(await log.read(2)).toEqual([third]);
    await log.putSnapshot(third, split(Buffer.from("x")));
    expect(await needs()).toBe(false);
  });

  test("a key is replaced while servers run: what the former one sealed is read until it is gone", async () => {
    const next = Buffer.alloc(32, 2);
    await append(log, "with the former key");
    await expect(open({ keys: { current: next } })).rejects.toMatchObject({ code: "unavailable", where: "store" });
    const both = await open({ keys: { current: next, previous: KEYS.current }, keepMs: 0 });
    onTestFinished(async () => void (await open({ keys: { current: KEYS.current, previous: next } })));
    expect(String((await both.log(id).read(0))[0]?.changes)).toBe("with the former key");
    const isNamed = async () =>
      (await both.listWithoutSnapshot({ entries: 9, bytes: 1e9 })).some((one) => one.id === id);
    expect(await isNamed()).toBe(true);
    await both.log(id).putSnapshot(await log.head(), split(Buffer.from("x")));
    await both.removeOldEntries();
    await append(both.log(id), "with the new key");
    const only = (await open({ keys: { current: next } })).log(id);
    expect(await join(only.getSnapshot())).toEqual(Buffer.from("x"));
    expect(String((await only.read(1))[0]?.changes)).toBe("with the new key");
    await expect(log.read(1)).rejects.toMatchObject({ where: `${id}: entry 2` });
  });

  test("time is the database's, the same for all computers", async () => {
    const { rows } = await admin.query<{ now: Date }>("select now()");
    expect((await store.now()).getTime()).toBeGreaterThanOrEqual(rows[0]?.now.getTime() ?? Infinity);
  });

  const [VERSION, ROLE] = ["update clomoctl.store set version =", "alter role postgres"];
  const RENAME = ["alter schema clomoctl rename to other", "alter schema other rename to clomoctl"] as const;
  test.each([
    ["create", "already has tables", "select 1", "select 1"],
    ["open", "another version", `${VERSION} 2`, `${VERSION} 1`],
    ["open", "synchronous_commit", `${ROLE} set synchronous_commit = off`, `${ROLE} reset synchronous_commit`],
    ["open", "no tables of clomoctl", ...RENAME],
  ] as const)("to %s a store is refused: %s", async (way, reason, before, after) => {
    await alter(before);
    onTestFinished(async () => void (await alter(after)));
    const refused = TenantStore[way](server.url(), { keys: KEYS, environment: server.environment });
    await expect(refused).rejects.toMatchObject({
      code: "input-rejected",
      where: `127.0.0.1:${server.port}/postgres`,
      what: { en: expect.stringContaining(reason) as string },
    });
  });

  test("who cannot enter is told why, and where", async () => {
    const refuse = (address: string, password = server.environment.PGPASSWORD) =>
      TenantStore.open(address, { keys: KEYS, environment: { PGPASSWORD: password } }).catch((error: unknown) => error);
    const failure = (reason: string) => ({
      code: "unavailable",
      what: { en: expect.stringContaining(reason) as string },
    });
    expect(await refuse(server.url(), "wrong")).toMatchObject(failure("password authentication failed"));
    expect(await refuse(`${server.url()}?sslmode=verify-full`)).toMatchObject(failure("does not support SSL"));
    expect(await refuse(server.url(1))).toMatchObject({ code: "unavailable", where: "127.0.0.1:1/postgres" });
  });

  test("a standby is not read, as it may be behind", async () => {
    await alter("alter role postgres set default_transaction_read_only = on");
    onTestFinished(async () => void (await alter("alter role postgres reset default_transaction_read_only")));
    await killSessions();
    await expect(retry(() => log.head(), "standby")).rejects.toMatchObject(AWAY);
    await expect(log.tryTurn()).rejects.toMatchObject(AWAY);
  });
});
