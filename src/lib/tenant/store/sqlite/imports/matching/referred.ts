import { KEYS, type ImportedField } from "../../../../../imports/kinds.ts";
import type { Database } from "../../database.ts";
import { quoteIdentifier } from "../../../sql/forms.ts";
import { EXPORTED } from "../../../../console/observed.ts";
import { renamedThere } from "./pending.ts";
import { isKnown, isStaged, staged, stagedKeys } from "../expressions.ts";
import type { PlanSql } from "../stored-kind.ts";

// Cells of staged rows that name records: what they named, by what that is called now.

const referencesIn = (plan: PlanSql) => plan.kind.references.filter(({ field }) => isStaged(plan, field));

/**
 * Names what cells of the console's export name by its former name, while the task of its renaming is open: the export may
 * be from before that was done. Of things that no file has, which would be made anew by it; where the export has both names,
 * the former one is another's.
 */
export const followFormer = (database: Database, plan: PlanSql): void => {
  const { kind, request } = plan;
  if (request.fromConsole !== true) return;
  for (const reference of referencesIn(plan)) {
    const { field, table } = reference;
    if (EXPORTED.some(({ thing }) => thing === table.thing)) continue;
    const isNamed = (key: string): boolean =>
      database.count("select count(*) from s.refer f where f.what = :what and f.key = :key", {
        what: field.short,
        key,
      }) > 0;
    const isHere = (key: string): boolean =>
      database.count(`select ${isKnown(reference, ":key")}`, { key, kind: kind.name }) > 0;
    const names = renamedThere(database, reference, kind.name).filter(
      ({ key, now }) => isNamed(key) && !isNamed(now) && !isHere(key),
    );
    if (names.length > 0) rename(database, field, names);
  }
};

/** A record that cells named by a key, and by what they name it now. */
interface Followed {
  readonly key: string;
  readonly pk: number;
  readonly value: string;
  readonly now: string;
}

/** All at once, as two may have changed their names. */
const rename = (database: Database, field: ImportedField, names: readonly Followed[]): void => {
  const values = { names: JSON.stringify(names), what: field.short };
  database.exec("drop table if exists s.followed");
  database.run(
    `create table s.followed as select value ->> 'key' as key, value ->> 'pk' as pk, value ->> 'value' as value,
       value ->> 'now' as now from json_each(:names)`,
    { names: values.names },
  );
  const [cell, keys] = [quoteIdentifier(field.field), stagedKeys(field)];
  const of = field.merge === "list" ? listBy(field) : { value: "n.value", key: "n.now", which: `n.key = ${keys}` };
  const beside = field.beside.find(({ sparse }) => sparse)?.column;
  const kept = beside === undefined ? "" : `, ${KEYS} = json_set(coalesce(r.${KEYS}, '{}'), '$.${beside}', ${of.key})`;
  const from = field.merge === "list" ? "" : "from s.followed n";
  database.exec(`update s.row as r set ${cell} = ${of.value}${kept} ${from} where ${of.which}`);
  const what = { what: values.what };
  for (const [table, columns] of [["s.refer", "f.what, n.now, n.value, f.row, f.col"]] as const) {
    database.exec("drop table if exists s.renamed");
    database.run(
      `create table s.renamed as select ${columns} from ${table} f join s.followed n on n.key = f.key where f.what = :what`,
      what,
    );
    database.run(`delete from ${table} where what = :what and key in (select key from s.followed)`, what);
    database.exec(`insert into ${table} select * from s.renamed where true on conflict do nothing`);
  }
};

/** SQL: the list of a row `r`, and its keys, by the names of now; sets in the order of their keys. */
const listBy = (field: ImportedField): { readonly value: string; readonly key: string; readonly which: string } => {
  const [cells, keys] = [staged(field.field), stagedKeys(field)];
  const [value, now] = ["coalesce(n.value, e.value)", `coalesce(n.now, ${keys} ->> e.key)`];
  const list = (of: string): string =>
    `(select json_group_array(${of} order by ${field.set ? now : "e.key"}) from json_each(${cells}) e
      left join s.followed n on n.key = ${keys} ->> e.key)`;
  const which = `exists (select 1 from json_each(${keys}) k join s.followed n on n.key = k.value)`;
  return { value: list(value), key: list(now), which };
};
