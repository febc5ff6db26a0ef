import { guardWrites } from "#support/tenant/guarded-writer.ts";
import { expect, test } from "vitest";
import type { Database } from "../store/database.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { Store } from "../store/store.ts";
import { Session, MACHINE_OWNER } from "./session.ts";
import { collectionOf, failureOf, TestSurroundings, TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { addCustomField, removeCustomField } from "./custom-fields.ts";

let database: Database;
openForEachTest((tenant) => (database = tenant.database));

test("removing a custom field removes its values, and changes no other user", async () => {
  const session = new Session(
    new Store(database, { guard: guardWrites(collectionOf) }),
    new TestSurroundings(),
    "owner",
    MACHINE_OWNER,
  );
  const [note, other] = [await addCustomField(session, "備考"), await addCustomField(session, "棟")];
  const pkOf = (id: string): number => database.count("select pk from custom_field where id = :id", { id });
  const [notePk, otherPk] = [pkOf(note.id), pkOf(other.id)];
  for (const [id, custom] of [
    ["both", { [notePk]: "夜勤", [otherPk]: "東" }],
    ["one", { [otherPk]: "西" }],
  ] as const) {
    database.run(
      `insert into user (id, name, emails, org, custom, createdAt, updatedAt, revision)
       values (:id, '', '[]', ${ROOT_ORG_NUMBER}, :custom, '', 'before', 0)`,
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

test("a field is kept if other users have values now, even if their number is the same", async () => {
  await using tenant = new TestTenant();
  const { users, tenant: about } = tenant.client;
  const { id } = await users.addField({ name: "座席" });
  const seated = (one: string, other: string) =>
    tenant.import({ kind: "users" }, `氏名,メールアドレス,座席\n山田,yamada@x,${one}\n佐藤,sato@x,${other}`);
  await seated("A1", "");
  const { revision: seen } = await about.revision();
  await seated("", "A1");
  const failure = await failureOf((await tenant.basedOn(seen)).users.removeField(id, { users: 1 }));
  expect(failure?.code).toBe("conflict");
  const { revision: now } = await about.revision();
  expect(await (await tenant.basedOn(now)).users.removeField(id, { users: 1 })).toMatchObject({ id });
});

test.each([
  ["a=b", "the name of a custom field cannot contain =, which ends the name in --custom NAME=VALUE (a clomoctl rule)"],
  ["a\nb", "name: contains a line break; only one line is allowed"],
  ["a\tb", "name: contains invisible characters (U+0009)"],
  ["a\u200bb", "name: contains invisible characters (U+200B)"],
  ["a ", 'the name begins or ends with a space: "a "'],
])("rejects a custom field with the name %j", async (name, told) => {
  const session = new Session(
    new Store(database, { guard: guardWrites(collectionOf) }),
    new TestSurroundings(),
    "owner",
    MACHINE_OWNER,
  );
  const failure = await failureOf(addCustomField(session, name));
  expect([failure?.code, failure?.what.en]).toEqual(["input-rejected", told]);
  expect(database.count("select count(*) from custom_field")).toBe(0);
});
