import type { FileForm } from "../../../csv/records/record.ts";
import type { Import } from "../../../contract/imports.ts";
import type { Allowance, FixChoice, OrgBy, UndeletableChoice } from "../../../model/import.ts";
import type { FormatName } from "../../../model/console-files.ts";

/**
 * The records that a deletion removes. The ids of named records are stored next to the plan, because there may be many.
 */
export interface DeletionSelection {
  /**
   * `named`: the named records; `below`: the named organisations, all organisations below them and the users in them;
   * `filtered`: the records in the list that match all of these filters
   */
  readonly by: "named" | "below" | "filtered";
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
  readonly search?: string | undefined;
  /** the id of an organisation */
  readonly org?: string | undefined;
  /** true: the filter does not include the organisations below `org` */
  readonly direct?: boolean | undefined;
  readonly status?: string | undefined;
  readonly platform?: string | undefined;
  readonly tag?: string | undefined;
}

/** The options of an import. @see ImportRequest of the tenant API */
export interface PlanRequest {
  readonly kind: FormatName;
  /** `delete`: the import has no file */
  readonly mode: "append" | "replace" | "delete";
  /** the records to delete, if the mode is `delete` */
  readonly select?: DeletionSelection | undefined;
  /** the name of a key; if the kind does not have a key with this name, its default key is used */
  readonly key: string;
  /**
   * undefined: like `clear`, but a column that is blank in every row and would clear values is reported as a problem
   */
  readonly blank?: "clear" | "keep" | undefined;
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  readonly skipInvalid: boolean;
  /**
   * what happens to undeletable records that the file of a replacing import lacks: they are kept. With `release`,
   * devices also lose their owners, so that the owners can be deleted. undefined: the plan is rejected
   */
  readonly undeletable?: UndeletableChoice | undefined;
  readonly fix?: readonly FixChoice[] | undefined;
  /** how cells name organisations; default: by code */
  readonly orgBy?: OrgBy | undefined;
  readonly allow?: readonly Allowance[] | undefined;
  /** true if the caller generates passwords for new records without one */
  readonly generatePasswords?: boolean | undefined;
  /** numbers of the organisations, with everything below them, that limit the import; undefined: the whole tenant */
  readonly scope?: readonly number[] | undefined;
  /** true if the file is a console export, which does not contain secrets */
  readonly fromConsole?: boolean | undefined;
  /** for an export of the console: records that the export lacks are kept, so the mode is `append` */
  readonly keepMissing?: boolean | undefined;
  /** for a console export: its values replace the local values that it contradicts */
  readonly prefer?: "console" | undefined;
}

/** The position of a field in the file. */
export interface StagedPlace {
  readonly field: string;
  /** the number of the field's first cell, counted from 1 */
  readonly column: number;
  readonly header: string;
  /** the numbers of a set's cells in file order, if there are several; rows store from which cell each value came */
  readonly cells?: readonly number[] | undefined;
  /**
   * for an ordered list: the number of its cells, which is also the number of leading values that the file sets;
   * undefined: all values
   */
  readonly times?: number | undefined;
}

/** The number of rows that a column map skips because of a value. */
export type SkippedRows = NonNullable<ReadonlyImport["skipped"]>[number];

/** The result of staging a file: everything except the staged rows that a plan needs, even in another process. */
export interface StagedFile {
  readonly encoding: FileForm;
  readonly sha256: string;
  readonly bytes: number;
  readonly headerRow: number;
  /** number of data rows, without the header and the rows that are left out */
  readonly rows: number;
  /** the rows that the column map skips, by header and value */
  readonly skipped: readonly SkippedRows[];
  readonly header: readonly string[];
  /** the fields that have a column or a constant; `custom` represents all custom fields */
  readonly staged: readonly string[];
  /**
   * first cell (counted from 1) and header of each field in the file, for problems that the comparison with the tenant
   * finds
   */
  readonly places: readonly StagedPlace[];
  readonly absentColumns: readonly string[];
  readonly unknownColumns: readonly string[];
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

type ReadonlyImport = DeepReadonly<Import>;

/**
 * How a plan changes a field of existing records. Fields are in the order of the file; unchanged fields are left out.
 */
export type ColumnChange = ReadonlyImport["columns"][number];

/** Traits of a file that suggest that it belongs to another tenant. */
export type ForeignTraits = NonNullable<ReadonlyImport["foreign"]>;

export type EarlierConsoleImport = NonNullable<ReadonlyImport["takenOver"]>;

export type RelatedCounts = NonNullable<ReadonlyImport["beside"]>[number];

/** How a console export compares with values that were changed locally. The import does not overwrite these values. */
export interface MergedValues extends NonNullable<ReadonlyImport["merged"]> {
  /** numbers of the records that the export lacks, but that are kept because a locally changed record refers to them */
  readonly held?: readonly number[] | undefined;
}

export type Contradiction = MergedValues["first"][number];

/** The counts of a plan that the tenant API returns, in rows of the imported kind. @see Import */
type ResponseCounts = Pick<
  ReadonlyImport,
  | "create"
  | "update"
  | "unchanged"
  | "recordsBefore"
  | "delete"
  | "invalid"
  | "secretsSet"
  | "orgsCreated"
  | "groupsCreated"
  | "newOrgs"
  | "newGroups"
  | "columns"
  | "errors"
  | "warnings"
  | "rejected"
  | "wipes"
  | "foreign"
  | "kept"
  | "released"
  | "staying"
  | "protectedElsewhere"
  | "takenOver"
  | "lost"
  | "beside"
  | "reopened"
  | "blocked"
>;

export interface PlanCounts extends ResponseCounts {
  /**
   * for a plan in a scope: the number of values that cannot be used because they belong to records outside the scope
   */
  readonly unusable?: number | undefined;
  readonly merged?: MergedValues | undefined;
}
