import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { describeWithPostgres, PostgresServer } from "#support/postgres/server.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { readFilePosition } from "../tenant/ledger/logged-file.ts";
import { SCHEMA_VERSION } from "../tenant/ledger/tenant-file.ts";
import { Database } from "../tenant/store/database.ts";
import { Store } from "../tenant/store/store.ts";
import { ServedStore } from "./served-store.ts";

const PROCESSES = { self: 1, place: "here", startOf: () => undefined, isAlive: () => true };

describeWithPostgres("a server's copy of a tenant", () => {
  const closing = new AsyncDisposableStack();
  const warn = vi.fn(() => Promise.resolve());
  let open: (way: "open" | "create", name?: string, program?: typeof ServedStore) => Promise<ServedStore>;
  let store: ServedStore;
  let copies: string;
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.open();
    closing.defer(() => server.close());
    const clock = { now: () => new Date(Date.now() - 3_600_000), elapsedMs: () => 1e9 + performance.now() };
    copies = join(server.folder, "home", "copies");
    open = async (way, name = "home", program = ServedStore) => {
      const folder = join(server.folder, name);
      const temporary = { temporaryFolder: join(folder, "tmp"), processes: PROCESSES };
      const home = { folder, tenants: folder, cache: folder, temporary: temporary.temporaryFolder, userId: undefined };
      return program.open(server.url(), way, {
        home,
        environment: server.environment,
        temporary,
        clock,
        warn,
        closing,
      });
    };
    store = await open("create");
  });
  afterAll(() => closing.disposeAsync());

  test("is another server's, if that has the same folder", async () => {
    await expect(open("open")).rejects.toMatchObject({ code: "locked", where: copies });
  });

  test("is not opened without the key of the store, which is not made anew", async () => {
    const missing = join(copies, "../../keyless/sealing.key");
    const refused = {
      code: "input-rejected",
      where: missing,
      hint: { en: expect.stringContaining("copy sealing.key") },
    };
    await expect(open("open", "keyless")).rejects.toMatchObject(refused);
    expect(existsSync(missing)).toBe(false);
  });

  /** Loads the program with what is mocked. */
  const openAnew = async (name: string): Promise<ServedStore> => {
    vi.resetModules();
    // other test files may run in this process
    onTestFinished(() => void vi.resetModules());
    const folder = join(copies, "../..", name);
    mkdirSync(folder);
    copyFileSync(join(copies, "../sealing.key"), join(folder, "sealing.key"));
    return open("open", name, (await import("./served-store.ts")).ServedStore);
  };

  const change = (path: string, sql: string) => {
    using database = new DatabaseSync(path);
    database.exec(sql);
  };
  const replaceByFolder = (path: string) => {
    rmSync(path);
    mkdirSync(path);
  };
  const [KEPT, ASIDE] = [[undefined, 0, 0] as const, [undefined, 1, 1] as const];
  test.each([
    ["current", () => undefined, KEPT],
    ["not a database", (path: string) => writeFileSync(path, "x".repeat(5000)), ASIDE],
    ["without a position", (path: string) => change(path, "drop table log_position"), ASIDE],
    ["of another log", (path: string) => change(path, "update log_position set hash = 'x'"), ASIDE],
    ["further than the log", (path: string) => change(path, "update log_position set seq = 9"), ASIDE],
    ["unreadable, as on a disk that fails", replaceByFolder, ["unexpected", 0, 0]],
  ] as const)("that is %s", async (about, spoil, outcome) => {
    warn.mockClear();
    const name = about.replaceAll(/\W+/g, "-");
    await using tenant = new TestTenant();
    await store.add(name, tenant.path);
    await store.prepare({ name });
    const path = join(copies, name, "tenant.db");
    const position = readFilePosition(path);
    spoil(path);
    const preparing = Promise.all([store.prepare({ name }), store.prepare({ name })]);
    const code = await preparing.then(
      () => undefined,
      (error: unknown) => error instanceof Failure && error.code,
    );
    const aside = readdirSync(copies).filter((file) => file.startsWith(`${name}.`)).length;
    expect([code, aside, warn.mock.calls.length]).toEqual(outcome);
    const found = tryOrUndefined(() => readFilePosition(path));
    expect(found).toEqual(code === undefined ? position : undefined);
  });

  test("has the time of the store, and is of a log of its own; one without a snapshot stops no other", async () => {
    await server.query("update clomoctl.part set bytes = '', at = now() - interval '2 days'");
    await store.keep(30);
    expect(warn).toHaveBeenCalledOnce();
    const [row] = await server.query("select extract(epoch from clock_timestamp())::float8 * 1000 as ms");
    expect(Math.abs(store.now().getTime() - Number(row?.["ms"]))).toBeLessThan(60_000);
    const heads = await Promise.all((await store.list()).map(({ log }) => log.head()));
    expect(new Set(heads.map(({ hash }) => hash)).size).toBe(heads.length);
  });

  test("is not put aside again and again if the store's end is what is damaged", async () => {
    warn.mockClear();
    await using tenant = new TestTenant();
    await store.add("damaged-end", tenant.path);
    await store.prepare({ name: "damaged-end" });
    await server.query("update clomoctl.tenant set hash = 'x' where id = 'damaged-end'");
    for (let n = 0; n < 3; n++)
      await expect(store.prepare({ name: "damaged-end" })).rejects.toMatchObject({ code: "unavailable" });
    expect(readdirSync(copies).filter((file) => file.startsWith("damaged-end"))).toEqual(["damaged-end"]);
    expect(warn).not.toHaveBeenCalled();
  });

  test("is a reason not to be ready, if the disk is full", async () => {
    const full = Object.assign(await statfs(copies), { bavail: 1000, bsize: 4096 });
    vi.doMock(import("node:fs/promises"), async (load) => {
      return { ...(await load()), statfs: (async () => full) as unknown as typeof statfs };
    });
    onTestFinished(() => vi.doUnmock("node:fs/promises"));
    expect([await (await openAnew("full")).isReady(), await store.isReady()]).toEqual([false, true]);
  });

  test("is taken out with what others wrote until then, and stays if it could not be kept", async () => {
    await using tenant = new TestTenant();
    await store.add("taken", tenant.path);
    await expect(store.take("taken", () => Promise.reject(new Error("full")))).rejects.toThrow("full");
    const log = (await store.list()).find(({ name }) => name === "taken")?.log;
    const turn = await log?.tryTurn();
    if (log === undefined || turn === undefined) throw new Error("another one has the turn");
    onTestFinished(() => turn.abandon());
    const names: unknown[] = [];
    const taking = store.take("taken", async (path) => {
      using database = new Database(path);
      names.push(database.get("select name from tenant")?.["name"], readFilePosition(path).seq);
    });
    await sleep(500);
    using database = new Database(join(copies, "taken", "tenant.db"));
    vi.spyOn(log, "tryTurn").mockResolvedValue(turn);
    const written = new Store(database, { followed: { log, schema: SCHEMA_VERSION } });
    await written.change((writer) => writer.run("update tenant set name = 'written meanwhile'"));
    await taking;
    expect(names).toEqual(["written meanwhile", 0]);
    expect(existsSync(join(copies, "taken"))).toBe(false);
  });

  test("is in a folder of its own, whatever the names in the store", async () => {
    await using tenant = new TestTenant();
    await store.add("kanto", tenant.path);
    await expect(store.add("Kanto", tenant.path)).rejects.toMatchObject({ code: "input-rejected", where: "Kanto" });
    await expect(store.prepare({ name: "../kanto" })).rejects.toMatchObject({ code: "usage", where: "../kanto" });
  });

  test("is upgraded by the command alone; each copy runs the steps itself", async () => {
    await using tenant = new TestTenant();
    await store.add("old", tenant.path);
    vi.doMock(import("../tenant/ledger/schema.ts"), async (load) => {
      const { SCHEMA_STEPS, ...schema } = await load();
      const step = { version: SCHEMA_VERSION + 1, sql: "create table later (pk integer primary key)" };
      return { ...schema, SCHEMA_STEPS: [...SCHEMA_STEPS, step] };
    });
    onTestFinished(() => vi.doUnmock("../tenant/ledger/schema.ts"));
    const next = await openAnew("next");
    const read = async () => (await next.list()).find(({ name }) => name === "old")?.log.head();
    const before = await read();
    expect([await next.upgrade("old", true), await read()]).toEqual([true, before]);
    expect(await next.upgrade("old", false)).toBe(true);
    expect(await read()).toMatchObject({ seq: Number(before?.seq) + 1, schema: SCHEMA_VERSION + 1 });
    expect(await next.upgrade("old", false)).toBe(false);
    // a snapshot of the new version, from a copy that has followed the upgrade
    await next.take("old", async (path) => change(path, "insert into later values (1)"));
  });
});
