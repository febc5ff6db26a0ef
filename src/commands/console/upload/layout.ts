import type { Import, TaskRecord } from "../../../lib/client/index.ts";
import { refersToOrg, type Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { KindUpload } from "./open-records.ts";

export interface UploadColumn {
  readonly column: Column;
  readonly header: string;
  /** index of the cell among the cells that this column has in each row; 0 if it has only one */
  readonly at: number;
  /** false if the last export lacks the column, so that the console's values are unknown */
  readonly isShown: boolean;
}

/** A column with names of organisations is none of these: only codes can be uploaded. */
const listShownColumns = (
  columns: readonly Column[],
  { header, places, fields, request }: Import,
): readonly UploadColumn[] => {
  const isNamed = (column: Column): boolean => request?.orgBy === "name" && refersToOrg(column);
  const found = places.flatMap(({ column: first, cells = [first] }, nth) =>
    cells.map((cell, at) => ({ cell, at, column: columns.find(({ field }) => field === fields[nth]) })),
  );
  return found
    .toSorted((one, other) => one.cell - other.cell)
    .flatMap(({ cell, at, column }) =>
      column === undefined || isNamed(column)
        ? []
        : [{ column, header: header[cell - 1] ?? column.header, at, isShown: true }],
    );
};

/** Returns true for two columns that identify the same record, such as 上位組織コード and 上位組織パス. */
export const isAlias = (one: Column, other: Column): boolean =>
  one.sets === other.sets && one.refers !== undefined && one.refers.to === other.refers?.to;

/** Inserts a column in the order of the manual. @see facts 6.4 */
function insertColumn(
  placed: readonly UploadColumn[],
  column: Column,
  columns: readonly Column[],
): readonly UploadColumn[] {
  const before = column.set === true ? columns : columns.slice(0, columns.indexOf(column));
  const at = placed.findLastIndex((one) => before.includes(one.column));
  return placed.toSpliced(at + 1, 0, { column, header: column.header, at: 0, isShown: false });
}

export function planColumns(
  { kind, last, isWhole }: Pick<KindUpload, "kind" | "last" | "isWhole">,
  columns: readonly Column[],
  records: readonly TaskRecord[],
): readonly UploadColumn[] {
  const open = new Set(records.flatMap(({ changes }) => changes.map(({ field }) => field)));
  const isNew = records.some(({ work }) => work === "create");
  const isNeeded = ({ field, sets, required }: Column): boolean =>
    open.has(field) ||
    open.has(sets) ||
    field === FORMATS[kind].key ||
    required === "always" ||
    (required === "new" && isNew);
  const shown = last === undefined ? [] : listShownColumns(columns, last);
  let placed = isWhole ? shown : shown.filter(({ column }) => isNeeded(column));
  for (const column of columns) {
    const isThere = placed.some((one) => one.column === column || isAlias(one.column, column));
    if (!isThere && (isWhole || isNeeded(column))) placed = insertColumn(placed, column, columns);
  }
  return placed;
}

export const widenColumns = (
  placed: readonly UploadColumn[],
  countOf: (column: Column) => number,
): readonly UploadColumn[] =>
  placed.flatMap((one, index) => {
    const isLast = !placed.some(({ column }, other) => other > index && column === one.column);
    const missing = isLast && one.column.repeated === true ? countOf(one.column) - one.at - 1 : 0;
    return [one, ...Array.from({ length: Math.max(0, missing) }, (_, more) => ({ ...one, at: one.at + 1 + more }))];
  });
