import type { PlanRow } from "../../contract/index.ts";
import type { EarlierTakeover, PlanCounts } from "./staging/counts.ts";
import type { FileForm } from "../../csv/records/record.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { Operation } from "../../model/role.ts";
import type { AccessOrigin } from "../ids.ts";
import type { StoredRequestKey } from "../store/idempotency.ts";
import type { ImportRecord, StoredRequest } from "./import-rows.ts";

/** An input file sent to the tenant. */
export interface UploadContent {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: FileForm;
}

/** What a deletion needs in addition to its stored request. */
export interface DeletionTarget {
  readonly ids: readonly string[];
  /** if the acting account is not a system administrator: the operations that it may use to remove obstacles */
  readonly permitted?: readonly Operation[] | undefined;
}

/** Options for comparing a plan with the tenant again. */
export interface ReplanOptions extends Pick<DeletionTarget, "permitted"> {
  /** true: the plan of a takeover keeps the records that its export lacks */
  readonly keepMissing?: boolean | undefined;
}

/** A selection of rows of a plan. */
export interface RowQuery {
  /** only rows with these actions; empty: all rows */
  readonly actions: readonly PlanRow["action"][];
  readonly limit?: number | undefined;
  /** true to include protected records that the file lacks: the console may have deleted them, but imports never do */
  readonly protectedToo?: boolean | undefined;
  /** for an open plan: the fields of an upload file's columns. The rows are then returned as that file contains them */
  readonly upload?: readonly string[] | undefined;
}

/** Counts of what an undo changes. */
export interface UndoCounts extends Pick<
  PlanCounts,
  "recordsBefore" | "create" | "update" | "delete" | "columns" | "wipes" | "lost" | "reopened"
> {
  /** the kind of most of the records that the undo writes */
  readonly kind: FormatName;
  /** differs as soon as other records prevent the undo */
  readonly etag: string;
  /** records that do not belong to this kind */
  readonly beside: NonNullable<PlanCounts["beside"]>;
  readonly blocked: PlanCounts["blocked"];
}

/** A change to undo, or the tasks to drop. */
export interface UndoneChange {
  readonly number: number;
  readonly revision: number;
  /** true if an import made the change; this includes takeovers of exports */
  readonly isImport: boolean;
  /** true if the change confirmed tasks */
  readonly isConfirmation?: boolean | undefined;
  /** true: records that cannot be undone are left out */
  readonly skipBlocked: boolean;
  /**
   * For a drop: the revisions of the changes whose tasks are dropped. Only the parts of the drift that these changes
   * wrote last are undone. The console's values are restored, not the values from before the changes
   */
  readonly dropped?: readonly number[] | undefined;
  /** for a drop: only these records, and only these columns; undefined: all */
  readonly records?: readonly (readonly [thing: string, pk: number])[] | undefined;
  readonly columns?: readonly string[] | undefined;
  /** for a drop by an account that sees only a part of the tenant: the affected records that the account sees */
  readonly inSight?: readonly (readonly [thing: string, pk: number])[] | undefined;
}

/** Records that a plan writes in one way: their number, and the first, by row, or by name if the file lacks them. */
export interface AffectedRecords {
  readonly count: number;
  readonly first: readonly string[];
}

/** What a plan does, by the rights that it requires. `edit` contains all changes except those in `note` and `move`. */
export interface PlanWork {
  readonly create: AffectedRecords;
  readonly edit: AffectedRecords;
  /** devices whose memo or tags change */
  readonly note: AffectedRecords;
  /** users who move to another organisation */
  readonly move: AffectedRecords;
  readonly delete: AffectedRecords;
  readonly createOrgs: AffectedRecords;
  readonly deleteOrgs: AffectedRecords;
  /** devices that lose their owners, or get them back */
  readonly release: AffectedRecords;
}

/** Who commits and when, with the prefixes for the ids of new records. */
export interface CommitMoment {
  /** who commits the plan; somebody else may have made it */
  readonly actor: string;
  /** the machine's owner, if the owner acts as an account */
  readonly by?: string | undefined;
  /** ids of the organisations assigned to the account, without those below them; undefined: all organisations */
  readonly heldOrgs?: readonly string[] | undefined;
  readonly origin: AccessOrigin;
  /** the time of the commit, a UTC instant */
  readonly now: string;
  /** prefix for the ids of new records, followed by 12 digits; see `createIdPrefix` */
  readonly idPrefix: string;
  /** prefix for the ids of records that are created because rows refer to them, followed by 12 digits */
  readonly referencePrefix: string;
}

export interface CommitOptions {
  readonly moment: CommitMoment;
  readonly signal?: AbortSignal | undefined;
  /** idempotency key to store in the same transaction */
  readonly once?: StoredRequestKey | undefined;
  readonly written?: WrittenFile | undefined;
}

