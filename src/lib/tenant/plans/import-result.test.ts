import { undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import { openForAllTests } from "#support/tenant/tenant.ts";
import type { Reader } from "../store/types.ts";
import { Store } from "../store/store.ts";
import { listImports, type ImportRecord } from "../ledger/import-rows.ts";
import { buildImport, buildImports } from "./import-result.ts";

const tenant = openForAllTests();

const users = { kind: "users" } as const;
const file = (name: string) => [
  ["氏名", "メールアドレス"],
  [name, "yamada@x"],
];

const statements = (show: (reader: Reader, records: readonly ImportRecord[]) => Promise<unknown>): Promise<string[]> =>
  new Store(tenant.database).read(async (reader) => {
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
  expect(await buildImports(reader, records)).toHaveLength(records.length);

test("many imports are listed with as many queries as one, each with its related numbers", async () => {
  tenant.clear();
  const made = await tenant.import(users, file("山田"));
  const { length: one } = await statements(listed);
  const changed = await tenant.import(users, file("山田 改"));
  const undo = await tenant.client.imports.commit(await undoImport(tenant.client, changed.id));
  const upload = await tenant.client.imports.commit(await tenant.plan(users, file("山田 新")));
  await tenant.plan(users, file("山田 旧"));
  expect(await statements(listed)).toHaveLength(one);
  expect(await tenant.client.imports.list()).toMatchObject([
    { number: "P5", undoes: null, undoneBy: null },
    { number: upload.number, state: "committed" },
    { number: undo.number, undoes: changed.change, undoneBy: null },
    { number: changed.number, state: "undone", undoneBy: undo.change },
    { number: made.number, undoes: null },
  ]);
});

test("a mirror's tasks are read only for committed imports", async () => {
  tenant.clear();
  await tenant.import({ ...users, fromConsole: true }, file("山田"));
  const { client } = tenant;
  const committed = await client.imports.commit(await tenant.plan(users, file("山田 改")));
  await tenant.plan(users, file("山田 新"));
  const readsTasks = (sql: string): boolean => sql.includes("user_observed");
  const sent = await statements(async (reader, [plan]) => plan && buildImport(reader, plan));
  expect([sent.length > 0, sent.filter(readsTasks)]).toEqual([true, []]);
  expect(committed).toMatchObject({ consoleTask: committed.change });
});
