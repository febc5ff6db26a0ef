import type { SecuredApp } from "../../model/secured-user.ts";
import type { Comparison } from "../../model/normalise.ts";
import type { Rule } from "../../model/rules.ts";

export type FormatName = "users" | "orgs" | SecuredApp;

/** One column of a console file. */
export interface Column {
  /** the field's key in JSON and in the tenant API; that of a custom field is `custom:` and its id */
  readonly field: string;
  /** the header in the console's files, to the letter */
  readonly header: string;
  readonly rule: Rule;
  /** how two values are told to be the same; `exact` where nothing is said */
  readonly comparison?: Comparison | undefined;
  /** the column may appear several times under the same header; its value is the list of its non-blank cells */
  readonly repeated?: boolean | undefined;
  /** never exported, kept or shown; a blank cell leaves the stored secret as it is */
  readonly secret?: boolean | undefined;
  /** `always`: a cell must not be blank and a new record needs one; `new`: only a new record needs it */
  readonly required?: "always" | "new" | undefined;
  /** the console's own export shows this column */
  readonly consoleExport?: boolean | undefined;
}

/** One kind of file of the console, as a table. */
export interface Format {
  readonly name: FormatName;
  readonly columns: readonly Column[];
  /** the tenant's custom fields are further columns */
  readonly custom: boolean;
  /** the field whose value names a record; of a repeated one, the first value */
  readonly key: string;
  /** fields that together name a record whose key is blank; the required ones among them must be there */
  readonly fallbackKey?: readonly string[] | undefined;
  /** fields whose every value may stand in one row of a file only */
  readonly unique: readonly string[];
}

/** A field the tenant has defined itself (カスタムユーザー情報). */
export interface CustomField {
  readonly id: string;
  /** its name, which is its header */
  readonly name: string;
}
