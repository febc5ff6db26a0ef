import type { RemovedField } from "../../../../../csv/layout/header.ts";
import { nameKey } from "../../../../../model/normalise.ts";
import { CUSTOM_FIELD } from "../../../../../model/user.ts";
import { beforeTable, keepingAgreed, observedTable, PRESENCE } from "../../../../console/observed.ts";
import { ALL_CHANGED } from "../../../../versions/tables.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";

// Custom fields that were removed here, and that the console may have still: a column of an export with such a name is of them.

const FIELD = versionsOf(CUSTOM_FIELD.name);

/** SQL: true if a field `o` was removed here. */
const IS_REMOVED = `not exists (select 1 from main.custom_field t where t.pk = o.pk)`;

/**
 * SQL: the fields `o`, as they were before their removal was confirmed. Once the tenant has another one of that name, columns are of
 * that one.
 */
const CONFIRMED = `main.${beforeTable(FIELD)} o ${THEN} main.change c
  on c.revision = o.revision and c.writer = 'confirm' and c.undoneBy is null
  where o.confirmed & ${PRESENCE} <> 0 and ${IS_REMOVED}
    and not exists (select 1 from main.${observedTable(FIELD)} n where n.pk = o.pk)
    and not exists (select 1 from main.custom_field t where t.nameKey = o.nameKey)`;

/** Returns the custom fields that were removed here, with the tasks of these. */
export const removedFields = (database: Database): readonly RemovedField[] =>
  database
    .all(
      `select o.name, max(c.number) as task from (
         select pk, name from main.${observedTable(FIELD)} o where ${IS_REMOVED} union select o.pk, o.name from ${CONFIRMED}) o
       ${THEN} main.custom_field_version v on v.pk = o.pk and v.action = 'delete' ${THEN} main.change c on c.revision = v.revision
       group by o.name`,
    )
    .map(({ name, task }) => ({ name: String(name), task: Number(task) }));

/** Opens the tasks of removed fields again which somebody confirmed, though an export has their columns. @param header of the export */
export const reopenRemoved = (database: Database, header: readonly string[], revision: number): void => {
  const shown = new Set(header.map((name) => nameKey(name.trim())));
  const pks = database
    .all(`select o.pk, o.name from ${CONFIRMED}`)
    .flatMap(({ pk, name }) => (shown.has(nameKey(String(name).trim())) ? [Number(pk)] : []));
  if (pks.length === 0) return;
  const params = { pks: JSON.stringify(pks), revision };
  const columns = FIELD.columns.map(({ name }) => name).join(", ");
  const which = "(select value as pk from json_each(:pks)) o";
  database.run(keepingAgreed(FIELD, `${which} where true`), params);
  database.run(
    `insert into main.${observedTable(FIELD)} (pk, inConsole, differs, since, ${columns})
     select o.pk, 1, ${ALL_CHANGED}, :revision, ${columns} from ${which} ${THEN} main.custom_field_version v on v.pk = o.pk
     where v.action = 'delete' and v.revision = (select max(l.revision) from main.custom_field_version l where l.pk = o.pk)`,
    params,
  );
};
