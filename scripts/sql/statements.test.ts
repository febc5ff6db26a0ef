import { expect, test } from "vitest";
import { findAuditRecordReads, findForbiddenStatements } from "./statements.ts";

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
  const message = "record of the audit: read it in src/lib/tenant/ledger/audit-…";
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
