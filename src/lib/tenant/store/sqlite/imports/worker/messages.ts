import type { Encoding } from "../../../../../csv/records/record.ts";
import type { PlanRow } from "../../../../../contract/index.ts";
import type { Problem } from "../../../../../errors/index.ts";
import type { Writer } from "../../writer-note.ts";
import type { StoredRequest } from "../record.ts";
import type { CommitMoment } from "../commit.ts";

/** The files a task uses. */
export interface TaskFiles {
  readonly tenant: string;
  readonly staging: string;
}

/** A task for the worker; `plan` and `verify` are followed by the file's chunks. */
export type Task =
  | {
      readonly type: "plan";
      readonly files: TaskFiles;
      readonly id: string;
      readonly request: StoredRequest;
      readonly encoding: Encoding;
    }
  | {
      readonly type: "verify";
      readonly files: TaskFiles;
      readonly id: string;
      readonly request: StoredRequest;
      readonly encoding: Encoding;
      readonly copy: string;
      readonly exportStaging: string;
      readonly moment: CommitMoment;
      readonly limit: number;
    }
  | { readonly type: "replan"; readonly files: TaskFiles; readonly id: string }
  | {
      readonly type: "commit";
      readonly files: TaskFiles;
      readonly id: string;
      readonly moment: CommitMoment;
      readonly writer: Writer;
    }
  | {
      readonly type: "revert";
      readonly tenant: string;
      readonly id: string;
      readonly moment: CommitMoment;
      readonly writer: Writer;
    };

/**
 * To the worker; `turn` is the task's number, by which messages of an ended task are recognised; `stop` in the
 * shared array interrupts between rows.
 */
export type ToWorker = { readonly turn: number } & (
  | { readonly type: "task"; readonly task: Task; readonly stop: Int32Array }
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "end" }
);

/** The outcome of a comparison with the console's export. */
export interface Difference {
  readonly differences: number;
  readonly first: readonly PlanRow[];
}

/** From the worker: `taken` for each chunk, then one outcome. */
export type FromWorker = { readonly turn: number } & Reply;

export type Reply =
  | { readonly type: "taken" }
  | { readonly type: "done"; readonly difference?: Difference | undefined }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly message: string; readonly stack: string | undefined };
