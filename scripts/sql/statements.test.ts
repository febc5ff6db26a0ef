import { expect, test } from "vitest";
import { findUnportableForms, findAuditRecordReads, findForbiddenStatements, findSqlTexts } from "./statements.ts";

test("finds SQL statements and fragments, and ignores English", () => {
  const source = `
    const a = "select pk from user";
    const b = \`update user set name = :name where pk = \${pk}\`;
    const c = "select a file from the list first";
    const d = "update the list, then try again; it is not there";
    const e = [\`join org o on o.pk = t.\${column}\`, "case when x then y end"];
    const f = "no such file";
  `;
  expect(findSqlTexts(source)).toEqual([
    { sql: "select pk from user", line: 2 },
    { sql: "update user set name = :name where pk = ?", line: 3 },
    { sql: "select a file from the list first", line: 4 },
    { sql: "join org o on o.pk = t.?", line: 6 },
    { sql: "case when x then y end", line: 6 },
  ]);
});

test.each([
  ["select pk from user where revision is not :revision", "is not: say is distinct from"],
  ["select pk from user where (select 1 from org) is :revision", "is: say is not distinct from"],
  ["${value} is not ${column}", "is not: say is distinct from"],
  ["select iif(a, b, c) from user", "iif: say case when, see either()"],
  ["select pk from user where 1 and name = :name", "a number as condition: say true or false"],
  ["insert or ignore into user values (1)", "insert or …: say on conflict … do …"],
  ["select 1 from user t cross join org o", "cross join: say THEN"],
  [
    "delete from user where pk not in (select pk from org)",
    "not in (select …): say not exists, with an index under it",
  ],
  ["delete from user where pk not in (${keys})", "not in (select …): say not exists, with an index under it"],
  ["select group_concat(name) from user", "group_concat: say string_agg"],
  ["select pk from user limit -1", "limit -1: leave it out, or say a large number"],
])("rejects %s", (sql, message) => {
  expect(findUnportableForms(`\nconst sql = \`${sql}\`;`)).toEqual([{ line: 2, message }]);
});

test.each([
  "select pk from user where name is null and code is not null",
  "select pk from user where name is distinct from :name or code is not distinct from :code",
  "insert into user values (1) on conflict do nothing",
  "delete from user where state not in ('sent', 'failed')",
  "select case when a then b else c end from user where not exists (select 1 from org)",
])("accepts %s", (sql) => {
  expect(findUnportableForms(`const sql = "${sql}";`)).toEqual([]);
});

test.each([
  "select name from user",
  "insert into user values (1)",
  "delete from user",
  "create unique index a on user (name)",
  "pragma user_version",
  "update or ignore user as u set name = :name",
  "replace into user values (1)",
  "with a(x) as (select 1) select x from a",
  "-- all of them\nselect name from user",
  "create view everybody as select 1",
  "vacuum into :path",
])("finds the statement %s", (sql) => {
  expect(findForbiddenStatements(`use(\n\`${sql}\`);`)).toEqual([
    { line: 2, message: "SQL outside src/lib/tenant/store" },
  ]);
});

test.each(
  "select a file, then go on|update the list set aside|the table is created|where it is in the list".split("|"),
)("ignores %s", (sentence) => {
  expect(findForbiddenStatements(`use("${sentence}");`)).toEqual([]);
});

test.each([
  "t.record -> 'orgs'",
  "record ->> 'action'",
  "select seq, record from audit where seq = 1",
  "select 1 from main.change c join main.audit a on a.seq = c.number where json_valid(a.record)",
  "select * from audit order by seq",
  "select c.number, m.* from change c join main.audit m on m.seq = c.number",
])("finds a read of an audit record: %s", (sql) => {
  const message = "record of the audit: read it in src/lib/tenant/audit";
  expect(findAuditRecordReads(`use(\n\`${sql}\`);`)).toEqual([{ line: 2, message }]);
});

test.each([
  "insert into main.audit (seq, record, hash) values (:seq, :record, :hash)",
  "select c.*, a.action from main.change c join main.audit a on a.seq = c.number",
  "select known.${keys.record} from s.refer",
  "a record of the audit",
])("ignores SQL that does not read an audit record: %s", (sql) => {
  expect(findAuditRecordReads(`use(\`${sql}\`);`)).toEqual([]);
});
