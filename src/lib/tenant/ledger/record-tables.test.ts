import { expect, test } from "vitest";
import { listStoredColumns, type Field, type RecordType } from "../../model/thing.ts";
import { USER } from "../../nouns/user.ts";
import { Database } from "../store/database.ts";
import { buildAddedColumns, buildRecordTables, STORED_THINGS } from "./schema.ts";
import { SCHEMA_VERSION } from "./tenant-file.ts";

const ADDED = {
  ...USER.fields.title,
  comparison: "name",
  added: SCHEMA_VERSION + 1,
} as const satisfies Field;
const { id, ...others } = USER.fields;
const LATER: RecordType = { ...USER, fields: { id, grade: ADDED, ...others } };

test("a field of a later version is added to all tables of its record type, and takes the last bit", () => {
  const database = new Database(":memory:", { plain: true });
  const columnsOf = (table: string) => database.all(`pragma table_info("${table}")`).map(({ name }) => name);
  const tables = ["user", "user_version", "user_observed"];
  database.exec(buildRecordTables([LATER]));
  const before = tables.map(columnsOf);
  expect(before.flat()).not.toContain("grade");
  const steps = buildAddedColumns([LATER]);
  expect([...steps.keys()]).toEqual([SCHEMA_VERSION + 1]);
  database.exec(steps.get(SCHEMA_VERSION + 1) ?? "");
  expect(tables.map(columnsOf)).toEqual(before.map((columns) => [...columns, "grade", "gradeKey"]));
  expect(listStoredColumns(LATER).map(([name]) => name)).toEqual([
    ...listStoredColumns(USER).map(([name]) => name),
    "grade",
  ]);
  database.close();
});

test("a field that a later version added may be blank in earlier records", () => {
  const later = STORED_THINGS.flatMap(listStoredColumns).filter(([, { added }]) => added !== undefined);
  expect(later.filter(([, { nullable }]) => nullable !== true)).toEqual([]);
});
