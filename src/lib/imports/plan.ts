import type { FileForm } from "../csv/records/record.ts";
import type { Allowance, Fix, MissingTrait, UndeletableChoice } from "../model/import.ts";
import type { FormatName } from "../model/console-files.ts";
import type { BlockedRecord } from "../model/undo.ts";

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
  readonly absent: "keep" | "clear";
  readonly createOrgs: boolean;
  readonly createGroups: boolean;
  readonly skipInvalid: boolean;
  /**
   * what becomes of records that a replacing file lacks and that cannot be deleted: they are kept; `release` also takes
   * devices from their owners, who can be deleted then. undefined: the plan is rejected
   */
  readonly undeletable?: UndeletableChoice | undefined;
  readonly fix?: readonly Fix[] | undefined;
  /** `#N/A` and the like are text, as they are in the console's own export */
  readonly allowErrorValues?: boolean | undefined;
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

/** What a plan does to one field of the records that exist. */
export interface ColumnChange {
  /** `custom:NAME` of a custom field */
  readonly field: string;
  /** number of records that get another value */
  readonly changed: number;
  /** number of records that had a value and have none afterwards */
  readonly cleared: number;
  /** of a list: number of values that records lose */
  readonly removed: number;
  /** of a list in an order: number of values beyond the file's columns, which stay */
  readonly kept: number;
  /** number of values before, if the plan clears more than half of them */
  readonly clearedOf?: number | undefined;
}

/**
 * What a file has that looks like another tenant's: the first keys or mail domains, none of which the tenant has, or the
 * first names, none of which is that of the record with the row's key.
 */
export interface Foreign {
  readonly by: MissingTrait;
  readonly values: readonly string[];
}

/** The counts of a plan, in rows of the imported kind. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  /** records of the kind before the import */
  readonly recordsBefore: number;
  readonly delete: number;
  readonly invalid: number;
  readonly secretsSet: number;
  readonly orgsCreated: number;
  readonly groupsCreated: number;
  /** the first of them, by what the file names them */
  readonly newOrgs: readonly string[];
  readonly newGroups: readonly string[];
  /** in the order of the file; fields that change nowhere are left out */
  readonly columns: readonly ColumnChange[];
  readonly errors: number;
  readonly warnings: number;
  /** of a plan in a scope: the values that cannot be used, as what lies outside has them */
  readonly unusable?: number | undefined;
  /** of devices: those that have to be wiped for another owner */
  readonly wipes?: number | undefined;
  /** the file looks like another tenant's */
  readonly foreign?: Foreign | undefined;
  /** of a replacing plan: records that its file lacks and that are kept, as they cannot be deleted; `known`: by the run before, too */
  readonly kept?: { readonly count: number; readonly known: number } | undefined;
  /** devices that lose their owner, as that record is deleted */
  readonly released?: number | undefined;
  /** of a deletion: protected records that pass its filters and stay, and the first of them by name */
  readonly staying?: { readonly count: number; readonly names: readonly string[] } | undefined;
  /** of a deletion: those that go and are protected in another scope, and the first of them by name, with where */
  readonly protectedElsewhere?: { readonly count: number; readonly names: readonly string[] } | undefined;
  /** of an export of the console: what it shows of the values that were changed here */
  readonly merged?: MergedValues | undefined;
  /** of an export of the console: an earlier takeover of the same file, if others were taken over since */
  readonly takenOver?: EarlierTakeover | undefined;
  /** of an undo: the values that do not come back, as their custom fields were removed since */
  readonly lost?: readonly LostField[] | undefined;
  /** of an undo or a deletion: the records of other things that it writes, by the things' names */
  readonly beside?: readonly BesideCounts[] | undefined;
  /** of the undo of a confirmation: the numbers of the tasks that are open again, and how many records of these */
  readonly reopened?: { readonly tasks: readonly number[]; readonly records: number } | undefined;
  /** of an undo: the records that it leaves as they are, and the first of them */
  readonly blocked?: { readonly count: number; readonly first: readonly BlockedRecord[] } | undefined;
  /** the plan cannot be committed */
  readonly rejected: boolean;
}

/** A takeover of an export of the console, and those of the same kind that followed. */
export interface EarlierTakeover {
  /** the number of its change */
  readonly change: number;
  /** a UTC instant */
  readonly at: string;
  /** the numbers of the changes of later ones, the newest first */
  readonly newer: readonly number[];
}

/** The records of a thing that a plan writes, though they are not of its kind. */
export interface BesideCounts {
  readonly thing: string;
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** records of the thing before the plan */
  readonly recordsBefore: number;
}

/** Values of a custom field that was removed. */
export interface LostField {
  readonly name: string;
  readonly values: number;
}

/** What an export of the console shows of the values that were changed here, which it leaves as they are. */
export interface MergedValues {
  /** number of records with values that the console does not have yet */
  readonly open: number;
  /** number of values that nobody asked for here, and the first of them */
  readonly contradicted: number;
  /** number of rows that are left out, as nobody can tell whose they are, or as a record here has their key */
  readonly leftOut: number;
  readonly first: readonly Contradiction[];
  /** of an export that is preferred: the number of local values that it gives up, and the first thousand of them */
  readonly givenUp?: { readonly count: number; readonly first: readonly Contradiction[] } | undefined;
  /** the numbers of the records that the export lacks, and that stay because what was changed here refers to them */
  readonly held?: readonly number[] | undefined;
}

/** A value of the console that nobody asked for here. */
export interface Contradiction {
  /** what the record is called here */
  readonly name: string;
  /** `custom` for custom fields; null if the console does not have the record */
  readonly field: string | null;
  readonly local: string | null;
  readonly console: string | null;
  /** somebody said that the console has the local value */
  readonly confirmed: boolean;
  /** it was deleted here, so that there is no local value */
  readonly deleted?: true | undefined;
  /** it was not changed here, but stays because something that was changed here refers to it */
  readonly held?: true | undefined;
}
