import type { PlanCounts } from "./staging/counts.ts";
import type { FileForm } from "../../csv/records/record.ts";
import type { FormatName } from "../../model/console-files.ts";
import type { ROW_ACTION_NAMES } from "../../model/import.ts";
import type { ProblemParams } from "../../model/problem.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import type { AccessOrigin } from "../ids.ts";
import type { Actor } from "../policy/actor.ts";
import type { StoredRequestKey } from "../store/idempotency.ts";
import type { ImportRecord, StoredRequest } from "./import-rows.ts";

interface FieldValue {
  readonly field: string;
  readonly value: string | readonly string[] | null;
}

export interface PlanRow {
  readonly thing?: string | undefined;
  /** for an undo: the SECURED APP to which the record belongs, because one change may affect several apps */
  readonly app?: SecuredApp | undefined;
  readonly row: number;
  readonly key: string;
  readonly action: keyof typeof ROW_ACTION_NAMES;
  readonly changed: readonly string[];
  readonly setsSecret: boolean;
  readonly before: readonly FieldValue[];
  readonly after: readonly FieldValue[];
}

export interface InputProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly row: number;
  readonly line: number;
  readonly column: number;
  readonly header: string;
  readonly params: ProblemParams;
}

export interface UploadContent {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: FileForm;
}

export interface RowQuery {
  readonly actions: readonly PlanRow["action"][];
  /** maximum number of rows; if the plan includes organisations, the maximum for each record type */
  readonly limit?: number | undefined;
}

export type PlanReading =
  | {
      readonly type: "rows";
      readonly record: ImportRecord;
      readonly query: RowQuery;
      readonly beside?: ImportRecord | undefined;
    }
  /** the rows of an undo's plan; `first` is the format whose rows come first */
  | {
      readonly type: "undo-rows";
      readonly undone: UndoneChange;
      readonly first: FormatName;
      readonly query: RowQuery;
    }
  /** the changes that a committed import made, in the form of plan rows */
  | { readonly type: "committed-rows"; readonly record: ImportRecord; readonly query: RowQuery }
  | { readonly type: "problems"; readonly record: ImportRecord; readonly limit: number | undefined };

export interface UndoCounts {
  readonly kind: FormatName;
  /** ETag of the planned undo; the ETag changes if a further record prevents the undo */
  readonly etag: string;
  readonly counts: PlanCounts;
}

export interface UndoneChange {
  readonly number: number;
  readonly revision: number;
  /** true for an import other than a console import */
  readonly isImport: boolean;
  /** for dropped tasks: their revisions; only values last written by these revisions are replaced */
  readonly dropped?: readonly number[] | undefined;
  readonly deleted?: { readonly request: StoredRequest; readonly ids: readonly string[] } | undefined;
  /** for dropped tasks: the affected records that the account can see; undefined if it sees the whole tenant */
  readonly inSight?: readonly (readonly [thing: string, pk: number])[] | undefined;
}

export interface CommitMoment {
  /** the person who commits the plan; not always the person who made it */
  readonly actor: string;
  /** the owner of the computer, if the owner acts as another account */
  readonly by?: string | undefined;
  readonly origin: AccessOrigin;
  /** the account that sent the request over a socket; the account's rights are checked again before writing */
  readonly sender?: Actor | undefined;
  readonly now: string;
  /** prefix for the ids of new records, followed by 12 digits; see `createIdPrefix` */
  readonly idPrefix: string;
  /** prefix for the ids of records that are created because rows refer to them, also followed by 12 digits */
  readonly referencePrefix: string;
}

export interface CommitOptions {
  readonly moment: CommitMoment;
  readonly signal?: AbortSignal | undefined;
  readonly once?: StoredRequestKey | undefined;
}

/** Stores and commits imports of millions of rows, outside the main thread. */
export interface ImportEngine {
  plan(id: string, request: StoredRequest, content: UploadContent, signal: AbortSignal | undefined): Promise<void>;
  commit(record: ImportRecord, options: CommitOptions): Promise<void>;
  countUndo(undone: UndoneChange, kind: FormatName | undefined, signal: AbortSignal | undefined): Promise<UndoCounts>;
  /** Streams the requested rows as NDJSON. @throws Failure `conflict`, or `locked` during a commit */
  read(reading: PlanReading): Promise<ReadableStream<Uint8Array>>;
  drop(id: string): void;
  listUnusedIds(): readonly string[];
  isStaged(id: string): boolean;
  close(): Promise<void>;
}
