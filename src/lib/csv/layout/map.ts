import { Failure } from "../../errors/index.ts";
import { nameKey } from "../../model/normalise.ts";
import { text, type Text } from "../../text/index.ts";
import { findColumn, listColumns, type Column, type CustomField, type Format } from "../../derived/format.ts";
import { describeRefusal } from "../../model/value.ts";
import { suggestHeader } from "./columns.ts";
import type { RowColumn } from "../../model/leaving.ts";

/** A field whose value is joined from several cells. Blank cells are left out. */
export interface JoinedField {
  readonly field: string;
  readonly headers: readonly string[];
}

export interface TranslatedValue {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** Plain data, because the rules for reading a list are sent through the tenant API. */
export interface ColumnMap {
  readonly columns: readonly { readonly header: string; readonly to: string | null }[];
  readonly joins?: readonly JoinedField[] | undefined;
  readonly values?: readonly TranslatedValue[] | undefined;
  /** columns that say which rows are read and who has left; a header that is known in every list need not be here */
  readonly rows?: readonly RowColumn[] | undefined;
}

export type MapPart = "columns" | "joins" | "values";

export interface MapFault {
  readonly part: MapPart;
  readonly index: number;
  readonly what: Text;
}

const describeUnknownField = (columns: readonly Column[], name: string): Text => {
  const nearest = suggestHeader(columns, name);
  return nearest === undefined
    ? text(`this format has no column "${name}"`, `「${name}」という列はこの形式にありません`)
    : text(
        `this format has no column "${name}"; did you mean "${nearest}"?`,
        `「${name}」という列はこの形式にありません。「${nearest}」ではありませんか?`,
      );
};

/** `open` is true if the list of custom fields is unknown, so that a map may name any custom field. */
interface TargetColumns {
  readonly columns: readonly Column[];
  readonly open: boolean;
}

const describeSecret = ({ header }: Column): Text =>
  text(`"${header}" is for secrets, which a map must not set`, `パスワードなどの列「${header}」は対応表に書けません`);

const describeValueFault = (column: Column, value: string): Text | undefined => {
  if (column.secret === true) return describeSecret(column);
  if (value === "") return undefined;
  const reason = describeRefusal(column.value, value);
  return reason && text(`${column.header}: ${reason.en}`, `${column.header}: ${reason.ja}`);
};

const NOT_JOINABLE = text("a field with several values cannot be joined", "値が複数ある項目は結合できません");

function* findSourceFaults({ columns: mapped, joins = [] }: ColumnMap, targets: TargetColumns): Generator<MapFault> {
  const sources = new Map<string, string>();
  const check = (name: string, source: string): Text | undefined => {
    const column = findColumn(targets.columns, name);
    if (column === undefined && !targets.open) return describeUnknownField(targets.columns, name);
    const target = column?.field ?? nameKey(name);
    const first = sources.get(target);
    if (first === undefined) sources.set(target, source);
    if (first === undefined || column?.repeated === true) return undefined;
    const field = column?.header ?? name;
    return text(
      `"${field}" is read from two headers, "${first}" and "${source}"; remove the header that your list does not have`,
      `「${field}」が 2 つのヘッダー「${first}」「${source}」に指定されています。取り込む一覧にないヘッダーを対応表から消してください`,
    );
  };
  for (const [index, { field, headers }] of joins.entries()) {
    const column = findColumn(targets.columns, field);
    const own = column?.secret === true ? describeSecret(column) : column?.repeated === true ? NOT_JOINABLE : undefined;
    const what = own ?? check(field, headers.join(" + "));
    if (what !== undefined) yield { part: "joins", index, what };
  }
  for (const [index, { header, to }] of mapped.entries()) {
    const what = to === null ? undefined : check(to, header);
    if (what !== undefined) yield { part: "columns", index, what };
  }
}

function* findTranslationFaults({ values = [] }: ColumnMap, { columns, open }: TargetColumns): Generator<MapFault> {
  for (const [index, { field, to }] of values.entries()) {
    const column = findColumn(columns, field);
    const unknown = open ? undefined : describeUnknownField(columns, field);
    const what = column === undefined ? unknown : describeValueFault(column, to);
    if (what !== undefined) yield { part: "values", index, what };
  }
}

export const findMapFaults = (
  map: ColumnMap,
  format: Format,
  customFields?: readonly CustomField[],
): readonly MapFault[] => {
  const targets = { columns: listColumns(format, customFields), open: format.custom && customFields === undefined };
  return [...findSourceFaults(map, targets), ...findTranslationFaults(map, targets)];
};

/** @throws `input-rejected` with the first fault of the map */
export const checkMap = (map: ColumnMap, format: Format): void => {
  const [fault] = findMapFaults(map, format);
  if (fault !== undefined) {
    throw new Failure("input-rejected", { what: fault.what, where: `${fault.part}[${fault.index}]` });
  }
};
