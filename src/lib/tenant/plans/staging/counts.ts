import type { FileForm } from "../../../csv/records/record.ts";
import type { Role } from "../../../model/role.ts";
import type { BlockedRecord } from "../../../model/undo.ts";

export interface StagedPlace {
  readonly field: string;
  /** the number of the field's first cell, counted from 1 */
  readonly column: number;
  readonly header: string;
  /** the numbers of a set's cells, in file order, if the set has several cells */
  readonly cells?: readonly number[] | undefined;
  /** for an ordered list: the number of cells; values after this number stay */
  readonly times?: number | undefined;
}

/** Contains all data that a plan in any process needs in addition to the staged rows. */
export interface StagedFile {
  readonly encoding: FileForm;
  readonly inputSha256: string;
  readonly headerRow: number;
  /** number of data rows, without the header and left-out rows */
  readonly rows: number;
  readonly skipped: readonly { readonly header: string; readonly value: string; readonly count: number }[];
  readonly header: readonly string[];
  /** the fields that have a column or a constant; `custom` means all custom fields */
  readonly staged: readonly string[];
  /** number (from 1) and header of each field's first cell, for problems that the comparison finds */
  readonly places: readonly StagedPlace[];
  readonly absentColumns: readonly string[];
  readonly unknownColumns: readonly string[];
}

export interface ColumnChange {
  readonly field: string;
  readonly changed: number;
  readonly cleared: number;
  readonly removed: number;
}

export interface RelatedCounts {
  readonly thing: string;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly recordsBefore: number;
}

/** A console value that differs from the local value and was never set locally. */
export interface Contradiction {
  readonly name: string;
  readonly field: string | null;
  readonly local: string | null;
  readonly console: string | null;
}

/** The import does not overwrite the local changes. */
export interface MergedValues {
  /** number of console values that were never set locally; `first` contains three of these values */
  readonly contradicted: number;
  readonly first: readonly Contradiction[];
  /** number of rows that are left out because their keys were changed locally */
  readonly leftOut: number;
}

interface KeptRecords {
  readonly count: number;
  readonly names: readonly string[];
  readonly hash: string;
  /** false if the last completed import of the kind kept the same records */
  readonly isNew: boolean;
}

export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  readonly recordsBefore: number;
  readonly delete: number;
  readonly invalid: number;
  readonly secretsSet: number;
  readonly orgsCreated: number;
  readonly groupsCreated: number;
  /** the first ten organisations that the import would create; `newGroups` has the first ten groups */
  readonly newOrgs: readonly string[];
  readonly newGroups: readonly string[];
  readonly columns: readonly ColumnChange[];
  readonly errors: number;
  readonly warnings: number;
  readonly rejected: boolean;
  readonly wipes?: number | undefined;
  readonly foreign?: true | undefined;
  /** records that are kept although the file of a replacing or `keepMissing` import does not contain them */
  readonly kept?: KeptRecords | undefined;
  readonly released?: number | undefined;
  /** administrators with a changed role, scope, organisation or key; `first` contains five of these administrators */
  readonly roles?:
    | { readonly count: number; readonly first: readonly { readonly name: string; readonly role: Role }[] }
    | undefined;
  readonly merged?: MergedValues | undefined;
  readonly beside?: readonly RelatedCounts[] | undefined;
  /** for an undo: the blocked or skipped records; `first` has up to a thousand of these records */
  readonly blocked?: { readonly count: number; readonly first: readonly BlockedRecord[] } | undefined;
}
