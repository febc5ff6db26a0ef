import type { ImportedField, KindKey } from "../../staging/kinds.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  buildIsMatchedRowSql,
  buildIsMissingRecordSql,
  buildIsValidRowSql,
  ORDERED_JOIN,
  quoteIdentifier,
} from "../../../store/sql/forms.ts";
import {
  buildChangesFieldSql,
  buildKeyTextSql,
  buildRecordKeysSql,
  buildRecordLabelSql,
  buildRowKeySql,
  createTargetIndex,
  isStaged,
  IS_VALID_ROW_SQL,
  keyOf,
  rowColumn,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { PlanDefinition } from "../stored-kind.ts";

/** A pair of SQL expressions: a key in a row `r`, and the same key in a record `t`. */
interface Tier {
  readonly row: string;
  readonly record: string;
}

interface LastingKey extends Tier {
  readonly key: KindKey;
  readonly field: ImportedField;
}

const listOtherKeys = (plan: PlanDefinition): readonly LastingKey[] => {
  const own = keyOf(plan);
  if (own.lasting !== true) return [];
  return plan.kind.keys.flatMap((key): readonly LastingKey[] => {
    const field = plan.kind.fields.find((one) => one.field === key.field);
    if (key.lasting !== true || key.name === own.name || field === undefined || !isStaged(plan, field)) return [];
    const record = key.list ? `(${buildRecordKeysSql(field)} ->> 0)` : buildRecordKeysSql(field);
    return [{ key, field, row: buildRowKeySql(plan, field), record }];
  });
};

/**
 * Stores in `s.holder` which record has the key of a row. A key counts if exactly one of the rows and exactly one record
 * have it. The rows are indexed, and the records are read once.
 *
 * @param rows SQL: `from … where …`, which selects the rows `r`
 * @returns true if there are such rows
 */
export const storeHolders = (
  database: Database,
  { kind }: PlanDefinition,
  { row, record }: Tier,
  rows: string,
): boolean => {
  for (const statement of [
    "drop table if exists s.lasting_key",
    "drop table if exists s.holder",
    "create table s.lasting_key (key text primary key, row integer not null) without rowid",
    "create table s.holder (row integer primary key, key text not null, target integer not null)",
  ])
    database.exec(statement);
  const keyed = database.run(
    `insert into s.lasting_key select ${row}, min(r.row) ${rows} and ${row} is not null group by 1 having count(*) = 1`,
  );
  if (keyed === 0) return false;
  const held = database.run(
    `insert into s.holder select few.row, few.key, min(t.pk) from ${kind.thing.name} t
     ${ORDERED_JOIN} s.lasting_key few on few.key = ${record} where ${kind.inScope} group by few.row having count(*) = 1`,
    { kind: kind.name },
  );
  if (held > 0) createTargetIndex(database);
  return held > 0;
};

/**
 * Finds rows that would create a person although a person whom the file lacks has the same employee code or UPN. It is
 * probably the same person with a new address.
 */
export const findNewAddresses = (database: Database, plan: PlanDefinition): void => {
  const { kind, request } = plan;
  const own = keyOf(plan);
  const isRefused = request.mode === "replace" && request.allow?.includes("new-address") !== true;
  const records = database.count(`select count(*) from ${kind.thing.name} t where ${kind.inScope}`, {
    kind: kind.name,
  });
  // nobody is missing from the file
  if (records <= database.count(`select count(*) from s.match m where ${buildIsValidRowSql("m.row")}`)) return;
  for (const other of listOtherKeys(plan)) {
    const rows = `from s.row r where not ${buildIsMatchedRowSql("r.row")} and ${IS_VALID_ROW_SQL}`;
    if (!storeHolders(database, plan, other, rows)) continue;
    const holders = `from s.holder h join s.row r on r.row = h.row join ${kind.thing.name} t on t.pk = h.target
      where ${buildIsMissingRecordSql("t.pk")}`;
    recordFinding(database, plan, {
      code: "new-address",
      severity: isRefused ? "error" : "warning",
      field: other.field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${buildKeyTextSql(kind, rowColumn, other.key)},
          'holder', ${buildRecordLabelSql(kind.thing)}, 'user', ${buildKeyTextSql(kind)}, 'key', :own,
          'to', ${buildKeyTextSql(kind, rowColumn, own)}, 'by', :by) as params
        ${holders} and not exists (select 1 from s.problem p where p.row = r.row and p.code = :code) order by r.row`,
      params: { own: own.name, by: other.key.name },
    });
  }
};

/**
 * Finds rows that would give a person the employee code or UPN of another person who does not keep it in the file. This
 * is what sorting a single column does to a list.
 */
export const findContestedRows = (database: Database, plan: PlanDefinition): void => {
  const { kind } = plan;
  for (const other of listOtherKeys(plan)) {
    const { key, field, row } = other;
    const changed = `from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row where ${buildChangesFieldSql(field)} and ${IS_VALID_ROW_SQL}`;
    if (!storeHolders(database, plan, other, changed)) continue;
    recordFinding(database, plan, {
      code: "row-contested",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${buildKeyTextSql(kind, rowColumn, key)}, 'holder', ${buildRecordLabelSql(kind.thing)},
          'name', ${buildRecordLabelSql(kind.thing, (column) => `o.${quoteIdentifier(column)}`)}) as params
        from s.holder h join s.row r on r.row = h.row join s.match m on m.row = h.row
        join ${kind.thing.name} t on t.pk = h.target join ${kind.thing.name} o on o.pk = m.target
        where h.target <> m.target and not exists (select 1 from s.match k join s.row r on r.row = k.row
          where k.target = h.target and ${row} = h.key)
        order by r.row`,
    });
  }
};
