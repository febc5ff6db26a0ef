import { FORMATS, type Column, type Format, type FormatName } from "../model/formats.ts";

/** The tenant's record that a kind of import changes. */
export type Entity = "user" | "secured_user" | "org";

/** How a field of an input row is merged into the record's: as text, a list, the custom fields together, or an organisation. */
export type MergeRule = "value" | "list" | "custom" | "org";

/** A field of a record that an import can change. */
export interface ImportedField {
  readonly field: string;
  readonly merge: MergeRule;
  /** its bit in a plan's mask of changed fields */
  readonly bit: number;
  /** false: a blank cell never clears it, whatever the options say */
  readonly clearable: boolean;
}

/** What the engine needs to know of a kind of import; all else is read from the format's table of columns. */
export interface RecordKind {
  readonly name: FormatName;
  readonly entity: Entity;
  readonly format: Format;
  readonly fields: readonly ImportedField[];
}

/** Fields that a blank cell never clears: a CLOMO account is kept, a user stays in its organisation. */
const NEVER_CLEARED: ReadonlySet<string> = new Set(["accountName", "orgCode"]);

const mergeRuleOf = (column: Column): MergeRule => {
  if (column.field === "orgCode") return "org";
  return column.repeated === true ? "list" : "value";
};

const importedFields = (format: Format): readonly ImportedField[] => {
  const own = format.columns
    .filter((column) => column.secret !== true && (format.name === "users" || format.key !== column.field))
    .map((column, bit) => ({
      field: column.field,
      merge: mergeRuleOf(column),
      bit,
      clearable: !NEVER_CLEARED.has(column.field) && column.required === undefined,
    }));
  return format.custom ? [...own, { field: "custom", merge: "custom", bit: own.length, clearable: true }] : own;
};

const entityOf = (name: FormatName): Entity => {
  if (name === "users") return "user";
  return name === "orgs" ? "org" : "secured_user";
};

/** The kind of import for files of a format. */
export const recordKind = (name: FormatName): RecordKind => {
  const format = FORMATS[name];
  return {
    name,
    entity: entityOf(name),
    format,
    fields: name === "orgs" ? ORG_FIELDS : importedFields(format),
  };
};

const ORG_FIELDS: readonly ImportedField[] = [
  { field: "name", merge: "value", bit: 0, clearable: false },
  { field: "code", merge: "value", bit: 1, clearable: true },
  { field: "parent", merge: "org", bit: 2, clearable: true },
];

/** The field that `--key` selects; only users can be identified by another field than their format's own key. */
export const fieldOfKey = (kind: RecordKind, key: "email" | "employee-code" | "upn"): string => {
  if (kind.entity !== "user" || key === "email") return kind.format.key;
  return key === "upn" ? "upn" : "employeeCode";
};
