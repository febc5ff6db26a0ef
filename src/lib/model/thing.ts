import { text, type Text } from "../text/index.ts";
import type { Comparison } from "./normalise.ts";
import type { ProblemCode } from "./problem.ts";
import { ANY_TEXT_RULE, MAX_FIELD_CHARACTERS, type ChoiceNames, type Rule } from "./rules.ts";

type FieldShape =
  | {
      readonly type: "text";
      readonly rule?: Rule | undefined;
      readonly longest?: number | undefined;
      readonly blank?: false | undefined;
    }
  | {
      readonly type: "texts";
      readonly rule?: Rule | undefined;
      readonly most?: number | undefined;
    }
  | {
      readonly type: "choice";
      readonly choices: readonly [string, ...string[]];
      readonly names?: ChoiceNames | undefined;
    }
  /** a day, such as `2027-03-31`, or an integer; the rule `count` excludes negative numbers */
  | { readonly type: "day" | "integer"; readonly rule?: Rule | undefined }
  /** `id` is a UUIDv7, `instant` is in UTC, `digest` is a SHA-256 in lower-case hexadecimal digits */
  | { readonly type: "id" | "instant" | "digest" | "boolean"; readonly column?: undefined }
  | { readonly type: "object" | "objects"; readonly of: Fields };

export interface FileColumn {
  /** name of the column in files, plans and maps, if it differs from the name of the field */
  readonly name?: string | undefined;
  /** `always` requires a value in every row; `new` requires a value only for a new record */
  readonly required?: "always" | "new" | undefined;
  readonly consoleExport?: true | undefined;
  /** rule for values in cells; stored values may violate this rule */
  readonly rule?: Rule | undefined;
  readonly header?: string | undefined;
}

export type Field = FieldShape & {
  readonly nullable?: true | undefined;
  readonly label?: Text | undefined;
  /** label on the console's screen, if it differs from the header in files */
  readonly onScreen?: string | undefined;
  readonly shownAs?: string | undefined;
  /** tenant API field that contains this and other fields, such as `settings` */
  readonly within?: string | undefined;
  readonly columns?: readonly (readonly [column: string, member: string])[] | undefined;
  readonly column?: FileColumn | undefined;
  /** true if users can set the field by hand although no file contains it */
  readonly byHand?: true | undefined;
  readonly lines?: true | undefined;
  /** true if the values are codes and not numbers; default: true for a field that is compared as `code` */
  readonly code?: true | undefined;
  readonly personName?: ("written" | "kana") | undefined;
  readonly comparison?: Comparison | undefined;
  readonly unique?: true | undefined;
  /** name of the field's columns, if it differs from the name of the field: `email` for `emails` */
  readonly short?: string | undefined;
  /** column with the key by which lists are sorted in the order of the console */
  readonly sortKey?: string | undefined;
  readonly secret?: true | undefined;
  /** false if a blank cell never clears the value, whatever options the import has */
  readonly clearable?: false | undefined;
  /** field that must have a value in a record before this field can have a value */
  readonly onlyWith?: string | undefined;
  /** record type that a cell refers to, and the key that identifies the record */
  readonly refers?: Reference | undefined;
  /** true if the order of the values in a list does not matter; default: true for references */
  readonly set?: true | undefined;
  /** record type and field whose values the list contains; if such a value changes, the list changes, too */
  readonly follows?: readonly [to: string, by: string] | undefined;
  readonly resolves?: string | undefined;
  /** true if the value is derived from other data, so that it is not stored with the record */
  readonly derived?: true | undefined;
  /** kind of the renewal item as which a record is listed and reminded until this day */
  readonly ends?: "contract" | "custom" | undefined;
  /** version of the database schema that added the field; undefined for the first version */
  readonly added?: number | undefined;
};

export interface Reference {
  readonly to: string;
  readonly by: string;
  readonly unknown: { readonly code: ProblemCode; readonly param: string };
  /** option with which an import creates missing records, and the field that counts the created records */
  readonly creates?:
    | { readonly option: "createOrgs"; readonly count: "orgsCreated" }
    | { readonly option: "createGroups"; readonly count: "groupsCreated" }
    | undefined;
}

