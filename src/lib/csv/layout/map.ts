import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { text, type Text } from "../../text/index.ts";
import { listColumns, type Column, type CustomField, type Format } from "../../model/format.ts";
import { describeRefusal } from "../../model/value.ts";
import { findColumn, suggestColumnName, toLooseValue } from "./columns.ts";
import type { Dialect } from "../records/record.ts";

/** A field whose value is joined from the cells of several foreign headers, without those that are blank. */
export interface JoinedField {
  readonly field: string;
  readonly headers: readonly string[];
}

export interface TranslatedValue {
  /** key of the field, or name of a custom field */
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

export interface SkippedCells {
  readonly header: string;
  readonly values: readonly string[];
}

/** Rules for reading a file with foreign headers as a console file; plain data to pass through the tenant API. */
export interface ColumnMap {
  readonly columns: readonly { readonly header: string; readonly to: string | null }[];
  readonly joins?: readonly JoinedField[] | undefined;
  readonly values?: readonly TranslatedValue[] | undefined;
  readonly skip?: readonly SkippedCells[] | undefined;
  readonly dialect?: Dialect | undefined;
}

export type MapPart = "columns" | "joins" | "values" | "skip";

export interface MapFault {
  readonly part: MapPart;
  readonly index: number;
  readonly what: Text;
}

const describeUnknownField = (columns: readonly Column[], name: string): Text => {
  const nearest = suggestColumnName(columns, name);
  return nearest === undefined
    ? text(`this format has no column "${name}"`, `「${name}」という列はこの形式にありません`)
    : text(
        `this format has no column "${name}"; did you mean "${nearest}"?`,
        `「${name}」という列はこの形式にありません。「${nearest}」ではありませんか?`,
      );
};

const describeDuplicate = (name: string): Text =>
  text(
    `"${name}" is listed twice; remove one of the entries`,
    `「${name}」が 2 回指定されています。どちらかを消してください`,
  );

const describeSecondSource = (field: string, first: string, second: string): Text =>
  text(
    `"${field}" is listed twice, for "${first}" and for "${second}"; remove the entry of the header that the list no longer has`,
    `「${field}」が「${first}」と「${second}」の 2 か所に指定されています。一覧にないほうのヘッダーの行を消してください`,
  );

const joinHeaders = (headers: readonly string[]): string => headers.join(" + ");

/**
 * The columns that a map may refer to. `open` is true if the tenant may have custom fields that are not known to the
 * caller.
 */
interface MapTargets {
  readonly columns: readonly Column[];
  readonly open: boolean;
}

function* findColumnFaults(map: ColumnMap, { columns, open }: MapTargets): Generator<MapFault> {
  const headers = new Set<string>();
  /** the headers that each field has, by the key of the field */
  const sources = new Map(
    (map.joins ?? []).map((join) => [
      findColumn(columns, join.field)?.field ?? nameKey(join.field),
      joinHeaders(join.headers),
    ]),
  );
  for (const [index, { header, to }] of map.columns.entries()) {
    const key = nameKey(header);
    if (headers.has(key)) yield { part: "columns", index, what: describeDuplicate(header) };
    headers.add(key);
    if (to === null) continue;
    const column = findColumn(columns, to);
    if (column === undefined && !open) yield { part: "columns", index, what: describeUnknownField(columns, to) };
    if (column?.repeated === true) continue;
    const target = column?.field ?? nameKey(to);
    const first = sources.get(target);
    if (first === undefined) sources.set(target, header);
    else yield { part: "columns", index, what: describeSecondSource(column?.header ?? to, first, header) };
  }
}

const describeSecret = ({ header }: Column): Text =>
  text(
    `"${header}" is a secret and cannot be set in a column map file`,
    `「${header}」はパスワードなどの列なので、対応表ファイルには書けません`,
  );

const describeValueFault = (column: Column, value: string): Text | undefined => {
  if (column.secret === true) return describeSecret(column);
  // a value can be translated to a blank cell
  if (value === "") return undefined;
  const reason = describeRefusal(column.value, value);
  return reason && text(`${column.header}: ${reason.en}`, `${column.header}: ${reason.ja}`);
};

const JOINS_ONE_VALUE = text("only a field with one value can be joined", "結合できるのは、値が 1 つの項目だけです");

function* findJoinFaults(map: ColumnMap, { columns, open }: MapTargets): Generator<MapFault> {
  /** the headers that each field has, by the key of the field */
  const sources = new Map<string, string>();
  for (const [index, { field, headers }] of (map.joins ?? []).entries()) {
    const column = findColumn(columns, field);
    const fault = (what: Text): MapFault => ({ part: "joins", index, what });
    if (column === undefined && !open) yield fault(describeUnknownField(columns, field));
    if (column?.secret === true) yield fault(describeSecret(column));
    else if (column?.repeated === true) yield fault(JOINS_ONE_VALUE);
    const target = column?.field ?? nameKey(field);
    const first = sources.get(target);
    const own = joinHeaders(headers);
    if (first === undefined) sources.set(target, own);
    else yield fault(describeSecondSource(column?.header ?? field, first, own));
    const twice = headers.find((header, at) => headers.findIndex((one) => nameKey(one) === nameKey(header)) < at);
    if (twice !== undefined) yield fault(describeDuplicate(twice));
  }
}

function* findTranslationFaults(map: ColumnMap, { columns, open }: MapTargets): Generator<MapFault> {
  const known = new Set<string>();
  for (const [index, { field, from, to }] of (map.values ?? []).entries()) {
    const column = findColumn(columns, field);
    const fault = (what: Text): MapFault => ({ part: "values", index, what });
    const key = JSON.stringify([column?.field ?? nameKey(field), toLooseValue(from)]);
    if (known.has(key)) yield fault(describeDuplicate(from));
    known.add(key);
    const what =
      column === undefined ? (open ? undefined : describeUnknownField(columns, field)) : describeValueFault(column, to);
    if (what !== undefined) yield fault(what);
  }
}

function* findSkipFaults({ skip = [] }: ColumnMap): Generator<MapFault> {
  const headers = new Set<string>();
  for (const [index, { header }] of skip.entries()) {
    const key = nameKey(header);
    if (headers.has(key)) yield { part: "skip", index, what: describeDuplicate(header) };
    headers.add(key);
  }
}

/**
 * Returns all faults of a map for a format.
 *
 * @param customFields custom fields of the tenant. If they are unknown, names that the format lacks are accepted,
 * because the tenant may have custom fields of these names; the names are then checked when the header is read.
 */
export const findMapFaults = (
  map: ColumnMap,
  format: Format,
  customFields?: readonly CustomField[],
): readonly MapFault[] => {
  const targets = { columns: listColumns(format, customFields), open: format.custom && customFields === undefined };
  return [
    ...findColumnFaults(map, targets),
    ...findJoinFaults(map, targets),
    ...findTranslationFaults(map, targets),
    ...findSkipFaults(map),
  ];
};

/** Checks a map for a format.  @throws `input-rejected` with the first fault of the map */
export const checkMap = (map: ColumnMap, format: Format): void => {
  const [fault] = findMapFaults(map, format);
  if (fault !== undefined) {
    throw new Failure("input-rejected", { what: fault.what, where: `${fault.part}[${fault.index}]` });
  }
};
