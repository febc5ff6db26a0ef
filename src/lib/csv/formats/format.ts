import type { SecuredApp } from "../../model/secured-user.ts";
import type { Comparison } from "../../model/normalise.ts";
import type { Rule } from "../../model/rules.ts";

export type FormatName = "users" | "orgs" | SecuredApp;

/** One column of a console file. */
export interface Column {
  /** the field's key in JSON and in the tenant API; for a custom field, `custom:` and its id */
  readonly field: string;
  /** the header in the console's files, to the letter */
  readonly header: string;
  readonly rule: Rule;
  /** how values are compared for equality; default `exact` */
  readonly comparison?: Comparison | undefined;
  /** the column may appear several times under the same header; its value is the list of its non-blank cells */
  readonly repeated?: boolean | undefined;
  /** never exported, kept or shown; a blank cell leaves the stored secret as it is */
  readonly secret?: boolean | undefined;
  /** `always`: a cell must not be blank and a new record needs one; `new`: only a new record needs it */
  readonly required?: "always" | "new" | undefined;
  /** the console's own export contains this column */
  readonly consoleExport?: boolean | undefined;
}

/** One kind of console file, as a table. */
export interface Format {
  readonly name: FormatName;
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
