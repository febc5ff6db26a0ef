import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../store/sqlite/database.ts";
import { migrate, ROOT_ORG_PK } from "../store/sqlite/migrations.ts";
import { SqliteStore } from "../store/sqlite/store.ts";
import { Session } from "../session.ts";
import { collectionOf, failureOf, TestSurroundings, TestTenant } from "#support/tenant/tenant.ts";
import { addCustomField, removeCustomField } from "./fields.ts";

let folder = "";
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fields-"));
  database = new Database(join(folder, "tenant.db"));
  migrate(database, { name: "t", now: "2026-04-01T00:00:00.000Z" });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a custom field goes with the values that users have in it, and no other user changes", async () => {
  const session = new Session(new SqliteStore(database, collectionOf), new TestSurroundings(), "owner");
  const [note, other] = [await addCustomField(session, "備考"), await addCustomField(session, "棟")];
  const pkOf = (id: string): number => database.count("select pk from custom_field where id = :id", { id });
  const [notePk, otherPk] = [pkOf(note.id), pkOf(other.id)];
  for (const [id, custom] of [
    ["both", { [notePk]: "夜勤", [otherPk]: "東" }],
    ["one", { [otherPk]: "西" }],
  ] as const) {
    database.run(
      `insert into user (id, name, emails, org, custom, createdAt, updatedAt, revision)
       values (:id, '', '[]', ${ROOT_ORG_PK}, :custom, '', 'before', 0)`,
      { id, custom: JSON.stringify(custom) },
    );
  }
  await removeCustomField(session, note.id);
  expect(database.all("select id, custom, updatedAt, revision from user order by id")).toEqual([
    { id: "both", custom: `{"${otherPk}":"東"}`, updatedAt: expect.stringMatching(/^2026-04-01T/), revision: 0 },
    { id: "one", custom: `{"${otherPk}":"西"}`, updatedAt: "before", revision: 0 },
  ]);
  expect(database.all("select id from custom_field")).toEqual([{ id: other.id }]);
});

test("a field stays where others have the values by now, though as many as were counted", async () => {
  await using tenant = new TestTenant();
  const { users, tenant: about } = tenant.client;
  const { id } = await users.addField({ name: "座席" });
  const seated = (one: string, other: string) =>
    tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "座席"],
      ["山田", "yamada@x", one],
      ["佐藤", "sato@x", other],
    ]);
  await seated("A1", "");
  const { revision: seen } = await about.revision();
  await seated("", "A1");
  const failure = await failureOf(users.removeField(id, { users: 1, seen }));
  expect(failure?.code).toBe("conflict");
  const { revision: now } = await about.revision();
  expect(await users.removeField(id, { users: 1, seen: now })).toMatchObject({ id });
});

test.each([
  ["a=b", "a custom field cannot have = in its name: no --custom NAME=VALUE could set it (ours)"],
  ["a\nb", "name: several lines; only one is allowed"],
  ["a\tb", "name: has characters that nobody sees (U+0009)"],
  ["a\u200bb", "name: has characters that nobody sees (U+200B)"],
  ["a ", 'the name has blanks at its ends: "a "'],
])("no custom field is named %j", async (name, told) => {
  const session = new Session(new SqliteStore(database, collectionOf), new TestSurroundings(), "owner");
  const failure = await failureOf(addCustomField(session, name));
  expect([failure?.code, failure?.what.en]).toEqual(["input-rejected", told]);
  expect(database.count("select count(*) from custom_field")).toBe(0);
});