/** An upload file that was written for the console. */
export interface WrittenFile {
  /** name and hash of the file; undefined if no file was written because all rows are left out */
  readonly file?: { readonly fileName: string; readonly sha256: string } | undefined;
  /** fields of the file's columns, which determine the records that it leaves out; undefined: none are left out */
  readonly fields?: readonly string[] | undefined;
}

/** The number of records in the console, and how many of them an export lacks. */
export interface MissingRecordCounts {
  readonly records: number;
  readonly of: number;
}

/** What an export shows about a task. */
export interface ExportObservation {
  /** hash of the export */
  readonly sha256: string;
  /** true if the file is the upload file that was written for the console; nothing was compared */
  readonly isUpload: boolean;
  /** an earlier takeover of the same file, if other exports were taken over after it */
  readonly takenOver?: EarlierTakeover | undefined;
  /** the columns that the export does not show */
  readonly unseen: readonly string[];
  /** columns with open references in which a blank cell can mean either no record or a record without a key */
  readonly blank: readonly string[];
  /** counts of other records that the export lacks; undefined if the export proves the deletions of the task */
  readonly lacking?: MissingRecordCounts | undefined;
}

/** Options for verifying a task with an export of the console. */
export interface VerifyOptions {
  /** revision of the change that the task belongs to */
  readonly revision: number;
  /** how to read the export */
  readonly request: StoredRequest;
  readonly moment: CommitMoment;
  /** true: everything that the export does not show is confirmed */
  readonly confirmMissing: boolean;
  /** hash of the upload file that was written for the console; a file with this hash is not compared */
  readonly uploadSha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The tables of imports, and their work on millions of rows, which runs outside the main thread. Staged rows can be
 * created again from their file, so they are never backed up.
 */
export interface ImportEngine {
  /**
   * Reads a file and compares it with the tenant. When this method returns, the import is a plan. If it throws, nothing
   * is left of the plan.
   *
   * @throws Failure `locked`, `interrupted`, `unavailable`
   */
  plan(id: string, request: StoredRequest, content: UploadContent, signal: AbortSignal | undefined): Promise<void>;
  /**
   * Selects the records to delete. When this method returns, the import is a plan. If it throws, nothing is left of the
   * plan.
   *
   * @param asked.ids ids of the named records
   * @throws Failure `input-rejected` if other records depend on records to delete, or a named record is protected;
   * `not-permitted` if only a system administrator may change a named record; `not-found` if a named record does not
   * exist; `locked`, `interrupted`, `unavailable`
   */
  planDeletion(
    id: string,
    request: StoredRequest,
    asked: DeletionTarget,
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** Compares a plan with the tenant again. @throws Failure as {@link plan}; for a deletion, as {@link planDeletion} */
  replan(record: ImportRecord, again: ReplanOptions, signal: AbortSignal | undefined): Promise<void>;
  /**
   * Returns what an open plan would do. Rows that are refused because of records outside the plan's scope count too.
   * Otherwise, the required rights would reveal whether such records exist.
   */
  workOf(record: ImportRecord): PlanWork;
  /**
   * Commits a plan or an undo, either completely or not at all. @throws Failure `conflict`, `locked`, `input-rejected`,
   * `interrupted`, `not-permitted`
   */
  commit(record: ImportRecord, options: CommitOptions): Promise<void>;
  /** Stores what an export shows about a task's records.  @param id of the staging @throws Failure `input-rejected` */
  verify(id: string, content: UploadContent, options: VerifyOptions): Promise<ExportObservation>;
  /**
   * Counts what an undo would change.
   *
   * @param kind kind of the undo's plan; undefined: the kind of most of the records that the undo writes
   * @throws Failure `not-permitted` if the undo changes a user that only system administrators may change
   */
  countUndo(undone: UndoneChange, kind: FormatName | undefined): Promise<UndoCounts>;
  /** Returns the rows of a plan as NDJSON, in batches. @throws Failure `conflict` if the import has no open plan */
  rows(record: ImportRecord, query: RowQuery): Iterable<Uint8Array>;
  /** Returns the rows of an undo's plan. @param first the kind whose rows come first */
  undoRows(undone: UndoneChange, first: FormatName, query: RowQuery): Promise<Iterable<Uint8Array>>;
  /** Returns what a committed import did, in the form of plan rows. */
  committedRows(record: ImportRecord, query: RowQuery): Promise<Iterable<Uint8Array>>;
  /** Returns the problems of a plan's file as NDJSON in batches, by row and column.  @throws Failure `conflict` */
  problems(record: ImportRecord, limit: number | undefined): Iterable<Uint8Array>;
  /** Removes the staging of an import. */
  drop(id: string): void;
  /**
   * Finds staged rows that no running program is using, and removes journals without staged rows.
   *
   * @returns the ids of the imports of these rows; for files that belong to no import, such as the copy of a dead
   * process, the file name
   */
  unheld(): readonly string[];
  /** Returns true if rows of the import are staged. */
  isStaged(id: string): boolean;
  /** Waits until the running work has ended. */
  close(): Promise<void>;
}
