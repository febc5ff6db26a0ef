import type { MessagePort } from "node:worker_threads";
import type { FileForm } from "../../../../csv/records/record.ts";
import type { Problem } from "../../../../errors/index.ts";
import type { NotedWriter } from "../../../store/sqlite/writer-note.ts";
import type {
  ReplanOptions,
  CommitMoment,
  PlanReading,
  PlanWork,
  UndoCounts,
  UndoneChange,
  WrittenFile,
} from "../../engine.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import type { ImportRecord, StoredRequest } from "../../import-rows.ts";
import type { StoredRequestKey } from "../../../store/idempotency.ts";
import type { Scope } from "../../../store/store.ts";

export interface TaskFiles {
  readonly tenant: string;
  readonly staging: string;
}

interface StagedTask {
  readonly id: string;
  readonly files: TaskFiles;
}

export interface ReadingTask extends StagedTask {
  readonly request: StoredRequest;
  readonly encoding: FileForm;
}

interface ChangeContext {
  /** the part of the tenant that the acting account can see; undefined: the whole tenant */
  readonly scope: Scope | undefined;
  readonly moment: CommitMoment;
  readonly writer: NotedWriter;
  readonly once?: StoredRequestKey | undefined;
  /** true to check only whether the change can be made */
  readonly isCheck?: boolean | undefined;
}

export interface ReadSource {
  readonly tenant: string;
  /** true if the tenant's file cannot be written */
  readonly readOnly: boolean;
  readonly staging: string | undefined;
  readonly scope: Scope | undefined;
}

/** A task for the worker thread (not a task in the console). Tasks run one after another. */
export type WorkerTask =
  | ({ readonly type: "plan" } & ReadingTask)
  | ({
      readonly type: "delete";
      readonly request: StoredRequest;
      /** ids of the records that the request names */
      readonly ids: readonly string[];
    } & StagedTask)
  | ({ readonly type: "replan" } & ReplanOptions & StagedTask)
  | ({ readonly type: "commit"; readonly written?: WrittenFile | undefined } & StagedTask & ChangeContext)
  | ({
      readonly type: "undo";
      readonly id: string;
      readonly tenant: string;
      readonly written?: WrittenFile | undefined;
    } & ChangeContext)
  | { readonly type: "count-work"; readonly source: ReadSource; readonly record: ImportRecord }
  | {
      readonly type: "count-undo";
      readonly source: ReadSource;
      readonly undone: UndoneChange;
      readonly kind: FormatName | undefined;
    };

interface TaskResults {
  readonly "count-work": PlanWork;
  readonly "count-undo": UndoCounts;
}

export type TaskResult<T extends WorkerTask["type"]> = T extends keyof TaskResults ? TaskResults[T] : undefined;

/** Lines that a worker reads while they are requested. A worker can read for several requesters at once. */
export interface WorkerReading {
  readonly source: ReadSource;
  readonly reading: PlanReading;
}

/**
 * Work that is assigned to a worker. Any value other than 0 in the shared `stop` interrupts the work between rows.
 *
 * On the port, one thread requests chunks from the other, which answers each request: a worker requests the file of
 * `plan`, and the main thread requests the lines of a reading.
 */
export interface Assignment {
  readonly work: WorkerTask | WorkerReading;
  readonly stop: Int32Array;
  readonly port: MessagePort;
}

export type WorkerFailure =
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly error: unknown };

export type WorkerOutcome = { readonly type: "done"; readonly result: TaskResult<WorkerTask["type"]> } | WorkerFailure;

export type ReadLines = Uint8Array | WorkerFailure;
