import { text, type Text } from "../text/index.ts";
import type { Comparison } from "./normalise.ts";
import type { SecuredApp } from "./secured-user.ts";
import type { Reference, Thing, ThingInFiles } from "./thing.ts";
import { CUSTOM_VALUE, valueRuleOf, type ValueRule } from "./value-rule.ts";

/** One column of a console file. */
export interface Column {
  /** its name in plans, maps and the tenant API; for a custom field, `custom:` and its id */
  readonly field: string;
  /** the header in the console's files, to the letter */
  readonly header: string;
  /** what its values are held to */
  readonly value: ValueRule;
  /** a code or number of digits, with which nothing is calculated */
  readonly code?: true | undefined;
  /** how values are compared for equality; default `exact` */
  readonly comparison?: Comparison | undefined;
  /** the column may appear several times under the same header; its value is the list of its non-blank cells */
  readonly repeated?: boolean | undefined;
  /** of a repeated one: its values have no order */
  readonly set?: true | undefined;
  /** never exported, kept or shown; a blank cell leaves the stored secret as it is */
  readonly secret?: boolean | undefined;
  /** `always`: a cell must not be blank and a new record needs one; `new`: only a new record needs it */
  readonly required?: "always" | "new" | undefined;
  /** the console's own export contains this column */
  readonly consoleExport?: boolean | undefined;
  /** false: a blank cell never clears the field, whatever the options say */
  readonly clearable?: false | undefined;
  /** the column without which a record never has this one */
  readonly onlyWith?: string | undefined;
  /** the thing its cells name */
  readonly refers?: Reference | undefined;
  /** the thing's field that a cell sets: `org` of the column `orgCode` */
  readonly sets: string;
}

/** One kind of console file, as a table. */
export interface Format {
  readonly name: string;
  readonly thing: ThingInFiles;
  /** the app whose users it has; undefined for a thing of CLOMO PANEL */
  readonly app: SecuredApp | undefined;
  readonly columns: readonly Column[];
  /** the tenant's custom fields are further columns */
  readonly custom: boolean;
  /** the field whose value identifies a record; for a repeated one, the first value */
  readonly key: string;
  /** fields that together identify a record whose key is blank; the required ones among them must be present */
  readonly fallbackKey?: readonly string[] | undefined;
  /** fields each of whose values may occur in only one row of a file */
  readonly unique: readonly string[];
}

/** A field defined by the tenant (カスタムユーザー情報). */
export interface CustomField {
  readonly id: string;
  /** its name, which is also its header */
  readonly name: string;
}

const columnOf = ({ name: thing, fields }: Thing, name: string): Column => {
  const field = fields[name];
  if (field?.column === undefined) throw new TypeError(`no file has ${thing}.${name}`);
  const { column, label, code, comparison, secret, clearable, onlyWith, refers, resolves } = field;
  const value = valueRuleOf(field);
  return {
    field: column.name ?? name,
    header: column.header ?? label?.ja ?? name,
    value,
    code,
    comparison,
    repeated: field.type === "texts" ? true : undefined,
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

/** A thing's kind of file. @throws TypeError if the thing does not say what is in it */
export const formatOf = (thing: ThingInFiles, name: string): Format => {
  const columns = (thing.formats[name] ?? []).map((field) => columnOf(thing, field));
  const [key] = thing.keys;
  const unique = columns.filter(({ sets }) => thing.fields[sets]?.unique === true).map(({ field }) => field);
  return {
    name,
    thing,
    // records of each app are apart from those of the others
    app: thing.scope === undefined ? undefined : (name as SecuredApp),
    columns,
    custom: thing.custom === true,
    key: key.field,
    fallbackKey: key.standIn,
    unique,
  };
};

/** What a format's rows are, for people. */
export const titleOf = ({ thing: { title }, app }: Format): Text =>
  app === undefined ? title : text(`${title.en} (${app})`, `${title.ja}(${app})`);

/** The column of a custom field. */
const customColumn = ({ id, name }: CustomField): Column => ({
  field: `custom:${id}`,
  header: name,
  value: CUSTOM_VALUE,
  consoleExport: true,
  sets: "custom",
});

/** A format's columns in the console's order, followed by the tenant's custom fields. */
export const columnsOf = (format: Format, customFields: readonly CustomField[] = []): readonly Column[] =>
  format.custom ? [...format.columns, ...customFields.map(customColumn)] : format.columns;

/** The columns of a format that the tenant API shows together, in the field of this name. */
export const columnsWithin = ({ thing, columns }: Format, name: string): readonly Column[] =>
  columns.filter(({ sets }) => thing.fields[sets]?.within === name);
