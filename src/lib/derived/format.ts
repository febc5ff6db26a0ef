import { text, type Text } from "../text/index.ts";
import { nameKey } from "../model/normalise.ts";
import type { SecuredApp } from "../nouns/secured-user.ts";
import {
  type Field,
  type FileColumn,
  type RecordType,
  type FileRecordType,
  CUSTOM_VALUE_RULE,
  valueRuleOf,
  type ValueRule,
} from "../model/thing.ts";

export interface Column
  extends
    Pick<FileColumn, "required" | "consoleExport">,
    Pick<Field, "code" | "personName" | "comparison" | "secret" | "clearable" | "onlyWith" | "refers"> {
  /** name of the column in plans, maps and the tenant API; for a custom field, `custom:` and its id */
  readonly field: string;
  readonly header: string;
  /** further headers of the column; a column with such a header of its own precedes it */
  readonly aliases?: readonly string[] | undefined;
  readonly value: ValueRule;
  /** true if the file may contain several columns with the same header */
  readonly repeated?: boolean | undefined;
  readonly most?: number | undefined;
  readonly set?: true | undefined;
  /** field of the record type that a cell sets: `org` for the column `orgCode` */
  readonly sets: string;
}

export interface Format {
  readonly name: string;
  readonly thing: FileRecordType;
  readonly app: SecuredApp | undefined;
  readonly columns: readonly Column[];
  readonly custom: boolean;
  readonly key: string;
  /** fields that together identify a record if its key is blank */
  readonly fallbackKey?: readonly string[] | undefined;
  readonly unique: readonly string[];
}

export type CustomField = Readonly<Record<"id" | "name", string>>;

const createColumn = ({ name: thing, fields }: RecordType, name: string): Column => {
  const field = fields[name];
  if (field?.column === undefined) throw new TypeError(`no file has ${thing}.${name}`);
  const { column, label, code, personName, comparison, secret, clearable, onlyWith, refers, resolves } = field;
  const value = valueRuleOf(field);
  return {
    field: column.name ?? name,
    header: column.header ?? label?.ja ?? name,
    value,
    code,
    personName,
    comparison,
    repeated: field.type === "texts" ? true : undefined,
    most: field.type === "texts" ? field.most : undefined,
    set: field.type === "texts" && (field.set === true || refers !== undefined) ? true : undefined,
    secret,
    required: column.required,
    consoleExport: column.consoleExport,
    clearable,
    onlyWith,
    refers,
    sets: resolves ?? name,
  };
};

export const createFormat = (thing: FileRecordType, name: string): Format => {
  const columns = (thing.formats[name] ?? []).map((field) => createColumn(thing, field));
  const [key] = thing.keys;
  const unique = columns.filter(({ sets }) => thing.fields[sets]?.unique === true).map(({ field }) => field);
  return {
    name,
    thing,
    app: thing.scope === undefined ? undefined : (name as SecuredApp),
    columns,
    custom: thing.custom === true,
    key: key.field,
    fallbackKey: key.standIn,
    unique,
  };
};

export const getFormatTitle = ({ thing: { title }, app }: Format): Text =>
  app === undefined ? title : text(`${title.en} (${app})`, `${title.ja}(${app})`);

/** Returns the format of the console's exports, which show no secrets, and of whose people all are there. */
export const toExportFormat = (format: Format): Format => ({
  ...format,
  columns: format.columns.flatMap((one) => (one.secret === true ? [] : [{ ...one, personName: undefined }])),
});

const createCustomColumn = ({ id, name }: CustomField): Column => ({
  field: `custom:${id}`,
  header: name,
  value: CUSTOM_VALUE_RULE,
  consoleExport: true,
  sets: "custom",
});

export const listColumns = (format: Format, customFields: readonly CustomField[] = []): readonly Column[] =>
  format.custom ? [...format.columns, ...customFields.map(createCustomColumn)] : format.columns;

export const findColumn = (columns: readonly Column[], name: string): Column | undefined => {
  const key = nameKey(name);
  return (
    columns.find(({ header }) => nameKey(header) === key) ??
    columns.find(({ field, sets }) => field === name || sets === name)
  );
};

export const listGroupedColumns = ({ thing, columns }: Format, name: string): readonly Column[] =>
  columns.filter(({ sets }) => thing.fields[sets]?.within === name);

export const hasOrgColumn = ({ columns, thing }: Format): boolean => thing.name !== "org" && columns.some(refersToOrg);

export const refersToOrg = ({ refers }: Pick<Column, "refers">): boolean =>
  refers?.to === "org" && refers.by === "code";
