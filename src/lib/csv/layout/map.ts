import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { text, type Text } from "../../text/index.ts";
import { columnsOf, type Column, type CustomField, type Format } from "../../model/format.ts";
import { refusalOf } from "../../model/value.ts";
import { findColumn, nearestName } from "./columns.ts";
import type { Dialect } from "../records/record.ts";

/** A value that the map assigns to a field. */
export interface MappedValue {
  /** the field's key, or a custom field's name */
  readonly field: string;
  readonly value: string;
}

/** How a file with foreign headers is read as a console file. Plain data, as passed in the tenant API. */
export interface ColumnMap {
  /** their header, and the field it maps to; null: the column is ignored */
  readonly columns: readonly { readonly header: string; readonly to: string | null }[];
  /** the value of every row, whatever the file contains */
  readonly constants: readonly MappedValue[];
  /** the value of rows whose cell is blank or missing */
  readonly defaults: readonly MappedValue[];
  readonly dialect?: Dialect | undefined;
}

/** Location of a fault in a map: the part, and the entry's number in it, counted from 0. */
export interface MapFault {
  readonly part: "columns" | "constants" | "defaults";
  readonly index: number;
  readonly what: Text;
}

const unknownField = (columns: readonly Column[], name: string): Text => {
  const nearest = nearestName(columns, name);
  return nearest === undefined
    ? text(`no column ${name} in this format`, `「${name}」という列はこの形式にありません`)
    : text(
        `no column ${name} in this format; did you mean ${nearest}?`,
        `「${name}」という列はこの形式にありません。「${nearest}」ですか?`,
      );
};

const twice = (name: string): Text => text(`${name} is listed twice`, `「${name}」が 2 回指定されています`);

/** The columns a map may name; open if the tenant may have custom fields that are not known here. */
interface Targets {
  readonly columns: readonly Column[];
  readonly open: boolean;
}

function* columnFaults(map: ColumnMap, { columns, open }: Targets): Generator<MapFault> {
  const headers = new Set<string>();
  const targets = new Set<string>();
  for (const [index, { header, to }] of map.columns.entries()) {
    const key = nameKey(header);
    if (headers.has(key)) yield { part: "columns", index, what: twice(header) };
    headers.add(key);
    if (to === null) continue;
    const column = findColumn(columns, to);
    if (column === undefined && !open) yield { part: "columns", index, what: unknownField(columns, to) };
    if (column?.repeated === true) continue;
    const target = column?.field ?? nameKey(to);
    if (targets.has(target)) yield { part: "columns", index, what: twice(to) };
    targets.add(target);
  }
}

const valueFault = (column: Column, value: string): Text | undefined => {
  if (column.secret === true) {
    return text(
      `${column.header} is a secret; it cannot be set in a map file`,
      `「${column.header}」はパスワードなどの機密情報なので、対応表ファイルには書けません`,
    );
  }
  if (value === "") return text(`${column.header} has no value`, `「${column.header}」の値がありません`);
  const reason = refusalOf(column.value, value);
  return reason && text(`${column.header}: ${reason.en}`, `${column.header}: ${reason.ja}`);
};

function* valueFaults(map: ColumnMap, { columns, open }: Targets): Generator<MapFault> {
  const named = new Set<string>();
  for (const part of ["constants", "defaults"] as const) {
    for (const [index, { field, value }] of map[part].entries()) {
      const column = findColumn(columns, field);
      const key = column?.field ?? nameKey(field);
      if (named.has(key)) yield { part, index, what: twice(field) };
      named.add(key);
      if (column === undefined) {
        if (!open) yield { part, index, what: unknownField(columns, field) };
        continue;
      }
      const what = valueFault(column, value);
      if (what !== undefined) yield { part, index, what };
    }
  }
}

/**
 * All faults of a map for a format.
 *
 * @param customFields the tenant's; if unknown, names that the format lacks are accepted, as the tenant may have a
 *   custom field of that name: reading the header decides
 */
export const mapFaults = (
  map: ColumnMap,
  format: Format,
  customFields?: readonly CustomField[],
): readonly MapFault[] => {
  const targets = { columns: columnsOf(format, customFields), open: format.custom && customFields === undefined };
  return [...columnFaults(map, targets), ...valueFaults(map, targets)];
};

/** @throws `input-rejected` with the first fault of the map */
export const checkMap = (map: ColumnMap, format: Format): void => {
  const [fault] = mapFaults(map, format);
  if (fault !== undefined) {
    throw new Failure("input-rejected", { what: fault.what, where: `${fault.part}[${fault.index}]` });
  }
};

/** A column of a file to be written, and the headers of its first, second … occurrence. */
export interface HeadedColumn {
  readonly column: Column;
  /** usually one; for a repeated column, the last one serves all further occurrences */
  readonly headers: readonly [string, ...string[]];
}

/**
 * The columns of an export or a template under the map's headers: the inverse of the map. A field to which the map
 * assigns a constant has no column in the foreign file and is left out.
 */
export const headersFor = (
  format: Format,
  map?: ColumnMap,
  customFields: readonly CustomField[] = [],
): readonly HeadedColumn[] => {
  const columns = columnsOf(format, customFields);
  const constant = new Set((map?.constants ?? []).map(({ field }) => findColumn(columns, field)));
  return columns
    .filter((column) => !constant.has(column))
    .map((column): HeadedColumn => {
      const theirs = (map?.columns ?? []).filter(({ to }) => to !== null && findColumn(columns, to) === column);
      const [first, ...rest] = theirs.map(({ header }) => header);
      return { column, headers: first === undefined ? [column.header] : [first, ...rest] };
    });
};
