import { text, type Text } from "../text/index.ts";
import type { Comparison } from "./normalise.ts";
import type { ProblemCode } from "./problem.ts";
import type { Rule } from "./rules.ts";

/** What a field holds: its shape in JSON. */
type Shape =
  | {
      readonly type: "text";
      readonly rule?: Rule | undefined;
      /** in characters; for texts that no file has, and that have no other rule */
      readonly longest?: number | undefined;
      readonly blank?: false | undefined;
    }
  | { readonly type: "texts"; readonly rule?: Rule | undefined }
  | {
      readonly type: "choice";
      readonly choices: readonly [string, ...string[]];
      /** what people read instead of a choice */
      readonly names?: Readonly<Record<string, Text>> | undefined;
    }
  /** an id is a UUIDv7, an instant UTC, a day of the calendar `2027-03-31`, a digest SHA-256 in lower-case hexadecimal digits */
  | { readonly type: "id" | "instant" | "day" | "digest" | "boolean" | "integer" }
  | { readonly type: "object" | "objects"; readonly of: Fields };

/** What a field is in the console's files; its header is the Japanese label. */
export interface ColumnFacts {
  /** its name in files, plans and maps, where it is not the field's */
  readonly name?: string | undefined;
  /** `always`: a cell must not be blank and a new record needs one; `new`: only a new record needs it */
  readonly required?: "always" | "new" | undefined;
  /** the console's own export contains this column */
  readonly consoleExport?: true | undefined;
  /** of a cell that names another record the rule of what it is named by; else one that cells and hands are held to, and stored values not */
  readonly rule?: Rule | undefined;
  /** the header, where it is not the Japanese label */
  readonly header?: string | undefined;
}

/** One field of a thing. */
export type Field = Shape & {
  /** the example of the API document */
  readonly example?: unknown;
  readonly nullable?: true | undefined;
  /** the name of its column for people; without one it is in no list */
  readonly label?: Text | undefined;
  /** what the console's screen calls it, where its files call it otherwise */
  readonly onScreen?: string | undefined;
  /** its name in the tenant API, where it is not the field's own */
  readonly shownAs?: string | undefined;
  /** the field of the tenant API that shows it among others, by name; undefined if it stands for itself */
  readonly within?: string | undefined;
  /** of an object: the list's columns that show its members, as `[column, member]` */
  readonly columns?: readonly (readonly [column: string, member: string])[] | undefined;
  /** in no file if undefined */
  readonly column?: ColumnFacts | undefined;
  /** somebody sets it, though no file has it */
  readonly byHand?: true | undefined;
  /** by hand, too, it may have several lines */
  readonly lines?: true | undefined;
  /** a code or number of digits, with which nothing is calculated; so is what is compared as `code` */
  readonly code?: true | undefined;
  /** default: `exact` */
  readonly comparison?: Comparison | undefined;
  /** only one record of the tenant, or of its app if it has one, may have a value of it */
  readonly unique?: true | undefined;
  /**
   * what one value of it is called, where the field's name is not it: comparison keys of `emails` are kept as `emailKey`,
   * the record that `parentId` names as `parent`
   */
  readonly short?: string | undefined;
  /** the column of its key in the console's order of names; a list can be sorted by it */
  readonly sortKey?: string | undefined;
  /** its value is only ever set: never exported, kept or shown; a blank cell leaves it as it is */
  readonly secret?: true | undefined;
  /** false: a blank cell never clears it, whatever the options say */
  readonly clearable?: false | undefined;
  /** the field without which a record never has this one */
  readonly onlyWith?: string | undefined;
  /** the thing a cell names, by one of its keys */
  readonly refers?: Reference | undefined;
  /** of a list: its values have no order; where they name records they have none either */
  readonly set?: true | undefined;
  /** the field that a cell resolves to; the column itself is not stored */
  readonly resolves?: string | undefined;
};

/** The thing that a cell names. */
export interface Reference {
  /** name of the thing */
  readonly to: string;
  /** the field of that thing which a cell contains */
  readonly by: string;
  /** the problem of a cell that names nothing, and the parameter that has the cell's value */
  readonly unknown: { readonly code: ProblemCode; readonly param: string };
  /** the option by which an import creates what the tenant lacks, and the count of what it creates; never if undefined */
  readonly creates?:
    | { readonly option: "createOrgs"; readonly count: "orgsCreated" }
    | { readonly option: "createGroups"; readonly count: "groupsCreated" }
    | undefined;
}

