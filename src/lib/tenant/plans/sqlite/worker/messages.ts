import type { MessagePort } from "node:worker_threads";
import type { FileForm } from "../../../../csv/records/record.ts";
import type { Problem } from "../../../../errors/index.ts";
import type { Writer } from "../../../store/sqlite/writer-note.ts";
import type { ReplanOptions, DeletionTarget, CommitMoment, ExportObservation, WrittenFile } from "../../engine.ts";
import type { StoredRequest } from "../../import-rows.ts";
import type { KeptKey } from "../../../store/idempotency.ts";
import type { Scope } from "../../../store/store.ts";

/** The files a task uses. */
export interface TaskFiles {
  readonly tenant: string;
  readonly staging: string;
}

/** A task of one import, whose rows are staged. */
interface StagedTask {
  readonly id: string;
  readonly files: TaskFiles;
}

/** A task that reads a file. */
interface ReadingTask extends StagedTask {
  readonly request: StoredRequest;
  readonly encoding: FileForm;
}

/** What the tenant's records and its lock say of a change. */
interface ChangeContext {
  /** what who makes it sees of the tenant */
  readonly scope: Scope | undefined;
  readonly moment: CommitMoment;
  readonly writer: Writer;
  /** of the request, kept in the same transaction */
  readonly once?: KeptKey | undefined;
}

/** A task for the worker. */
export type Task =
  | ({ readonly type: "plan" } & ReadingTask)
  | ({
      readonly type: "delete";
      readonly request: StoredRequest;
      /** of what was named */
      readonly ids: readonly string[];
      readonly lesser: DeletionTarget["lesser"];
    } & StagedTask)
  | ({
      readonly type: "verify";
      /** of the change that the task is of */
      readonly revision: number;
      /** what the export does not show is confirmed */
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

/** To the worker, one at a time; any value but 0 in the shared `stop` interrupts it between rows. */
export interface Assignment {
  readonly task: Task;
  readonly stop: Int32Array;
  /** on which `plan` and `verify` ask for their file: each message is answered by a chunk of it, undefined at its end */
  readonly file: MessagePort;
}

/** From the worker: the one outcome of its task. */
export type WorkerOutcome =
  | { readonly type: "done"; readonly observed: ExportObservation | undefined }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly error: unknown };
