import { dropTasks, undoImport } from "#support/tenant/undo.ts";
import { beforeEach, expect, test } from "vitest";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";
import { ALL_COLUMNS_MASK, getColumnBit, getVersionSchema, VERSION_SCHEMAS } from "./versions.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const HEADER = ["氏名", "メールアドレス", "役職", "CLOMOアカウント名", "CLOMOアカウントパスワード"];
const people = (...rows: readonly (readonly string[])[]) => [HEADER, ...rows];

const [TITLE, NAME] = ["title", "name"].map((column) => Number(getColumnBit(getVersionSchema("user"), column)));

const idOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";

const lastVersions = () =>
  tenant
    .sql("select * from user_version where revision = (select max(revision) from collection) order by pk")
    .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));

test("an edit stores the former values of what it changed, and no others", async () => {
  await tenant.import({ kind: "users" }, people(["山田", "a@x.jp", "課長", "", ""]));
  await tenant.client.users.edit(await idOf("a@x.jp"), { title: "部長", nameKana: null });
  expect(lastVersions()).toMatchObject([{ pk: 2, action: "update", changed: TITLE, title: "課長" }]);
  expect(lastVersions()[0]).not.toHaveProperty("name");
  await tenant.client.users.edit(await idOf("a@x.jp"), { title: "部長" });
  expect(lastVersions()).toMatchObject([{ changed: TITLE }]);
});

test("an import stores former values for rows that change a record or set a secret", async () => {
  await tenant.import(
    { kind: "users" },
    people(["山田", "a@x.jp", "課長", "a1", ""], ["佐藤", "b@x.jp", "課長", "b1", ""]),
  );
  await tenant.import(
    { kind: "users" },
    people(["山本", "a@x.jp", "部長", "a1", ""], ["佐藤", "b@x.jp", "課長", "b1", "Secret12"]),
  );
  const passwordSet = Number(getColumnBit(getVersionSchema("user"), "accountPasswordSetAt"));
  expect(lastVersions()).toMatchObject([
    { pk: 2, changed: (NAME ?? 0) + (TITLE ?? 0), name: "山田", title: "課長" },
    { pk: 3, changed: passwordSet },
  ]);
  expect(JSON.stringify(tenant.sql("select * from user_version"))).not.toContain("Secret12");
});

test("an import that moves an organisation stores where it was", async () => {
  const header = ["組織名", "組織コード", "上位組織コード"];
  await tenant.import({ kind: "orgs" }, [header, ["本社", "H", ""], ["営業", "S", "H"], ["課", "K", "H"]]);
  const [head] = tenant.sql("select pk from org where code = 'H'");
  await tenant.import({ kind: "orgs" }, [header, ["課", "K", "S"]]);
  const changed = Number(getColumnBit(getVersionSchema("org"), "parent"));
  expect(tenant.sql("select changed, parent from org_version")).toEqual([{ changed, parent: head?.["pk"] }]);
});

test("the version of a deleted record has all values, and the restored record counts as created", async () => {
  const check = new VersionsCheck(tenant);
  await tenant.import({ kind: "users" }, people(["山田", "a@x.jp", "課長", "", ""]));
  const gone = await tenant.import(
    { kind: "users", mode: "replace", allow: ["other-tenant"] },
    people(["佐藤", "b@x.jp", "", "", ""]),
  );
  expect(lastVersions()).toMatchObject([
    { pk: 2, action: "delete", changed: Number(ALL_COLUMNS_MASK), emails: '["a@x.jp"]' },
  ]);
  await tenant.client.imports.commit(await undoImport(tenant.client, gone.id));
  expect(lastVersions()).toMatchObject([{ pk: 4, action: "delete" }]);
  expect(tenant.sql("select first, last from created_range where thing = 'user' order by revision, first")).toEqual([
    { first: 1, last: 2 },
    { first: 3, last: 4 },
    { first: 2, last: 2 },
  ]);
  check.expectReplay();
});

test("records that an import creates are one range; a rejected change or dry run stores nothing", async () => {
  const rows = Array.from({ length: 50 }, (_, at) => ["山田", `u${at}@x.jp`, "", "", ""]);
  await tenant.import({ kind: "users" }, people(...rows));
  expect(tenant.sql("select thing, first, last from created_range")).toEqual([{ thing: "user", first: 1, last: 51 }]);
  await tenant.client.users.edit(await idOf("u1@x.jp"), { title: "部長", dryRun: true });
  await expect(tenant.client.users.edit(await idOf("u1@x.jp"), { emails: ["u2@x.jp"] })).rejects.toThrow("u2@x.jp");
  expect(tenant.sql("select * from user_version")).toEqual([]);
});

test("each change has one row with the number of its audit record and what it undoes", async () => {
  await tenant.import({ kind: "users" }, people(["山田", "a@x.jp", "課長", "", ""]));
  const { id } = await tenant.import({ kind: "users" }, people(["佐藤", "b@x.jp", "課長", "", ""]));
  await tenant.client.users.edit(await idOf("a@x.jp"), { title: "部長" });
  await tenant.client.imports.commit(await undoImport(tenant.client, id));
  const changes = tenant.sql("select number, writer, undoes, undoneBy from change order by number");
  const [, second = { number: 0 }, , last = { number: 0 }] = changes;
  expect(changes).toMatchObject([
    { writer: "import", undoneBy: null },
    { writer: "import", undoneBy: last["number"] },
    { writer: "hand" },
    { writer: "undo", undoes: second["number"] },
  ]);
  const recorded = tenant.sql("select seq from audit order by seq desc limit 4").map(({ seq }) => seq);
  expect(changes.map(({ number }) => number)).toEqual(recorded.toReversed());
});

test("a change stores how it was made", async () => {
  const changes = (): readonly unknown[] =>
    tenant.sql("select writer from change order by number").map(({ writer }) => writer);
  await tenant.import(
    { kind: "users", fromConsole: true },
    people(["山田", "a@x.jp", "課長", "", ""]).map((row) => row.slice(0, 3)),
  );
  await tenant.client.users.edit(await idOf("a@x.jp"), { tel: "03" });
  await tenant.client.orgs.create({ name: "営業" });
  const [first, second] = await tenant.client.console.list({});
  await tenant.client.console.confirm({ numbers: [first?.number ?? 0] });
  await dropTasks(tenant.client, second?.number ?? 0);
  expect(changes()).toEqual(["console", "hand", "hand", "confirm", "drop"]);
});

test.each([...VERSION_SCHEMAS])("each field of %s has a bit of its own that fits into an integer", (_, { columns }) => {
  const bits = columns.flatMap(({ bit, leads }) => (leads ? [Number(bit)] : []));
  expect(new Set(bits).size).toBe(bits.length);
  const all = columns.map(({ bit }) => Number(bit));
  expect(all.every((bit) => Number.isSafeInteger(bit) && (BigInt(ALL_COLUMNS_MASK) & BigInt(bit)) !== 0n)).toBe(true);
});
