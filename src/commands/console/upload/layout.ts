import { refersToOrg, type Column } from "../../../lib/model/format.ts";
import type { KindUpload } from "./open-records.ts";

export interface UploadColumn {
  readonly column: Column;
  /** headers of the cells that the column has in each row; further cells have the last header */
  readonly headers: readonly [string, ...string[]];
  /** false if the last export lacks the column, so that the console's values are unknown */
  readonly isShown: boolean;
}

/** Returns true for two columns that identify the same record, such as 上位組織コード and 上位組織パス. */
export const isAlias = (one: Column, other: Column): boolean =>
  one.sets === other.sets && one.refers !== undefined && one.refers.to === other.refers?.to;

/** A column with names of organisations is none of these: only codes can be uploaded. */
function listShownColumns(columns: readonly Column[], last: KindUpload["last"]): readonly UploadColumn[] {
  const { header = [], places = [], fields = [], request } = last ?? {};
  const cells = places
    .flatMap(({ column, cells: all = [column] }, nth) => all.map((cell) => ({ cell, field: fields[nth] })))
    .toSorted((one, other) => one.cell - other.cell);
  return [...Map.groupBy(cells, ({ field }) => field)].flatMap(([name, of]) => {
    const column = columns.find(({ field }) => field === name);
    if (column === undefined || (request?.orgBy === "name" && refersToOrg(column))) return [];
    const [first = column.header, ...more] = of.map(({ cell }) => header[cell - 1] ?? column.header);
    return [{ column, headers: [first, ...more], isShown: true }];
  });
}

/**
 * Returns all columns that a file may have, in the order of the last export; further ones in the order of the manual.
 * @see facts 6.4
 */
export function orderColumns(columns: readonly Column[], last: KindUpload["last"]): readonly UploadColumn[] {
  let placed = listShownColumns(columns, last);
  for (const [at, column] of columns.entries()) {
    if (placed.some((one) => one.column === column || isAlias(one.column, column))) continue;
    const before = column.set === true ? columns : columns.slice(0, at);
    const last = placed.findLastIndex((one) => before.includes(one.column));
    placed = placed.toSpliced(last + 1, 0, { column, headers: [column.header], isShown: false });
  }
  return placed;
}
