import type { FileForm } from "../../../csv/records/record.ts";
import type { Role } from "../../../model/role.ts";
import type { BlockedRecord } from "../../../model/undo.ts";

export interface StagedPlace {
  readonly field: string;
  /** the number of the field's first cell, counted from 1 */
  readonly column: number;
  readonly header: string;
  /** the numbers of a set's cells in file order, if there are several; rows store from which cell each value came */
  readonly cells?: readonly number[] | undefined;
  /** for an ordered list: the number of its cells, and of leading values that the file sets; undefined: all values */
  readonly times?: number | undefined;
}

/** The result of staging a file: everything except the staged rows that a plan needs, even in another process. */
export interface StagedFile {
  readonly encoding: FileForm;
  readonly inputSha256: string;
  readonly headerRow: number;
  /** number of data rows, without the header and the rows that are left out */
  readonly rows: number;
  /** the rows that the column map skips, by header and value */
  readonly skipped: readonly { readonly header: string; readonly value: string; readonly count: number }[];
  readonly header: readonly string[];
  /** the fields that have a column or a constant; `custom` represents all custom fields */
  readonly staged: readonly string[];
  /** first cell (from 1) and header of each field in the file, for problems that the comparison finds */
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

/** A difference between a console value and a local value, if the console value was never set locally. */
export interface Contradiction {
  readonly name: string;
  readonly field: string | null;
  readonly local: string | null;
  readonly console: string | null;
}

/** How a console export compares with values that were changed locally. The import does not overwrite these values. */
export interface MergedValues {
  /** console values that were never set locally; `first` has three of them */
  readonly contradicted: number;
  readonly first: readonly Contradiction[];
  /** rows that are left out because their keys were changed locally */
  readonly leftOut: number;
}

interface KeptRecords {
  readonly count: number;
  readonly names: readonly string[];
  readonly hash: string;
  /** false if the last import of the kind that was applied, or changed nothing, kept the same records */
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
  /** the first ten that the import would create; `newGroups` likewise */
  readonly newOrgs: readonly string[];
  readonly newGroups: readonly string[];
  readonly columns: readonly ColumnChange[];
  readonly errors: number;
  readonly warnings: number;
  readonly rejected: boolean;
  readonly wipes?: number | undefined;
  readonly foreign?: true | undefined;
  /** records that are not in the file of a replacing import, or of one with `keepMissing`, but are kept */
  readonly kept?: KeptRecords | undefined;
  readonly released?: number | undefined;
  /** administrators whose role, scope, organisation or key changes; `first` has five of them */
  readonly roles?:
    | { readonly count: number; readonly first: readonly { readonly name: string; readonly role: Role }[] }
    | undefined;
  readonly merged?: MergedValues | undefined;
  readonly beside?: readonly RelatedCounts[] | undefined;
  /** for an undo: the records that cannot be undone or are skipped; `first` has up to a thousand of them */
  readonly blocked?: { readonly count: number; readonly first: readonly BlockedRecord[] } | undefined;
}
