import { undoImport } from "#support/tenant/undo.ts";
import { afterAll, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import type { Reader } from "../store/store.ts";
import { SqliteStore } from "../store/sqlite/store.ts";
import { listImports, type ImportRecord } from "./import-rows.ts";
import { buildImportResponses, buildUncountedImportResponse } from "./shape.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const file = (name: string) => [
  ["氏名", "メールアドレス"],
  [name, "yamada@x"],
];

/** The statements that read, as imports are shown. */
const statements = (show: (reader: Reader, records: readonly ImportRecord[]) => Promise<unknown>): Promise<string[]> =>
  new SqliteStore(tenant.database).read(async (reader) => {
    const records = await listImports(reader);
    const sent: string[] = [];
    const noting = new Proxy<Reader>(reader, {
      get: (of, name: keyof Reader) => {
        if (name === "isPartial") return of.isPartial;
        return (sql: string, ...more: readonly never[]) => {
          sent.push(sql);
          return (of[name] as (sql: string, ...rest: readonly never[]) => unknown).call(of, sql, ...more);
        };
      },
    });
    await show(noting, records);
    return sent;
  });

const listed = async (reader: Reader, records: readonly ImportRecord[]): Promise<void> =>
  expect(await buildImportResponses(reader, records, "owner")).toHaveLength(records.length);

test("many imports are listed with as many queries as one, each with its related numbers", async () => {
  tenant.clear();
  const made = await tenant.import(users, file("山田"));
  const { length: one } = await statements(listed);
  const changed = await tenant.import(users, file("山田 改"));
  const undo = await tenant.client.imports.commit(await undoImport(tenant.client, changed.id));
  const written = { sha256: "0".repeat(64), fileName: "up.csv" };
  const upload = await tenant.client.imports.commit(await tenant.plan(users, file("山田 新")), written);
  await tenant.plan(users, file("山田 旧"));
  expect(await statements(listed)).toHaveLength(one);
  expect(await tenant.client.imports.list()).toMatchObject([
    { number: "P5", undoes: null, undoneBy: null, unseenColumns: expect.arrayContaining(["氏名"]) },
    { number: upload.number, state: "committed", emittedAt: upload.emittedAt },
    { number: undo.number, undoes: changed.change, undoneBy: null },
    { number: changed.number, state: "undone", undoneBy: undo.change },
    { number: made.number, undoes: null },
  ]);
});

test("an open plan lists columns that no console export has shown, including custom fields", async () => {
  tenant.clear();
  for (const name of ["座席", "入社年"]) await tenant.client.users.addField({ name });
  const cells = [
    ["氏名", "メールアドレス", "座席"],
    ["山田", "yamada@x", "B2"],
  ];
  await tenant.import({ ...users, fromConsole: true }, cells);
  const { unseenColumns = [] } = await tenant.plan(users, file("山田 改"));
  expect(["氏名", "座席", "TEL", "入社年"].map((header) => unseenColumns.includes(header))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("a mirror's tasks are read only for committed imports, and counted only if they are shown", async () => {
  tenant.clear();
  await tenant.import({ ...users, fromConsole: true }, file("山田"));
  const { client } = tenant;
  const committed = await client.imports.commit(await tenant.plan(users, file("山田 改")));
  await tenant.plan(users, file("山田 新"));
  const readsTasks = (sql: string): boolean => sql.includes("user_observed");
  const sent = await statements(async (reader, [plan]) => plan && buildUncountedImportResponse(reader, plan, "owner"));
  expect([sent.length > 0, sent.filter(readsTasks)]).toEqual([true, []]);
  expect(committed).toMatchObject({ consoleTask: committed.change });
  expect(committed.inConsole).toBeUndefined();
  expect((await client.imports.show(committed.number)).inConsole).toEqual({ done: 0, of: 1 });
});

test.each<[string, Parameters<TestTenant["plan"]>[0], readonly string[], string]>([
  ["organisations", { ...users, createOrgs: true }, ["メールアドレス", "氏名", "組織コード"], "@x"],
  ["groups", { kind: "docs", createGroups: true }, ["ユーザーID", "表示名", "グループ名"], ""],
])("the %s that an import created count among the records of its file", async (_, request, header, domain) => {
  tenant.clear();
  const cells = (name: string) => [header, [`u01${domain}`, "山田", name], [`u02${domain}`, "佐藤", name]];
  await tenant.import({ ...request, fromConsole: true }, cells(""));
  const { id } = await tenant.import(request, cells("NEW"));
  const { client } = tenant;
  expect((await client.imports.show(id)).inConsole).toEqual({ done: 0, of: 3 });
  const [task] = await client.console.list({});
  const people = task?.records.filter(({ thing }) => thing.endsWith("user")).map((record) => record.id ?? "");
  await client.console.confirm({ numbers: [task?.number ?? 0], records: people });
  expect((await client.imports.show(id)).inConsole).toEqual({ done: 2, of: 3 });
});

test("columns that a console export contains are verified by it", async () => {
  tenant.clear();
  const docs = { kind: "docs", createGroups: true } as const;
  const unverified = async (request: Parameters<TestTenant["plan"]>[0], ...groups: readonly string[]) => {
    const cells = [
      ["ユーザーID", "表示名", ...groups.map(() => "グループ名")],
      ["u01", "山田", ...groups],
    ];
    const { unverifiedColumns, id } = await tenant.plan(request, cells);
    await tenant.client.imports.commit(await tenant.client.imports.show(id));
    return [unverifiedColumns, (await tenant.client.imports.show(id)).unverifiedColumns];
  };
  const [none, groups] = [[], [{ header: "グループ名" }]];
  expect(await unverified({ ...docs, fromConsole: true })).toEqual([none, none]);
  expect(await unverified(docs, "総務")).toEqual([groups, groups]);
  expect(await unverified({ ...docs, fromConsole: true }, "営業")).toEqual([none, none]);
  expect(await unverified(docs, "技術")).toEqual([none, none]);
});
