import type { PlanRow } from "../../contract/index.ts";
import type { EarlierTakeover, PlanCounts } from "./staging/counts.ts";
import type { FileForm } from "../../csv/records/record.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { Operation } from "../../model/role.ts";
import type { Origin } from "../ids.ts";
import type { KeptKey } from "../store/idempotency.ts";
import type { ImportRecord, StoredRequest } from "./import-rows.ts";

/** An input file sent to the tenant. */
export interface UploadContent {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: FileForm;
}

/** What a deletion is asked to take, besides what its request says. */
export interface DeletionTarget {
  readonly ids: readonly string[];
  /** of who is no system administrator: what he may do by which something gets out of the way */
  readonly lesser?: readonly Operation[] | undefined;
}

/** How a plan is compared again. */
export interface ReplanOptions extends Pick<DeletionTarget, "lesser"> {
  /** to somebody, who agrees to what it deletes by now */
}

/** Selects the rows of a plan. */
export interface RowQuery {
  /** all actions if empty */
  readonly actions: readonly PlanRow["action"][];
  readonly limit?: number | undefined;
  /** includes protected records that the file must not lack: no import deletes them, but the console may have */
  readonly protectedToo?: boolean | undefined;
  /** of an open plan: the fields of an upload file's columns, if rows are to be as that file has them */
  readonly upload?: readonly string[] | undefined;
}

/** What an undo changes. */
export interface UndoCounts extends Pick<
  PlanCounts,
  "recordsBefore" | "create" | "update" | "delete" | "columns" | "wipes" | "lost" | "reopened"
> {
  /** the kind of which it writes most records */
  readonly kind: FormatName;
  /** another one once other records stand in its way */
  readonly etag: string;
  /** records of other things than the kind's */
  readonly beside: NonNullable<PlanCounts["beside"]>;
  readonly blocked: PlanCounts["blocked"];
}

/** A change that is undone. */
export interface UndoneChange {
  readonly number: number;
  readonly revision: number;
  /** an import, or the takeover of an export, made it */
  readonly isImport: boolean;
  /** it confirmed tasks of the console */
  readonly isConfirmation?: boolean | undefined;
  /** leaves out the records that cannot be undone */
  readonly skipBlocked: boolean;
  /**
   * The revisions of changes whose tasks are dropped: the part of the drift that they wrote last is undone, and the values of
   * the console come back in place of those before the change
   */
  readonly dropped?: readonly number[] | undefined;
  /** of a drop: only these records, and only these columns */
  readonly records?: readonly (readonly [thing: string, pk: number])[] | undefined;
  readonly columns?: readonly string[] | undefined;
  /** of who sees a part of the tenant: what of them he sees */
  readonly inSight?: readonly (readonly [thing: string, pk: number])[] | undefined;
}

/** Records that a plan writes in one way: how many, and the first of them by their rows, or by name if the file lacks them. */
export interface AffectedRecords {
  readonly count: number;
  readonly first: readonly string[];
}

/** What a plan does, by the rights that it takes; `edit` is any change but those of `note` and `move`. */
export interface PlanWork {
  readonly create: AffectedRecords;
  readonly edit: AffectedRecords;
  /** memos and tags of devices */
  readonly note: AffectedRecords;
  /** users to other organisations */
  readonly move: AffectedRecords;
  readonly delete: AffectedRecords;
  readonly createOrgs: AffectedRecords;
  readonly deleteOrgs: AffectedRecords;
  /** devices that lose their owners, or get them back */
  readonly release: AffectedRecords;
}

/** Who commits, with the time and the ids of the commit. */
export interface CommitMoment {
  /** who commits; perhaps not who made the plan */
  readonly actor: string;
  /** who acted as the actor: the machine's owner */
  readonly by?: string | undefined;
  /** see `heldOrgs` */
  readonly heldOrgs?: readonly string[] | undefined;
  readonly origin: Origin;
  /** the time of the commit, a UTC instant */
  readonly now: string;
  /** followed by 12 digits, the id of a new record; see `idPrefix` */
  readonly idPrefix: string;
  /** likewise, for records created because rows name them */
  readonly referencePrefix: string;
}

export interface CommitOptions {
  readonly moment: CommitMoment;
  readonly signal?: AbortSignal | undefined;
  /** kept in the same transaction */
  readonly once?: KeptKey | undefined;
  readonly written?: WrittenFile | undefined;
}

/** What was written for the console. */
export interface WrittenFile {
  /** the file; undefined if all its rows are left out */
  readonly file?: { readonly fileName: string; readonly sha256: string } | undefined;
  /** the fields of its columns, by which the records are found that it leaves out; undefined: it leaves out none */
  readonly fields?: readonly string[] | undefined;
}

