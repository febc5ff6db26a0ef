import type { LostField } from "../../../../../imports/plan.ts";
import type { Database } from "../../database.ts";
import type { ImportRecord } from "../../../imports/record.ts";
import { quoteIdentifier } from "../../../sql/forms.ts";
import { wasTable } from "../stored-kind.ts";
import { kindNamed } from "../tables.ts";

/** SQL: the names of all custom fields that ever were, by their numbers, which follow one another: of each the audit has a record. */
const NAMES = `select row_number() over (order by seq) as pk,
    coalesce(record -> 'objects' -> 0 ->> 'name', record -> 'after' ->> 'name') as name
  from audit where record ->> 'action' = 'fields.add'`;

/** The names of custom fields by number; none where the audit was altered and has not all of them. */
const namesOf = (database: Database): ReadonlyMap<number, string> => {
  const rows = database.all(NAMES);
  const made = database.count("select coalesce(max(last), 0) from collection where name = 'fields'");
  const named = rows.flatMap(({ pk, name }) => (typeof name === "string" ? [[Number(pk), name] as const] : []));
  return rows.length === made ? new Map(named) : new Map();
};

/**
 * The values that an undoing does not bring back, as their custom fields were removed since: those of records that the
 * import deleted, and of fields that its file had. Undefined if there are none.
 */
export const lostBy = (
  database: Database,
  { pk, kind: name, detail }: ImportRecord,
): readonly LostField[] | undefined => {
  const kind = kindNamed(name);
  const custom = kind.fields.find(({ merge }) => merge === "custom");
  if (custom === undefined) return undefined;
  const written = (detail.staged?.places ?? []).map(({ field }) => field);
  const rows = database.all(
    `select cast(e.key as integer) as field, count(*) as "values"
     from ${wasTable(kind)} c, json_each(c.${quoteIdentifier(custom.stored)}) e
     where c.import = :pk and (c.action = 'delete' or 'custom:' || e.key in (select value from json_each(:written)))
       and not exists (select 1 from custom_field f where f.pk = cast(e.key as integer))
     group by field order by field`,
    { pk, written: JSON.stringify(written) },
  );
  if (rows.length === 0) return undefined;
  const names = namesOf(database);
  return rows.map((row) => ({ name: names.get(Number(row["field"])) ?? null, values: Number(row["values"]) }));
};