/** Imports do not delete protected records, and can make only some changes to them. */
export interface Protection {
  readonly by: string;
  /** problem of a row that contains a protected record; undefined if rows may contain protected records */
  readonly present?: ProblemCode | undefined;
  /** problem of a replacing file that lacks a protected record; undefined if nothing is reported */
  readonly missing?: ProblemCode | undefined;
  /** fields that no import changes, and the problem of a row that would change such a field */
  readonly keeps?: { readonly fields: readonly [string, ...string[]]; readonly code: ProblemCode } | undefined;
}

export type Fields = Readonly<Record<string, Field>>;

export interface RecordKey {
  /** name of the key, as typed after `--key` */
  readonly name: string;
  readonly field: string;
  readonly unique: boolean;
  /** fields that together identify a record if its key is blank */
  readonly standIn?: readonly string[] | undefined;
  /** true if the key of a record never changes, as with a serial number */
  readonly lasting?: true | undefined;
}

/** Steps are in the words of CLOMO's manual. `{app}` is replaced by the name of the app. */
export interface ClickPaths extends Given<Record<"create" | "edit" | "move" | "delete" | "page", Text>> {
  /** steps by the field `kind`, for records of actions that are carried out in the console */
  readonly kinds?: Readonly<Record<string, Text>> | undefined;
  readonly fields?: Readonly<Record<string, Text>> | undefined;
}

/** `inside`: only in the account's organisations. `item`: also only if the account's scheme has the operation. */
export type OperationScope = "all" | "inside" | "item" | "no";

export interface Right {
  readonly about: Text;
  /** where roles have the right; a system administrator has it everywhere */
  readonly roles: readonly [division: OperationScope, operator: OperationScope, custom: OperationScope];
  /** true if CLOMO's manual names the operation. @see facts 2.1 */
  readonly manual?: true | undefined;
}

/** @param roles default: no role but the system administrator */
export const defineRight = (en: string, ja: string, ...roles: Right["roles"] | []): Right => ({
  about: text(en, ja),
  roles: roles.length === 0 ? ["no", "no", "no"] : roles,
});

/**
 * Defines a noun: its record type, and all else that is said about it. Schemas, files, lists, plans, rights and words
 * are derived from the definition.
 */
export interface RecordType<F extends Fields = Fields> {
  readonly name: string;
  /** what a change of these records locks, and whose revision it advances */
  readonly collection: string;
  /** what people call one record and all records */
  readonly single: Text;
  readonly title: Text;
  /** words before the verbs on the command line; default for records in files: the collection */
  readonly command?: string | undefined;
  /** rights by the second part of their names; the first part is the collection */
  readonly rights?: Readonly<Record<string, Right>> | undefined;
  /** rights that other changes of these records need, as by an undo; default: `write` and `delete` of the collection */
  readonly changedBy?: readonly string[] | undefined;
  /** prefix of actions in the audit log (default: the command), and what the log calls a record (default: `single`) */
  readonly audited?: { readonly actions?: string | undefined; readonly single?: Text | undefined } | undefined;
  /** name and title of the list of these records in a bundle; default: the collection and `title` */
  readonly bundle?: { readonly name: string; readonly title?: Text | undefined } | undefined;
  /** true if changes open no tasks, because the console lacks such records, or they only describe the console */
  readonly withoutTasks?: true | undefined;
  readonly fields: F;
  /** names of the fields in each console file, in the order of its columns */
  readonly formats?: Readonly<Record<string, readonly string[]>> | undefined;
  /** keys for rows of files, the default key first */
  readonly keys?: readonly RecordKey[] | undefined;
  /** field that contains the name of a record for people; default: `name` */
  readonly namedBy?: string | undefined;
  readonly noun?: string | undefined;
  /** field with the name of the app; records of different apps are independent of each other */
  readonly scope?: string | undefined;
  readonly protects?: Protection | undefined;
  readonly clicks?: ClickPaths | undefined;
  readonly usual?: readonly string[] | undefined;
  readonly custom?: true | undefined;
}

