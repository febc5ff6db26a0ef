import type { ImportedField } from "../staging/kinds.ts";
import type { ColumnChange } from "../staging/counts.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { clearsMost } from "../../../rules/import-file.ts";
import { either, isValid, quoteIdentifier, THEN } from "../../store/sql/forms.ts";
import {
  changes,
  isStaged,
  resultingKeys,
  staged,
  staysBeyond,
  storedKeys,
  touchedFields,
  valueForExisting,
} from "./expressions.ts";
import type { PlanSql } from "./stored-kind.ts";

/** SQL: true if a row that changes a field leaves it blank. */
const leavesBlank = (plan: PlanSql, field: ImportedField): string => {
  const { planner } = plan.kind.table;
  if (planner !== undefined) return planner.blank[field.field] ?? "false";
  if (!isStaged(plan, field)) return "true";
  return field.merge === "list" ? `${valueForExisting(plan, field)} = '[]'` : `${staged(field.field)} is null`;
};

/** SQL: the valid rows whose record changes, and their records. @param more SQL of what is joined to them */
const changed = ({ kind }: PlanSql, more = kind.table.planner?.join ?? ""): string =>
  `s.match m ${THEN} s.row r on r.row = m.row ${THEN} ${kind.thing.name} t on t.pk = m.target ${more}
   where m.changed <> 0 and ${isValid("m.row")}`;

const has = (mask: number, { bit }: ImportedField): boolean => Math.floor(mask / 2 ** bit) % 2 === 1;

/**
 * Counts the rows that change their record, and what they do to each of its fields, by one pass over them.
 *
 * @returns the number of rows, and the fields that change anywhere
 */
export const countChanges = (
  database: Database,
  plan: PlanSql,
): { readonly update: number; readonly columns: readonly ColumnChange[] } => {
  const fields = plan.kind.table.planner === undefined ? touchedFields(plan) : plan.kind.fields;
  const single = fields.filter(({ merge }) => merge !== "custom");
  const blank = single.map((field) => either(leavesBlank(plan, field), String(2 ** field.bit), "0")).join(" + ");
  const masks = database
    .all(
      `select m.changed as mask, m.changed & (${blank || "0"}) as blank, count(*) as n from ${changed(plan)} group by 1, 2`,
    )
    .map(({ mask, blank, n }) => ({ mask: Number(mask), blank: Number(blank), n: Number(n) }));
  const sum = (which: (one: (typeof masks)[number]) => boolean): number =>
    masks.reduce((total, one) => (which(one) ? total + one.n : total), 0);
  const columns = fields.flatMap((field): readonly ColumnChange[] => {
    const all = sum(({ mask }) => has(mask, field));
    const kept = countKept(database, plan, field);
    if (all + kept === 0) return [];
    if (field.merge === "custom") return customChanges(database, plan, field);
    const cleared = sum(({ blank }) => has(blank, field));
    const removed = all === 0 ? 0 : countRemoved(database, plan, field);
    const before = valuesBefore(database, plan, `t.${quoteIdentifier(field.stored)} ${isFilled(plan, field)}`, cleared);
    return [{ field: field.field, changed: all - cleared, cleared, removed, kept, ...before }];
  });
  return { update: sum(() => true), columns };
};

/** SQL, after a column: true if a record has a value there that a blank cell would clear. */
const isFilled = ({ kind }: PlanSql, field: ImportedField): string => {
  if (field.merge === "list") return "<> '[]'";
  const usual = kind.references.find((reference) => reference.field === field)?.table.usual;
  return usual === undefined ? "is not null" : `<> ${usual}`;
};

/**
 * Returns the number of values that a field has before, if the plan clears most of them. Of the others only so many are
 * counted as tell that.
 *
 * @param filled SQL: true if the record `t` has a value of the field
 */
const valuesBefore = (
  database: Database,
  { kind }: PlanSql,
  filled: string,
  cleared: number,
): Pick<ColumnChange, "clearedOf"> => {
  if (cleared === 0) return {};
  const before = database.count(
    `select count(*) from (select 1 from ${kind.thing.name} t where ${kind.inScope} and ${filled} limit :most) one`,
    { kind: kind.name, most: cleared * 2 },
  );
  return clearsMost({ before, after: before - cleared, facts: undefined }) ? { clearedOf: before } : {};
};

/** The values that changed lists lose. */
const countRemoved = (database: Database, plan: PlanSql, field: ImportedField): number => {
  if (field.merge !== "list") return 0;
  const after = isStaged(plan, field) ? resultingKeys(plan, field) : "'[]'";
  return database.count(
    `select count(*) from ${changed(plan, `${THEN} json_each(${storedKeys(field)}) o`)} and ${changes(field)}
     and not exists (select 1 from json_each(${after}) k where k.value = o.value)`,
  );
};

/** The values of lists that lie beyond the file's columns, and stay. */
const countKept = (database: Database, plan: PlanSql, field: ImportedField): number => {
  const stays = staysBeyond(plan, field);
  if (stays === undefined) return 0;
  const { claims, thing } = plan.kind;
  const claim = claims.find((one) => one.field === field && !one.own);
  // nearly always nobody has a second value
  if (claim !== undefined && database.get(`select 1 from ${claim.table} where main = 0 limit 1`) === undefined)
    return 0;
  return database.count(
    `select count(*) from s.match m ${THEN} s.row r on r.row = m.row ${THEN} ${thing.name} t on t.pk = m.target
     ${THEN} json_each(${storedKeys(field)}) o where ${isValid("m.row")} and ${stays}`,
  );
};

/** Custom fields change one by one, though they are compared together. */
const customChanges = (database: Database, plan: PlanSql, field: ImportedField): readonly ColumnChange[] => {
  const after = valueForExisting(plan, field);
  const differ = (list: string, column: string, which: string): string =>
    `select e.key, ${column} from ${changed(plan, `${THEN} json_each(${list}) e`)} and ${changes(field)} and ${which}`;
  const stored = `t.${field.stored}`;
  return database
    .all(
      `select f.pk, f.name, sum(change) as changed, sum(clearing) as cleared from (
         ${differ(after, "1 as change, 0 as clearing", `${stored} ->> e.key is distinct from e.value`)}
         union all ${differ(stored, "0, 1", `(${after}) ->> e.key is null`)}) k
       join custom_field f on f.pk = cast(k.key as integer) group by f.pk order by f.pk`,
    )
    .map(({ pk, name, changed: n, cleared }) => ({
      field: `custom:${String(name)}`,
      changed: Number(n),
      cleared: Number(cleared),
      removed: 0,
      kept: 0,
      ...valuesBefore(database, plan, `${stored} ->> '${Number(pk)}' is not null`, Number(cleared)),
    }));
};
