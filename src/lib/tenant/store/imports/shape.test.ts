import { undoImport } from "#support/tenant/undo.ts";
import { afterAll, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import type { Reader } from "../store.ts";
import { SqliteStore } from "../sqlite/store.ts";
import { listImports } from "./record.ts";
import { importsOf } from "./shape.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const file = (name: string) => [
  ["氏名", "メールアドレス"],
  [name, "yamada@x"],
];

/** The statements that read, as imports are shown. */
const statements = (): Promise<number> =>
  new SqliteStore(tenant.database).read(async (reader) => {
    const records = await listImports(reader);
    let count = 0;
    const counting = new Proxy<Reader>(reader, {
      get: (of, name: keyof Reader) => {
        if (name === "isPartial") return of.isPartial;
        count += 1;
        return of[name].bind(of);
      },
    });
    expect(await importsOf(counting, records, "owner")).toHaveLength(records.length);
    return count;
  });

test("many imports are shown with no more reads than one, each with the numbers of others", async () => {
  tenant.clear();
  const made = await tenant.import(users, file("山田"));
  const one = await statements();
  const changed = await tenant.import(users, file("山田 改"));
  const undo = await tenant.client.imports.commit(await undoImport(tenant.client, changed.id));
  const written = { sha256: "0".repeat(64), fileName: "up.csv" };
  const upload = await tenant.client.imports.commit(await tenant.plan(users, file("山田 新")), written);
  await tenant.plan(users, file("山田 旧"));
  expect(await statements()).toBe(one);
  expect(await tenant.client.imports.list()).toMatchObject([
    { number: "P5", undoes: null, undoneBy: null, unseenColumns: expect.arrayContaining(["氏名"]) },
    { number: upload.number, state: "committed", emittedAt: upload.emittedAt },
    { number: undo.number, undoes: changed.change, undoneBy: null },
    { number: changed.number, state: "undone", undoneBy: undo.change },
    { number: made.number, undoes: null },
  ]);
});

test("an open plan names the columns that no export of the console has shown, the tenant's own among them", async () => {
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
