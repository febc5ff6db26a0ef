import type { MessagePort } from "node:worker_threads";
import type { FileForm } from "../../../../csv/records/record.ts";
import type { Problem } from "../../../../errors/index.ts";
import type { NotedWriter } from "../../../store/sqlite/writer-note.ts";
import type { ReplanOptions, DeletionTarget, CommitMoment, ExportObservation, WrittenFile } from "../../engine.ts";
import type { StoredRequest } from "../../import-rows.ts";
import type { StoredRequestKey } from "../../../store/idempotency.ts";
import type { Scope } from "../../../store/store.ts";

/** The files that a worker task uses. */
export interface TaskFiles {
  readonly tenant: string;
  readonly staging: string;
}

/** A worker task that processes the staged rows of one import. */
interface StagedTask {
  readonly id: string;
  readonly files: TaskFiles;
}

/** A worker task that reads a file. */
interface ReadingTask extends StagedTask {
  readonly request: StoredRequest;
  readonly encoding: FileForm;
}

/** The context of a change: what the account can see, and what the audit log and the writer's note record about it. */
interface ChangeContext {
  /** the part of the tenant that the acting account can see; undefined: the whole tenant */
  readonly scope: Scope | undefined;
  readonly moment: CommitMoment;
  readonly writer: NotedWriter;
  /** the idempotency key of the request, stored in the same transaction */
  readonly once?: StoredRequestKey | undefined;
}

/** A task for the worker thread (not a task in the console). */
export type WorkerTask =
  | ({ readonly type: "plan" } & ReadingTask)
  | ({
      readonly type: "delete";
      readonly request: StoredRequest;
      /** ids of the records that the request names */
      readonly ids: readonly string[];
      readonly permitted: DeletionTarget["permitted"];
    } & StagedTask)
  | ({
      readonly type: "verify";
      /** the revision of the change that the task in the console belongs to */
      readonly revision: number;
      /** true if values that the export does not show are confirmed, too */
      readonly confirmMissing: boolean;
      readonly uploadSha256?: string | undefined;
    } & ReadingTask &
      Omit<ChangeContext, "once">)
  | ({ readonly type: "replan" } & ReplanOptions & StagedTask)
  | ({ readonly type: "commit"; readonly written?: WrittenFile | undefined } & StagedTask & ChangeContext)
  | ({
      readonly type: "undo";
      readonly id: string;
      readonly tenant: string;
      readonly written?: WrittenFile | undefined;
    } & ChangeContext);

/**
 * A task that is assigned to the worker, which performs one task at a time. Any value other than 0 in the shared `stop`
 * interrupts the task between rows.
 */
export interface Assignment {
  readonly task: WorkerTask;
  readonly stop: Int32Array;
  /** the port on which `plan` and `verify` request their file: the reply is a chunk, or undefined at the end */
  readonly file: MessagePort;
}

/** A message from the worker: the outcome of its task. */
export type WorkerOutcome =
  | { readonly type: "done"; readonly observed: ExportObservation | undefined }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly error: unknown };
