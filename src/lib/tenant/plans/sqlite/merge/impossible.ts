import { bitOf } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { isMatched, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { CANDIDATE_KEYS, staged, stagedKeys } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { Claim, PlanSql, StoredReference } from "../stored-kind.ts";
import { mergedReferences } from "./cells.ts";
import { insertMerged } from "./local-fields.ts";
import { MERGED, mergedWith, NO_RECORD } from "./tables.ts";

/**
 * Leaves alone what an export shows and is not possible here, as another record has the value: a row's field contradicts the
 * local one, and a new row creates nothing. The contests of `s.contest` that are lost so are `left`.
 */
export const leaveImpossible = (database: Database, plan: PlanSql, claims: readonly Claim[]): void => {
  if (mergedWith(plan) === undefined) return;
  database.exec("update s.contest set state = 'left' where state = 'lost'");
  for (const { field } of claims)
    contradict(
      database,
      plan,
      field,
      `select c.row from s.contest c where c.field = '${field.field}' and c.state = 'left'`,
    );
};

/**
 * Leaves alone what an export shows of records that were deleted here, as nothing here can refer to these: see
 * {@link leaveImpossible}.
 */
export const leaveDeleted = (database: Database, plan: PlanSql): void => {
  if (mergedWith(plan) === undefined) return;
  const deleted = mergedReferences(plan).filter(
    ({ field, table }) =>
      field.merge === "reference" &&
      database.get(`select 1 from ${CANDIDATE_KEYS} u where u.what = '${field.short}' and ${isDeleted(table)}`) !==
        undefined,
  );
  for (const { field, table } of deleted) {
    const shown = `s.row r ${THEN} ${CANDIDATE_KEYS} u on u.what = '${field.short}' and u.key = ${stagedKeys(field)} and ${isDeleted(table)}`;
    recordFinding(database, plan, {
      code: "reference-deleted",
      severity: "warning",
      field: field.field,
      select: `select r.row, r.line, null as col, json_object('value', ${staged(field.field)}) as params
        from ${shown} where not ${isMatched("r.row")}`,
    });
    const changed = `exists (select 1 from s.match m where m.row = r.row and m.changed & ${2 ** field.bit} <> 0)`;
    contradict(database, plan, field, `select r.row from ${shown} where ${changed} or not ${isMatched("r.row")}`);
  }
};

/** SQL: true if the record of a candidate key `u` was deleted here. */
const isDeleted = ({ thing }: StoredReference["table"]): string =>
  `u.pk is not null and not exists (select 1 from main.${thing.name} known where known.pk = u.pk)`;

/** Keeps what rows show of a field as contradicted, and leaves out the new ones. @param rows SQL: selects them */
const contradict = (database: Database, plan: PlanSql, field: ImportedField, rows: string): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  database.exec("drop table if exists s.impossible");
  database.exec("create table s.impossible (row integer primary key)");
  database.exec(`insert into s.impossible ${rows}`);
  const left = "select row from s.impossible";
  const bit = bitOf(versions, field.stored);
  const matched = `s.match m on m.target = o.pk and m.row in (${left})`;
  const local = `(select n.*, 1 as inConsole from main.${plan.kind.thing.name} n) o`;
  insertMerged(database, plan, versions, `${local} ${THEN} ${matched}`);
  database.exec(
    `update ${MERGED} set shown = shown | ${bit}, differing = differing | ${bit}, open = open | ${bit}, contradicted = contradicted | ${bit}
     where row in (${left})`,
  );
  database.exec(`update s.match set changed = changed & ~${2 ** field.bit} where row in (${left})`);
  database.exec(
    `insert into s.match (row, target, changed) select row, ${NO_RECORD}, 0 from (${left}) where true on conflict do nothing`,
  );
};