export interface FileRecordType extends RecordType {
  /** page on which the console imports files; `choice` is the label of the import mode */
  readonly screen: {
    readonly page: Text;
    readonly clicks: Text;
    readonly choice?: Text | undefined;
  };
  /** true if the console's headers are not known, so that clomoctl uses its own headers */
  readonly ownHeaders?: true | undefined;
  readonly unconfirmed?: Text | undefined;
  readonly formats: Readonly<Record<string, readonly string[]>>;
  readonly keys: readonly [RecordKey, ...RecordKey[]];
}

type NonNullValue<F> = F extends { readonly type: "texts" }
  ? string[]
  : F extends { readonly type: "boolean" }
    ? boolean
    : F extends { readonly type: "integer" }
      ? number
      : F extends { readonly type: "choice"; readonly choices: readonly (infer C)[] }
        ? C
        : F extends { readonly type: "object"; readonly of: infer O extends Fields }
          ? RecordOf<O>
          : F extends { readonly type: "objects"; readonly of: infer O extends Fields }
            ? RecordOf<O>[]
            : string;

export type ValueOf<F> = F extends { readonly nullable: true } ? NonNullValue<F> | null : NonNullValue<F>;

type ApiFieldNames<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly secret: true } | { readonly within: string } | { readonly resolves: string }
    ? never
    : K;
}[keyof F];

type ApiName<F, K> = F extends { readonly shownAs: infer N extends string } ? N : K;

export type RecordOf<F extends Fields> = { [K in ApiFieldNames<F> as ApiName<F[K], K> & string]: ValueOf<F[K]> };

/** `name` is the field's name in the tenant API; `own` is its name in the record type. */
export const listApiFields = (fields: Fields): readonly (readonly [name: string, field: Field, own: string])[] =>
  Object.entries(fields).flatMap(([own, field]) =>
    field.secret === true || field.within !== undefined || field.resolves !== undefined
      ? []
      : [[field.shownAs ?? own, field, own] as const],
  );

export interface ListColumn {
  readonly key: string;
  /** name of the field in the tenant API; `own` is its name in the record type */
  readonly name: string;
  readonly own: string;
  readonly member?: string | undefined;
  readonly field: Field;
}

export const getCommandNoun = ({ command, collection }: Pick<RecordType, "command" | "collection">): string =>
  command ?? collection;

export const buildListColumns = (fields: Fields): readonly ListColumn[] =>
  listApiFields(fields).flatMap(([name, field, own]): readonly ListColumn[] => {
    if (field.label === undefined) return [];
    if (!("of" in field) || field.columns === undefined) return [{ key: name, name, own, field }];
    return field.columns.flatMap(([key, member]) => {
      const { [member]: part } = field.of;
      if (part === undefined) throw new TypeError(`${own} has no member ${member}`);
      return [{ key, name, own, member, field: { ...part, nullable: field.nullable ?? part.nullable } }];
    });
  });

/** A reference is stored as the number of the record to which it refers. */
export const getColumnName = (name: string, { refers, type, short = name }: Field): string =>
  (refers !== undefined && type !== "texts") || type === "objects" ? short : name;

const AUTOMATIC_FIELDS: readonly string[] = ["id", "createdAt", "updatedAt"];

/** New fields must come last, because the position of a field is a bit in stored versions. */
export const listStoredColumns = ({
  fields,
  scope,
}: Pick<RecordType, "fields" | "scope">): readonly (readonly [column: string, field: Field])[] =>
  Object.entries(fields)
    .filter(
      ([name, { derived, secret, resolves }]) =>
        derived !== true &&
        secret !== true &&
        resolves === undefined &&
        name !== scope &&
        !AUTOMATIC_FIELDS.includes(name),
    )
    .toSorted(([, { added: one = 0 }], [, { added: other = 0 }]) => one - other)
    .map(([name, field]) => [getColumnName(name, field), field]);

