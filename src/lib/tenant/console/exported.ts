import { FORMATS } from "../../model/formats.ts";
import type { Thing } from "../../model/thing.ts";
import { buildIsUndoneInMirror } from "../audit/audit-rows.ts";
import { buildNameListSql, ORDERED_JOIN } from "../store/sql/forms.ts";
import { getColumnBit, getVersionTable, type VersionSchema } from "../versions/tables.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";

// The columns that exports of the console have contained for all records of a type. The columns of an export are not
// recorded if the export was merged without deleting missing records or was used to verify a task, because such an
// export may contain only some of the records.

/**
 * SQL: the columns that exports have contained: `kind` is the format of the files, and `field` is the column
 * (`custom:12` for a custom field).
 */
export const EXPORTED_COLUMNS = `(select e.kind, e.field from main.exported_column e group by e.kind, e.field having sum(e.shown) > 0)`;

/**
 * SQL: the versions `v` with the local values of a column between the last export that contained the column and the
 * change that dropped the task. Somebody may have entered such a value in the console. `droppedBy`: number of the
 * change that dropped the task.
 */
export const buildDroppedVersionsSql = (versions: VersionSchema, column: string): string => {
  const { thing } = versions;
  const [table, isOf] = [`main.${getVersionTable(versions)}`, getColumnBit(versions, column)];
  const shownAt = `coalesce((select max(e.revision) from main.exported_column e ${ORDERED_JOIN} main.change c on c.revision = e.revision
    where e.kind = ${buildRecordKindSql(thing, "d.pk")} and e.field in (${buildNameListSql(findFileFields(thing, column))}) and e.shown > 0
      and not ${buildIsUndoneInMirror("c.number")}), 0)`;
  return `select v.*, x.number as droppedBy from main.change x ${ORDERED_JOIN} ${table} d on d.revision = x.revision ${ORDERED_JOIN} ${table} v on v.pk = d.pk
    where x.writer = 'drop' and x.undoneBy is null and d.action = 'update' and d.changed & ${isOf} <> 0
      and v.action = 'update' and v.changed & ${isOf} <> 0 and v.revision between ${shownAt} + 1 and d.revision`;
};

/** SQL: records that the export imported by the change `:revision` contains the column `:field`. */
export const INSERT_EXPORTED_COLUMN = "insert into main.exported_column values (:kind, :field, :revision, 1)";

/** SQL: the format of the files that contain a record. @param pk SQL of the record number */
const buildRecordKindSql = ({ name, scope, formats }: Thing, pk: string): string =>
  scope === undefined
    ? `'${Object.keys(formats).join()}'`
    : `(select k.${scope} from main.${name} k where k.pk = ${pk})`;

/**
 * Returns the fields of the file columns that show a stored column; returns an empty list if no file shows the column.
 */
export const findFileFields = (thing: Thing, column: string): readonly string[] => {
  const field = findFieldOfColumn(thing, column);
  const formats = Object.values(FORMATS).filter((format) => format.thing === thing);
  const shown = formats.flatMap(({ columns }) => columns.filter(({ sets }) => thing.fields[sets] === field));
  return field === undefined ? [] : [...new Set(shown.map((one) => one.field))];
};