/** Records that no import deletes, and what else no import does to them. */
export interface Protection {
  /** the condition that marks them */
  readonly by: string;
  /** the field that tells who one is in every scope: who is protected in one may have to be in others */
  readonly across?: string | undefined;
  /** the problem of a row that has such a record, if none may */
  readonly present?: ProblemCode | undefined;
  /** the problem of a replacing file without such a record; it is kept without a word if undefined */
  readonly missing?: ProblemCode | undefined;
  /** fields that no import changes, and the problem of a row that would; reported at the first one */
  readonly keeps?: { readonly fields: readonly [string, ...string[]]; readonly code: ProblemCode } | undefined;
}

/** Fields by name, in the order in which the tenant API and lists have them. */
export type Fields = Readonly<Record<string, Field>>;

/** By what a row of a file meets a record. */
export interface Key {
  /** as `--key` has it */
  readonly name: string;
  readonly field: string;
  /** true: no two records have it; false: a row that meets several is `key-ambiguous` */
  readonly unique: boolean;
  /** fields that together identify a record whose key is blank; the required ones among them must be present */
  readonly standIn?: readonly string[] | undefined;
  /** a record has it for good: a new row with the key of another record is probably that record, with a new value of another key */
  readonly lasting?: true | undefined;
}

/** How a record is written by hand. */
export type HandWork = "create" | "edit" | "move" | "delete";

/**
 * What to click in the console for what is written by hand, from its first page on, in the words of the maker's manual;
 * `{app}` for the app's name.
 */
export interface Clicks {
  readonly create?: Text | undefined;
  readonly edit?: Text | undefined;
  /** into another organisation */
  readonly move?: Text | undefined;
  readonly delete?: Text | undefined;
  /** the screen, where it is not that of files; `{app}` for the app's name */
  readonly page?: Text | undefined;
  /** of fields that have a page of their own */
  readonly fields?: Readonly<Record<string, Text>> | undefined;
}

/** What something in a tenant is: said here once; schemas, files, lists, plans and examples are derived from it. */
export interface Thing<F extends Fields = Fields> {
  /** singular, as in the audit and in stored changes */
  readonly name: string;
  readonly fields: F;
  /** for each console file the names of its fields, in the order of its columns */
  readonly formats: Readonly<Record<string, readonly string[]>>;
  /** the first one is the usual one; empty if no file has it */
  readonly keys: readonly Key[];
  /** the field that names a record to people; default: `name` */
  readonly namedBy?: string | undefined;
  /** what problems call a record; default: the thing's name */
  readonly noun?: string | undefined;
  /** the field that has the name of a record's format: records of each format are apart from those of the others */
  readonly scope?: string | undefined;
  readonly protects?: Protection | undefined;
  readonly clicks?: Clicks | undefined;
  /** columns that a table shows by default */
  readonly usual: readonly string[];
  /** the tenant's custom fields are further fields and columns */
  readonly custom?: true | undefined;
  /**
   * The columns whose former values versions keep; undefined if the thing has no versions. A column's place is its bit in the
   * stored versions, so add new columns at the end and never remove one.
   */
  readonly versioned?: readonly string[] | undefined;
}

/** A thing that the console has files of. */
export interface ThingInFiles extends Thing {
  /** its name in the plural */
  readonly title: Text;
  /**
   * where the console takes its files (`{app}` for the app's name), and what the choice of the mode is called there;
   * undefined if its modes are not known
   */
  readonly screen: {
    /** where the console has its records */
    readonly page: Text;
    /** how a file is uploaded there; follows the page */
    readonly clicks: Text;
    readonly choice?: Text | undefined;
  };
  /** the headers of its files are ours, as the console's are not known */
  readonly ownHeaders?: true | undefined;
  /** what is not confirmed of its files, in a sentence or two; undefined where the manual has them */
  readonly unconfirmed?: Text | undefined;
  readonly keys: readonly [Key, ...Key[]];
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

/** The type of a field's value. */
export type ValueOf<F> = F extends { readonly nullable: true } ? NonNullValue<F> | null : NonNullValue<F>;

/** The names of the fields that the tenant API shows as they are. */
type ShownNames<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly secret: true } | { readonly within: string } | { readonly resolves: string }
    ? never
    : K;
}[keyof F];

type ApiName<F, K> = F extends { readonly shownAs: infer N extends string } ? N : K;

