import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
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
let steps: LogStep[];
beforeEach(() => {
  [fault, steps] = [undefined, []];
  const before = (step: LogStep): void => {
    steps.push(step);
    if (step === fault) throw new Failure("unavailable", AWAY);
  };
  log = new MemoryLog({ start: { seq: 0, hash: "", schema: SCHEMA_VERSION }, batch: 2, before });
});

const openMachine = (number: number, newKey?: () => string) => {
  const file = { folder: freshFolder(), name: "試験", now: "2026-04-01T00:00:00.000Z" };
  const processes = { self: number, isAlive: () => true };
  openTenantFile({ ...file, processes }).close();
  const surroundings = new TestSurroundings();
  const tenant = openTenant({ ...file, processes, acting: "owner", actor: "owner", surroundings, log });
  onTestFinished(tenant.close);
  // other computers draw other ids
  surroundings.random(number);
  return { ...createWholeClient({ transport: createDispatch(tenant), newKey }), path: join(file.folder, "tenant.db") };
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

test("plans of organisations and of their people are continued elsewhere, unless they are lost", async () => {
  const [one, other, third] = [openMachine(1), openMachine(2), openMachine(3)];
  const beside = await one.imports.plan({ kind: "orgs", mode: "append" }, toUpload("組織名,組織コード\n本部,H"));
  const request = { kind: "users", mode: "append", orgBy: "name", orgs: beside.id, skipInvalid: true } as const;
  const people = "氏名,メールアドレス,組織コード\n山田,a@x,本部\n佐藤,誤り,本部";
  const plan = await other.imports.plan(request, toUpload(people));
  expect(await Array.fromAsync(one.imports.problems(plan.id))).toHaveLength(1);
  const rows = await Promise.all([1, 2].map(() => Array.fromAsync(third.imports.rows(plan.id), ({ key }) => key)));
  expect(rows).toEqual([rows[1], ["H", "a@x", "誤り"]]);
  const lost = await one.imports.plan(replace, toUpload(listPeople(1, "")));
  log.plans.delete(lost.id);
  expect(await failureOf(other.imports.commit(lost))).toMatchObject({ code: "unavailable", retryAfterMs: 1000 });
  await openMachine(4).imports.commit(plan);
  expect(await Array.fromAsync(one.users.list(), ({ org }) => org.path)).toEqual(["本部"]);
  expect(log.plans).toEqual(new Map());
});

test("a repeated request is answered only when something was committed after what it did", async () => {
  const [one, other] = [openMachine(1, () => "again"), openMachine(2, () => "again")];
  const plan = await one.imports.plan(replace, toUpload(listPeople(2, "")));
  const done = await other.imports.commit(plan);
  steps.length = 0;
  expect(await one.imports.commit(plan)).toEqual(done);
  expect(steps.filter((step) => step === "commit")).toHaveLength(1);
});

test("of two uploads at once at two machines, only the one that was planned can be committed", async () => {
  const [one, other] = [openMachine(1), openMachine(2)];
  let plan = await one.imports.create({ kind: "users" });
  let committed: Promise<unknown> | undefined;
  async function* read() {
    plan = await one.imports.upload(plan.id, toUpload(listPeople(1, "planned")));
    // the rows that are refused are still there
    committed = other.imports.commit(plan);
    yield Buffer.from(listPeople(3, "refused"));
  }
  const late = other.imports.upload(plan.id, { stream: ReadableStream.from(read()), encoding: "utf-8" });
  expect(await failureOf(late)).toMatchObject({ code: "conflict" });
  await committed;
  expect(await Array.fromAsync(one.users.list(), ({ title }) => title)).toEqual(["planned"]);
});

test("what a machine has of a plan after a kill or a broken fetch is not committed, and does not stay", async () => {
  const [one, other] = [openMachine(1), openMachine(2)];
  const plan = await one.imports.plan({ kind: "users" }, toUpload(listPeople(1, "planned")));
  const folder = join(dirname(other.path), "imports");
  mkdirSync(folder);
  for (const file of [`${plan.id}.db`, "gone.db", "gone.db-part"]) writeFileSync(join(folder, file), "");
  vi.spyOn(log.shared, "getPlan").mockImplementationOnce(async function* () {
    yield* log.plans.get(plan.id) ?? [];
    throw new Failure("unavailable", AWAY);
  });
  expect(await failureOf(other.imports.commit(plan))).toMatchObject(AWAY);
  expect(readdirSync(folder)).toEqual([]);
  await other.imports.commit(plan);
  expect(await Array.fromAsync(one.users.list(), ({ title }) => title)).toEqual(["planned"]);
});
