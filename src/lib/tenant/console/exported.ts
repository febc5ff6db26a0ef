// The columns that exports of the console have shown of all records of a kind. An export of which what it lacks was kept, or
// that a task was verified by, may show a part of the records, so it tells of no column.

/** SQL: the columns that exports have shown: `kind` of the files, and `field`, a custom one as `custom:12`. */
export const EXPORTED_COLUMNS = `(select e.kind, e.field from main.exported_column e group by e.kind, e.field having sum(e.shown) > 0)`;

/** SQL: stores that an export which the change `:revision` takes over has the column `:field`. */
export const NOTING_EXPORTED = "insert into main.exported_column values (:kind, :field, :revision, 1)";

/** SQL: takes back in the change `:revision` what `:undone` stored, which may be an undo by itself. */
export const RESTORING_EXPORTED = `insert into main.exported_column
  select e.kind, e.field, :revision, -e.shown from main.exported_column e where e.revision = :undone`;
