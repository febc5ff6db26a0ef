import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createWholeClient } from "#support/client/whole-client.ts";
import { freshFolder } from "#support/folder.ts";
import { MemoryLog, type LogStep } from "#support/tenant/memory-log.ts";
import { listDifferentTables } from "#support/tenant/shadow.ts";
import { failureOf, TestSurroundings, toUpload } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { Failure } from "../../errors/index.ts";
import { same } from "../../text/index.ts";
import { createDispatch } from "../api/dispatch.ts";
import { openTenant } from "../api/index.ts";
import { openTenantFile, SCHEMA_VERSION } from "../ledger/tenant-file.ts";
import { Database } from "../store/database.ts";

const AWAY = { what: same("the store is away"), retryAfterMs: 5000 };

let log: MemoryLog;
let fault: LogStep | undefined;
beforeEach(() => {
  fault = undefined;
  const before = (step: LogStep): void => {
    if (step === fault) throw new Failure("unavailable", AWAY);
  };
  log = new MemoryLog({ start: { seq: 0, hash: "", schema: SCHEMA_VERSION }, batch: 2, before });
});

const openMachine = (number: number) => {
  const file = { folder: freshFolder(), name: "試験", now: "2026-04-01T00:00:00.000Z" };
  openTenantFile({ ...file, processes: { self: 0, isAlive: () => false } }).close();
  const surroundings = new TestSurroundings();
  const tenant = openTenant({ ...file, acting: "owner", actor: "owner", surroundings, log });
  onTestFinished(tenant.close);
  // other computers draw other ids
  surroundings.random(number);
  return { ...createWholeClient({ transport: createDispatch(tenant) }), path: join(file.folder, "tenant.db") };
};

const listPeople = (count: number, title: string): string =>
  ["氏名,メールアドレス,役職", ...Array.from({ length: count }, (_, at) => `${at},${at}@x,${title}`)].join("\n");

const replace = { kind: "users", mode: "replace" } as const;

test("imports and undos reach another machine, large ones in parts", async () => {
  const [one, other] = [openMachine(1), openMachine(2)];
  const importThere = async ({ imports }: typeof one, table: string) =>
    imports.commit(await imports.plan(replace, toUpload(table)));
  await importThere(one, listPeople(20_000, "主任"));
  await importThere(other, listPeople(20_000, "課長"));
  const { change } = await importThere(one, listPeople(1, "課長"));
  expect(await Array.fromAsync(other.users.list())).toHaveLength(1);
  await other.imports.commit(await undoChange(other, Number(change)));
  const titles = await Array.fromAsync(one.users.list(), ({ title }) => title);
  expect(titles.filter((title) => title === "課長")).toHaveLength(20_000);
  expect(log.entries.filter(({ continues }) => continues).length).toBeGreaterThan(6);
  using database = new Database(one.path);
  expect(listDifferentTables(database, other.path)).toEqual([]);
});

test.each<LogStep>(["append", "commit", "committed"])(
  "an import is done once, if the store is away at the step: %s",
  async (step) => {
    const { imports, users } = openMachine(1);
    const plan = await imports.plan(replace, toUpload(listPeople(3, "")));
    fault = step;
    expect(await failureOf(imports.commit(plan))).toMatchObject({ code: "unavailable", ...AWAY });
    fault = undefined;
    expect(await Array.fromAsync(users.list())).toHaveLength(step === "committed" ? 3 : 0);
    const again = await failureOf(imports.commit(plan));
    expect(again?.code).toBe(step === "committed" ? "conflict" : undefined);
    expect(await Array.fromAsync(users.list())).toHaveLength(3);
  },
);
