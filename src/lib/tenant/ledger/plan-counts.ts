import type { FileForm } from "../../csv/records/record.ts";
import type { Role } from "../../nouns/account.ts";
import type { BlockedRecord } from "../../derived/undo.ts";

export interface StagedPlace {
  readonly field: string;
  readonly column: number;
  readonly header: string;
  /** numbers of the cells that together contain a set, in file order */
  readonly cells?: readonly number[] | undefined;
  /** number of cells of an ordered list; later values of the record stay */
  readonly times?: number | undefined;
}

/** Contains all data that a plan needs in addition to the staged rows. */
export interface StagedFile {
  readonly encoding: FileForm;
  readonly inputSha256: string;
  readonly headerRow: number;
  readonly rows: number;
  /** number of rows that were skipped because their people have left */
  readonly left: number;
  readonly skipped: readonly { readonly header: string; readonly value: string; readonly count: number }[];
  readonly header: readonly string[];
  readonly staged: readonly string[];
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

export interface Contradiction {
  readonly name: string;
  readonly field: string | null;
  readonly local: string | null;
  readonly console: string | null;
}

export interface MergedValues {
  readonly contradicted: number;
  readonly first: readonly Contradiction[];
  readonly leftOut: number;
  /** the first rows that are left out */
  readonly leftOutRows: readonly { readonly row: number; readonly key: string }[];
  /** number of missing records that are kept until somebody decides about them */
  readonly unsettled: number;
  /** number of references to missing records that are cleared */
  readonly cleared: number;
  /** number of deleted records that an undo brought back */
  readonly brought: number;
  /** records whose wishes end, because they refer to missing records */
  readonly wishes: { readonly count: number; readonly first: readonly string[] };
}

interface KeptRecords {
  readonly count: number;
  readonly names: readonly string[];
  readonly hash: string;
  /** false if the previous import of the same kind already kept the same records */
  readonly isNew: boolean;
}

/** Records that the console deleted, and that the file makes again. */
export interface RemadeRecords {
  readonly count: number;
  readonly names: readonly string[];
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
  readonly newOrgs: readonly string[];
  readonly newGroups: readonly string[];
  readonly columns: readonly ColumnChange[];
  readonly errors: number;
  readonly warnings: number;
  readonly rejected: boolean;
  readonly wipes?: number | undefined;
  readonly foreign?: true | undefined;
  /** true for an export of the console that shows names of organisations instead of their codes */
  readonly orgsByName?: true | undefined;
  readonly kept?: KeptRecords | undefined;
  readonly remade?: RemadeRecords | undefined;
  readonly released?: number | undefined;
  readonly roles?:
    | { readonly count: number; readonly first: readonly { readonly name: string; readonly role: Role }[] }
    | undefined;
  readonly merged?: MergedValues | undefined;
  readonly beside?: readonly RelatedCounts[] | undefined;
  /** for the undo in a mirror: when the last file with a value of the change was written; null if there is none */
  readonly writtenAt?: string | null | undefined;
  readonly blocked?: { readonly count: number; readonly first: readonly BlockedRecord[] } | undefined;
}
