import { undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import { readAuditLog, computeAuditHashes } from "#support/tenant/audit.ts";
import { TEST_ORIGIN, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let id: string;
openForEachTest(async (opened) => {
  tenant = opened;
  ({ id } = await tenant.client.users.addField({ name: "座席" }));
});

test("every change has an audit record, chained by hash and without secrets", async () => {
  const header = ["氏名", "メールアドレス", "座席", "CLOMOアカウントパスワード"];
  const done = await tenant.import({ kind: "users" }, [header, ["山田", "a@x", "3F", "hush-hush"]]);
  const undo = await tenant.client.imports.commit(await undoImport(tenant.client, done.id));
  await tenant.client.users.removeField(id);
  const entries = readAuditLog(tenant.database);
  expect(entries.map(({ action, objects }) => [action, (objects as { id: string }[])[0]?.id])).toEqual([
    ["fields.add", id],
    ["imports.commit", done.id],
    ["undo", undo.id],
    ["fields.remove", id],
  ]);
  const { hashes, chain } = computeAuditHashes(tenant.database);
  expect(hashes).toEqual(chain);
  expect(JSON.stringify(entries)).not.toContain("hush");
  expect(entries[1]).toMatchObject({
    version: 2,
    seq: 2,
    origin: TEST_ORIGIN,
    objects: [{ thing: "import", id: done.id, name: "2" }],
    detail: {
      kind: "users",
      mode: "append",
      create: 1,
      inputSha256: done.inputSha256,
      versions: { count: 1 },
    },
  });
  expect(entries[2]).toMatchObject({
    objects: [{ thing: "import", id: undo.id, name: "3" }],
    detail: { kind: "users", mode: "undo", undoes: 2, delete: 1 },
  });
});

test.each([
  ["update audit set record = record || ' ' where seq = 1", /never change/],
  ["update audit set hash = ''", /never change/],
  ["delete from audit where seq = 1", /never deleted/],
  ["insert or replace into audit (seq, record, hash) values (1, '', '')", /follows the last/],
  ["insert into audit (seq, record, hash) values (1000, '', '')", /follows the last/],
])("the database rejects: %s", (statement, refusal) => {
  const before = readAuditLog(tenant.database);
  expect(() => tenant.database.exec(statement)).toThrow(refusal);
  expect(readAuditLog(tenant.database)).toEqual(before);
});

test("a rejected or rolled-back change leaves no audit record", async () => {
  const before = tenant.sql("select seq from audit");
  const rejected = await tenant.plan({ kind: "users" }, "氏名,メールアドレス\n,");
  await expect(tenant.client.imports.commit(rejected)).rejects.toThrow(/invalid rows/);
  const stopped = await tenant.plan({ kind: "users" }, "氏名,メールアドレス\n山田,a@x");
  await expect(tenant.client.imports.commit(stopped, undefined, AbortSignal.abort())).rejects.toThrow(/interrupted/);
  expect(tenant.sql("select seq from audit")).toEqual(before);
});
