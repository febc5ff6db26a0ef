import type { FileForm } from "../../../csv/records/record.ts";
import type { Import } from "../../../contract/imports.ts";
import type { Allowance, Fix, UndeletableChoice } from "../../../model/import.ts";
import type { FormatName } from "../../../model/console-files.ts";

/** Which records a deletion takes. Those that were named are kept beside its plan, as they may be many. */
export interface Selection {
  /**
   * `named`: the records themselves; `below`: organisations, all below them and the users in them; `filtered`: what passes
   * all these filters of the list
   */
  readonly by: "named" | "below" | "filtered";
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
  readonly search?: string | undefined;
  /** the id of an organisation */
  readonly org?: string | undefined;
  /** of devices */
  readonly status?: string | undefined;
  readonly platform?: string | undefined;
  readonly tag?: string | undefined;
}

/** The options of an import. @see ImportRequest of the tenant API */
export interface PlanRequest {
  readonly kind: FormatName;
  /** `delete`: without a file */
  readonly mode: "append" | "replace" | "delete";
  /** of a deletion */
  readonly select?: Selection | undefined;
  /** the name of a key; the kind's usual one if it has none of that name */
  readonly key: string;
  /** undefined: `clear`, but no column as a whole */
  readonly blank?: "clear" | "keep" | undefined;
  readonly missingColumns: "keep" | "clear";
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  readonly skipInvalid: boolean;
  /**
   * what becomes of records that a replacing file lacks and that cannot be deleted: they are kept; `release` also takes
   * devices from their owners, who can be deleted then. undefined: the plan is rejected
   */
  readonly undeletable?: UndeletableChoice | undefined;
  readonly fix?: readonly Fix[] | undefined;
  readonly allow?: readonly Allowance[] | undefined;
  /** the numbers of the organisations in which, and below which, all lies that it reads; undefined: the whole tenant */
  readonly scope?: readonly number[] | undefined;
  /** the file is the console's own export, which has no secrets */
  readonly fromConsole?: boolean | undefined;
  /** of such an export: the console's values take the place of the local ones that it contradicts */
  readonly prefer?: "console" | undefined;
}

/** The position of a field in the file. */
export interface StagedPlace {
  readonly field: string;
  /** its first cell, counted from 1 */
  readonly column: number;
  readonly header: string;
  /** the cells of a set in the file's order, if there are several: each row stores which cell each value came from */
  readonly cells?: readonly number[] | undefined;
  /** of a list in an order: the number of its cells, which speak for as many of a record's first values; undefined: for all */
  readonly times?: number | undefined;
}

/** The result of staging a file: all that a plan needs besides the staged rows, also in another process. */
export interface StagedFile {
  readonly encoding: FileForm;
  readonly sha256: string;
  readonly bytes: number;
  /** number of data rows, without the header */
  readonly rows: number;
  readonly header: readonly string[];
  /** fields with a column or a constant, `custom` for all custom fields together */
  readonly staged: readonly string[];
  /** the first cell (counted from 1) and header of each present field, for problems found against the tenant */
  readonly places: readonly StagedPlace[];
  readonly absentColumns: readonly string[];
  readonly unknownColumns: readonly string[];
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A plan as the tenant API tells it. */
type ReadonlyImport = DeepReadonly<Import>;

/** What a plan does to one field of the records that exist, in the order of the file; fields that change nowhere are left out. */
export type ColumnChange = ReadonlyImport["columns"][number];

/** What a file has that looks like another tenant's. */
export type ForeignTraits = NonNullable<ReadonlyImport["foreign"]>;

/** An earlier takeover of the same export of the console. */
export type EarlierTakeover = NonNullable<ReadonlyImport["takenOver"]>;

/** The records of a thing that a plan writes, though they are not of its kind. */
export type BesideCounts = NonNullable<ReadonlyImport["beside"]>[number];

/** What an export of the console shows of the values that were changed here, which it leaves as they are. */
export interface MergedValues extends NonNullable<ReadonlyImport["merged"]> {
  /** the numbers of the records that the export lacks, and that stay because what was changed here refers to them */
  readonly held?: readonly number[] | undefined;
}

/** A value of the console that nobody asked for here. */
export type Contradiction = MergedValues["first"][number];

/** What the tenant API says of a plan, in rows of the imported kind. @see Import */
type ToldCounts = Pick<
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

/** The counts of a plan. */
export interface PlanCounts extends ToldCounts {
  /** of a plan in a scope: the values that cannot be used, as what lies outside has them */
  readonly unusable?: number | undefined;
  readonly merged?: MergedValues | undefined;
}
