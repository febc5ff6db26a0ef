import { getColumnBit } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { buildIsMatchedRowSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { CANDIDATE_KEY_TABLE, rowColumn, buildRowKeysSql } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { Claim, PlanDefinition, StoredReference } from "../stored-kind.ts";
import { listMergedReferences } from "./cells.ts";
import { storeMergedRows } from "./local-fields.ts";
import { MERGED_TABLE, getMergedVersions, LEFT_OUT_TARGET } from "./tables.ts";

/**
 * Skips values of an export that the tenant cannot accept because another record has the value. For an existing record,
 * this is reported as a contradiction; a new row does not create a record. Contests in `s.contest` that are lost for
 * this reason become `left`.
 */
export const skipImpossibleValues = (database: Database, plan: PlanDefinition, claims: readonly Claim[]): void => {
  if (getMergedVersions(plan) === undefined) return;
  database.exec("update s.contest set state = 'left' where state = 'lost'");
  for (const { field } of claims)
    storeContradictions(
      database,
      plan,
      field,
      `select c.row from s.contest c where c.field = '${field.field}' and c.state = 'left'`,
    );
};

/**
 * Skips references of an export to locally deleted records, because records of the tenant cannot refer to them, see
 * {@link skipImpossibleValues}.
 */
export const skipDeletedReferences = (database: Database, plan: PlanDefinition): void => {
  if (getMergedVersions(plan) === undefined) return;
  const deleted = listMergedReferences(plan).filter(
    ({ field, table }) =>
      field.merge === "reference" &&
      database.get(
        `select 1 from ${CANDIDATE_KEY_TABLE} u where u.what = '${field.short}' and ${buildIsDeletedSql(table)}`,
      ) !== undefined,
  );
  for (const { field, table } of deleted) {
    const shown = `s.row r ${ORDERED_JOIN} ${CANDIDATE_KEY_TABLE} u on u.what = '${field.short}' and u.key = ${buildRowKeysSql(field)} and ${buildIsDeletedSql(table)}`;
    recordFinding(database, plan, {
      code: "reference-deleted",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${rowColumn(field.field)}) as params
        from ${shown} where not ${buildIsMatchedRowSql("r.row")}`,
    });
    const changed = `exists (select 1 from s.match m where m.row = r.row and m.changed & ${2 ** field.bit} <> 0)`;
    storeContradictions(
      database,
      plan,
      field,
      `select r.row from ${shown} where ${changed} or not ${buildIsMatchedRowSql("r.row")}`,
    );
  }
};

/** SQL: true if the record of a candidate key `u` was deleted locally. */
const buildIsDeletedSql = ({ thing }: StoredReference["table"]): string =>
  `u.pk is not null and not exists (select 1 from main.${thing.name} known where known.pk = u.pk)`;

/** Stores the values of rows as contradictions, and leaves out new rows.  @param rows SQL that selects rows */
const storeContradictions = (database: Database, plan: PlanDefinition, field: ImportedField, rows: string): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  database.exec("drop table if exists s.impossible");
  database.exec("create table s.impossible (row integer primary key)");
  database.exec(`insert into s.impossible ${rows}`);
  const left = "select row from s.impossible";
  const bit = getColumnBit(versions, field.stored);
  const matched = `s.match m on m.target = o.pk and m.row in (${left})`;
  const local = `(select n.*, 1 as inConsole from main.${plan.kind.thing.name} n) o`;
  storeMergedRows(database, plan, versions, `${local} ${ORDERED_JOIN} ${matched}`);
  database.exec(
    `update ${MERGED_TABLE} set shown = shown | ${bit}, differing = differing | ${bit}, open = open | ${bit}, contradicted = contradicted | ${bit}
     where row in (${left})`,
  );
  database.exec(`update s.match set changed = changed & ~${2 ** field.bit} where row in (${left})`);
  database.exec(
    `insert into s.match (row, target, changed) select row, ${LEFT_OUT_TARGET}, 0 from (${left}) where true on conflict do nothing`,
  );
};
