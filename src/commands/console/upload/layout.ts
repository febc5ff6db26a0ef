import { refersToOrg, type Column } from "../../../lib/model/format.ts";
import type { KindUpload } from "./open-records.ts";

export interface UploadColumn {
  readonly column: Column;
  /** headers of the cells that the column has in each row; further cells have the last header */
  readonly headers: readonly [string, ...string[]];
  /** false if the last export lacks the column, so that the console's values are unknown */
  readonly isShown: boolean;
}

/**
 * Returns all columns that a file may have, in the order of the last export; further ones in the order of the manual.
 * @see facts 6.4
 */
export function orderColumns(columns: readonly Column[], last: KindUpload["last"]): readonly UploadColumn[] {
  const { header = [], places = [], fields = [], orgsByName } = last ?? {};
  const cells = places
    .flatMap(({ column, cells: all = [column] }, nth) => all.map((cell) => ({ cell, field: fields[nth] })))
    .toSorted((one, other) => one.cell - other.cell);
  let placed = [...Map.groupBy(cells, ({ field }) => field)].flatMap(([name, of]): readonly UploadColumn[] => {
    const column = columns.find(({ field }) => field === name);
    // organisations can be uploaded only by their codes
    if (column === undefined || isOrgPath(column) || (orgsByName === true && refersToOrg(column))) return [];
    const [first = column.header, ...more] = of.map(({ cell }) => header[cell - 1] ?? column.header);
    return [{ column, headers: [first, ...more], isShown: true }];
  });
  for (const [at, column] of columns.entries()) {
    if (isOrgPath(column) || placed.some((one) => one.column === column)) continue;
    const before = column.set === true ? columns : columns.slice(0, at);
    const place = placed.findLastIndex((one) => before.includes(one.column));
    placed = placed.toSpliced(place + 1, 0, { column, headers: [column.header], isShown: false });
  }
  return placed;
}

const isOrgPath = ({ refers }: Column): boolean => refers?.by === "path";