/** The type of a thing's record, as the tenant API has it. */
export type RecordOf<F extends Fields> = { [K in ShownNames<F> as ApiName<F[K], K> & string]: ValueOf<F[K]> };

/** The fields that the tenant API shows, by the names it has for them; `own` is the thing's name for it. */
export const shownFields = (fields: Fields): readonly (readonly [name: string, field: Field, own: string])[] =>
  Object.entries(fields).flatMap(([own, field]) =>
    field.secret === true || field.within !== undefined || field.resolves !== undefined
      ? []
      : [[field.shownAs ?? own, field, own] as const],
  );

/** A column of a thing's list: a field, or a member of one. */
export interface ListColumn {
  readonly key: string;
  /** the name that the tenant API has for the field, and the thing's own */
  readonly name: string;
  readonly own: string;
  /** the member of an object that is shown instead of all of it */
  readonly member?: string | undefined;
  /** the field, or the member */
  readonly field: Field;
}

/** The columns of a thing's list: one for each field that has a label, in the order of the tenant API. */
export const listColumnsOf = (fields: Fields): readonly ListColumn[] =>
  shownFields(fields).flatMap(([name, field, own]): readonly ListColumn[] => {
    if (field.label === undefined) return [];
    if (!("of" in field) || field.columns === undefined) return [{ key: name, name, own, field }];
    return field.columns.flatMap(([key, member]) => {
      const { [member]: part } = field.of;
      if (part === undefined) throw new TypeError(`${own} has no member ${member}`);
      return [{ key, name, own, member, field: { ...part, nullable: field.nullable ?? part.nullable } }];
    });
  });

/** The names of the fields that files have, in their order. */
export const fieldsInFiles = (fields: Fields): readonly string[] =>
  Object.keys(fields).filter((name) => fields[name]?.column !== undefined);

/** The fields that somebody sets by hand, without secrets: those that files have, and those that none has. */
export const handFields = (fields: Fields): readonly (readonly [name: string, field: Field])[] =>
  Object.entries(fields).filter(
    ([, { column, byHand, secret, resolves }]) =>
      (column !== undefined || byHand === true) && secret !== true && resolves === undefined,
  );

/** True if every record has a value of the field that is not blank. */
export const isRequired = ({ type, column, byHand, nullable }: Field): boolean =>
  column?.required !== undefined || (byHand === true && type === "text" && nullable !== true);

/**
 * A value as somebody sets it by hand: of a reference the other record's id, of several fields in one (`objects`) those
 * that are set; null or a blank for none.
 */
export type HandValue =
  | string
  | boolean
  | null
  | readonly string[]
  | readonly { readonly name: string; readonly value: string | null }[];

/** Values by field; those that are missing stay as they are. */
export type HandValues = Readonly<Record<string, HandValue | undefined>>;

/** A record made of the examples of its fields. */
export const exampleOf = <F extends Fields>(fields: F): RecordOf<F> =>
  Object.fromEntries(shownFields(fields).map(([name, { example }]) => [name, example])) as RecordOf<F>;

/** A line of a thing's list, made of the examples of its fields. */
export const exampleLine = (fields: Fields): Readonly<Record<string, unknown>> =>
  Object.fromEntries(listColumnsOf(fields).map(({ key, field }) => [key, field.example]));

/** The instant of all examples. */
export const EXAMPLE_AT = "2026-11-20T01:23:45.000Z";

/** The id of an example. */
export const exampleId = (last: number): string => `019a9f3c-5a00-7abc-8def-${String(last).padStart(12, "0")}`;

/** A record's id. */
export const idField = (last: number) =>
  ({ type: "id", label: text("id", "ID"), example: exampleId(last) }) as const satisfies Field;

/** The columns of the comparison key of a value, and of the keys of a list: blank where they are the value itself. */
export const keyColumn = ({ short, list }: { readonly short: string; readonly list: boolean }): string =>
  list ? `${short}Keys` : `${short}Key`;

/** A choice among the keys of `names`, which people read as its words. */
export const namedChoice = <C extends string>(names: Readonly<Record<C, Text>>) =>
  ({ type: "choice", choices: Object.keys(names) as [C, ...C[]], names }) as const;

/** When a record was made. */
export const CREATED_AT = {
  type: "instant",
  label: text("created", "作成日時"),
  example: EXAMPLE_AT,
} as const satisfies Field;

/** When a record was last changed. */
export const UPDATED_AT = {
  type: "instant",
  label: text("updated", "更新日時"),
  example: EXAMPLE_AT,
} as const satisfies Field;
