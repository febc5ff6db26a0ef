import { FORMATS } from "../../model/formats.ts";
import type { Thing } from "../../model/thing.ts";
import { isUndoneInMirror } from "../audit/audit-rows.ts";
import { listed, THEN } from "../store/sql/forms.ts";
import { bitOf, versionTable, type Versions } from "../versions/tables.ts";
import { fieldOf } from "../versions/timeline.ts";

// The columns that exports of the console have shown of all records of a kind. An export of which what it lacks was kept, or
// that a task was verified by, may show a part of the records, so it tells of no column.

/** SQL: the columns that exports have shown: `kind` of the files, and `field`, a custom one as `custom:12`. */
export const EXPORTED_COLUMNS = `(select e.kind, e.field from main.exported_column e group by e.kind, e.field having sum(e.shown) > 0)`;

/**
 * SQL: the versions `v` of what was here, and was dropped since an export of all records last showed a column: somebody may have
 * done it in the console. `droppedBy`: the number of the change that dropped it.
 */
export const droppedVersions = (versions: Versions, column: string): string => {
  const { thing } = versions;
  const [table, isOf] = [`main.${versionTable(versions)}`, bitOf(versions, column)];
  const shownAt = `coalesce((select max(e.revision) from main.exported_column e ${THEN} main.change c on c.revision = e.revision
    where e.kind = ${kindOfRecord(thing, "d.pk")} and e.field in (${listed(fileFields(thing, column))}) and e.shown > 0
      and not ${isUndoneInMirror("c.number")}), 0)`;
  return `select v.*, x.number as droppedBy from main.change x ${THEN} ${table} d on d.revision = x.revision ${THEN} ${table} v on v.pk = d.pk
    where x.writer = 'drop' and x.undoneBy is null and d.action = 'update' and d.changed & ${isOf} <> 0
      and v.action = 'update' and v.changed & ${isOf} <> 0 and v.revision between ${shownAt} + 1 and d.revision`;
};

/** SQL: stores that an export which the change `:revision` takes over has the column `:field`. */
export const NOTING_EXPORTED = "insert into main.exported_column values (:kind, :field, :revision, 1)";

/** SQL: takes back in the change `:revision` what `:undone` stored, which may be an undo by itself. */
export const RESTORING_EXPORTED = `insert into main.exported_column
  select e.kind, e.field, :revision, -e.shown from main.exported_column e where e.revision = :undone`;

/** SQL: the kind of files that have a record. @param pk SQL of its number */
const kindOfRecord = ({ name, scope, formats }: Thing, pk: string): string =>
  scope === undefined
    ? `'${Object.keys(formats).join()}'`
    : `(select k.${scope} from main.${name} k where k.pk = ${pk})`;

/** Returns the fields of the columns of files that show a stored column of records; none if no file has it. */
export const fileFields = (thing: Thing, column: string): readonly string[] => {
  const field = fieldOf(thing, column);
  const formats = Object.values(FORMATS).filter((format) => format.thing === thing);
  const shown = formats.flatMap(({ columns }) => columns.filter(({ sets }) => thing.fields[sets] === field));
  return field === undefined ? [] : [...new Set(shown.map((one) => one.field))];
};
