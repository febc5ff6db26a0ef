import type { ImportedField } from "../staging/kinds.ts";
import type { ColumnChange } from "../staging/counts.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { buildCaseSql, buildIsValidRowSql, ORDERED_JOIN } from "../../store/sql/forms.ts";
import {
  buildChangesFieldSql,
  isStaged,
  buildListKeysAfterRowSql,
  rowColumn,
  findReference,
  buildRecordKeysSql,
  listStagedFields,
  buildExistingValueSql,
} from "./expressions.ts";
import type { PlanDefinition } from "./stored-kind.ts";

const buildLeavesBlankSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (!isStaged(plan, field)) return "true";
  if (field.resolved) return `${rowColumn(field.field)} = '${findReference(plan.kind, field)?.usual}'`;
  return field.merge === "list" ? `${buildExistingValueSql(plan, field)} = '[]'` : `${rowColumn(field.field)} is null`;
};

const buildChangedRowsSql = ({ kind }: PlanDefinition, more = ""): string =>
  `s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${kind.thing.name} t on t.pk = m.target ${more}
   where m.changed <> 0 and ${buildIsValidRowSql("m.row")}`;

const hasFieldBit = (mask: number, { bit }: ImportedField): boolean => Math.floor(mask / 2 ** bit) % 2 === 1;

export const countChanges = (
  database: Database,
  plan: PlanDefinition,
): { readonly update: number; readonly columns: readonly ColumnChange[] } => {
  const fields = listStagedFields(plan);
  const single = fields.filter(({ merge }) => merge !== "custom");
  const blank = single
    .map((field) => buildCaseSql(buildLeavesBlankSql(plan, field), String(2 ** field.bit), "0"))
    .join(" + ");
  const masks = database
    .all(
      `select m.changed as mask, m.changed & (${blank || "0"}) as blank, count(*) as n from ${buildChangedRowsSql(plan)} group by 1, 2`,
    )
    .map(({ mask, blank, n }) => ({ mask: Number(mask), blank: Number(blank), n: Number(n) }));
  const sum = (which: (one: (typeof masks)[number]) => boolean): number =>
    masks.reduce((total, one) => (which(one) ? total + one.n : total), 0);
  const columns = fields.flatMap((field): readonly ColumnChange[] => {
    const all = sum(({ mask }) => hasFieldBit(mask, field));
    if (all === 0) return [];
    if (field.merge === "custom") return countCustomChanges(database, plan, field);
    const cleared = sum(({ blank }) => hasFieldBit(blank, field));
    return [{ field: field.field, changed: all - cleared, cleared, removed: countRemoved(database, plan, field) }];
  });
  return { update: sum(() => true), columns };
};

const countRemoved = (database: Database, plan: PlanDefinition, field: ImportedField): number => {
  if (field.merge !== "list") return 0;
  const after = isStaged(plan, field) ? buildListKeysAfterRowSql(plan, field) : "'[]'";
  return database.count(
    `select count(*) from ${buildChangedRowsSql(plan, `${ORDERED_JOIN} json_each(${buildRecordKeysSql(field)}) o`)} and ${buildChangesFieldSql(field)}
     and not exists (select 1 from json_each(${after}) k where k.value = o.value)`,
  );
};

const countCustomChanges = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
): readonly ColumnChange[] => {
  const after = buildExistingValueSql(plan, field);
  const differ = (list: string, column: string, which: string): string =>
    `select e.key, ${column} from ${buildChangedRowsSql(plan, `${ORDERED_JOIN} json_each(${list}) e`)} and ${buildChangesFieldSql(field)} and ${which}`;
  const stored = `t.${field.stored}`;
  return database
    .all(
      `select f.name, sum(change) as changed, sum(clearing) as cleared from (
         ${differ(after, "1 as change, 0 as clearing", `${stored} ->> e.key is distinct from e.value`)}
         union all ${differ(stored, "0, 1", `(${after}) ->> e.key is null`)}) k
       join custom_field f on f.pk = cast(k.key as integer) group by f.pk order by f.pk`,
    )
    .map(({ name, changed: n, cleared }) => ({
      field: `custom:${String(name)}`,
      changed: Number(n),
      cleared: Number(cleared),
      removed: 0,
    }));
};