export const listFileFields = (fields: Fields): readonly string[] =>
  Object.keys(fields).filter((name) => fields[name]?.column !== undefined);

export const listEditableFields = (fields: Fields): readonly (readonly [name: string, field: Field])[] =>
  Object.entries(fields).filter(
    ([, { column, byHand, secret, resolves }]) =>
      (column !== undefined || byHand === true) && secret !== true && resolves === undefined,
  );

export const isRequired = ({ type, column, byHand, nullable }: Field): boolean =>
  column?.required !== undefined || (byHand === true && type === "text" && nullable !== true);

/** A larger file would not fit into a request. */
export const MAX_KEPT_FILE_BYTES = 256 * 1024;

/** To set a reference, pass its id; to set an object, pass its fields. Null or blank removes a value. */
export type ManualValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | readonly { readonly name: string; readonly value: string | null }[];

/** Values by field. Fields that are not included do not change. */
export type ManualValues = Readonly<Record<string, ManualValue | undefined>>;

/** Values of a request. Members that are missing or undefined do not change. */
export type Given<T> = { readonly [K in keyof T]?: Readonly<T[K]> | undefined };

export const ID_FIELD = { type: "id", label: text("id", "ID") } as const satisfies Field;

/** Returns the column with the key by which a value is compared. The column is blank if key and value are equal. */
export const getKeyColumn = ({ short, list }: { readonly short: string; readonly list: boolean }): string =>
  list ? `${short}Keys` : `${short}Key`;

export const defineLabelledChoice = <C extends string>(names: Readonly<Record<C, Text>>) =>
  ({ type: "choice", choices: Object.keys(names) as [C, ...C[]], names }) as const;

export const CREATED_AT_FIELD = { type: "instant", label: text("created", "作成日時") } as const satisfies Field;

export const RECORD_TIMES = {
  createdAt: CREATED_AT_FIELD,
  updatedAt: { type: "instant", label: text("updated", "更新日時") },
} as const satisfies Fields;

export interface ValueRule {
  readonly rule: Rule;
  readonly lines: boolean;
  /** true if values are never stored and never shown */
  readonly secret: boolean;
  /** true for a text that people write as they like, such as a memo */
  readonly free: boolean;
  readonly max: number;
  /** how values are compared, if records are found by this field */
  readonly key: Comparison | undefined;
}

const ruleOf = (field: Field): Rule => {
  const rule = field.column?.rule ?? ("rule" in field ? field.rule : undefined);
  if (rule !== undefined) return rule;
  if (field.type === "choice") return { kind: "choice", choices: field.choices, names: field.names };
  return field.type === "day" || field.type === "integer" ? { kind: field.type } : ANY_TEXT_RULE;
};

/** Returns true for texts that people write as they like. Names, codes and numbers identify something. */
export const isFreeText = (field: Field): boolean => {
  if (field.type === "objects") return field.byHand === true && "value" in field.of;
  const { secret, code, unique, comparison, refers } = field;
  const identifies = [secret, code, unique, comparison, refers].some((one) => one !== undefined);
  return field.type === "text" && !identifies && ruleOf(field) === ANY_TEXT_RULE;
};

export const valueRuleOf = (field: Field): ValueRule => {
  const rule = ruleOf(field);
  const { longest = rule.kind === "text" ? (rule.max ?? MAX_FIELD_CHARACTERS) : MAX_FIELD_CHARACTERS } =
    field.type === "text" ? field : {};
  const { comparison = "exact", unique, resolves } = field;
  const isKey = resolves === undefined && (unique === true || comparison !== "exact");
  return {
    rule,
    lines: field.lines === true,
    secret: field.secret === true,
    free: isFreeText(field),
    max: longest,
    key: isKey ? comparison : undefined,
  };
};

export const CUSTOM_VALUE_RULE = valueRuleOf({ type: "text", lines: true });