/** How many records an export lacks of those that the console has. */
export interface LackingRecords {
  readonly records: number;
  readonly of: number;
}

/** What an export showed of a task. */
export interface ExportObservation {
  /** of the export */
  readonly sha256: string;
  /** it is the file that was written for the upload: nothing was compared */
  readonly isUpload: boolean;
  /** an earlier takeover of the same file, if others were taken over since */
  readonly takenOver?: EarlierTakeover | undefined;
  /** the columns that it does not show */
  readonly unseen: readonly string[];
  /** the columns of open references that its blank cells do not tell from none */
  readonly blank: readonly string[];
  /** what it lacks of the other records, if it therefore does not prove a deletion */
  readonly lacking?: LackingRecords | undefined;
}

/** How a task is verified by an export of the console. */
export interface VerifyOptions {
  /** of the change that the task is of */
  readonly revision: number;
  /** how the export is read */
  readonly request: StoredRequest;
  readonly moment: CommitMoment;
  /** what the export does not show is confirmed */
  readonly confirmMissing: boolean;
  /** of the file that was written for the upload: nothing is compared with that */
  readonly uploadSha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The imports' own tables, and the work of millions of rows, done beside the program's thread. Staged rows can be made
 * again from their file, and are never backed up.
 */
export interface ImportEngine {
  /**
   * Takes a file and compares it with the tenant: the import is a plan when this returns, and nothing is left of it
   * otherwise.
   *
   * @throws Failure `locked`, `interrupted`, `unavailable`
   */
  plan(id: string, request: StoredRequest, content: UploadContent, signal: AbortSignal | undefined): Promise<void>;
  /**
   * Chooses the records that a deletion takes: the import is a plan when this returns, and nothing is left of it otherwise.
   *
   * @param asked.ids of what was named
   * @throws Failure `input-rejected` if other records hang on those that would go, or a named one is protected; `not-permitted` if
   *   a system administrator alone changes that one; `not-found` if not all of those named are there; `locked`, `interrupted`, `unavailable`
   */
  planDeletion(
    id: string,
    request: StoredRequest,
    asked: DeletionTarget,
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** Compares a plan with the tenant again. @throws Failure as {@link plan}; of a deletion as {@link planDeletion} */
  replan(record: ImportRecord, again: ReplanOptions, signal: AbortSignal | undefined): Promise<void>;
  /**
   * What an open plan would do, also with rows that are refused because of what lies outside its scope: by rights, nobody
   * learns whether there is such a thing.
   */
  workOf(record: ImportRecord): PlanWork;
  /** Commits a plan, or an undoing: all or nothing. @throws Failure `conflict`, `locked`, `input-rejected`, `interrupted`, `not-permitted` */
  commit(record: ImportRecord, options: CommitOptions): Promise<void>;
  /** Stores what an export of the console shows of the records of a task. @param id names its staging @throws Failure `input-rejected` */
  verify(id: string, content: UploadContent, options: VerifyOptions): Promise<ExportObservation>;
  /**
   * What an undo would change.
   *
   * @param kind of its plan; undefined: the kind of which it writes most records
   * @throws Failure `not-permitted` if it changes who is above the asker
   */
  countUndo(undone: UndoneChange, kind: FormatName | undefined): Promise<UndoCounts>;
  /** The rows of a plan as NDJSON, in batches. @throws Failure `conflict` if the import has no open plan */
  rows(record: ImportRecord, query: RowQuery): Iterable<Uint8Array>;
  /** The rows of an undo's plan. @param first the kind whose rows come first */
  undoRows(undone: UndoneChange, first: FormatName, query: RowQuery): Promise<Iterable<Uint8Array>>;
  /** What a committed import did, as the rows of a plan. */
  committedRows(record: ImportRecord, query: RowQuery): Promise<Iterable<Uint8Array>>;
  /** The problems of a plan's file as NDJSON, in batches, by row and column. @throws Failure `conflict` */
  problems(record: ImportRecord, limit: number | undefined): Iterable<Uint8Array>;
  /** Removes what is staged of an import. */
  drop(id: string): void;
  /**
   * Staged rows that no running program holds, and journals without them are removed.
   *
   * @returns the ids of their imports; of what belongs to no import, such as a dead process's copy, the name
   */
  unheld(): readonly string[];
  /** True if rows of the import are staged. */
  isStaged(id: string): boolean;
  /** Waits for the running work. */
  close(): Promise<void>;
}
