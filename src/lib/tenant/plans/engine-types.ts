import type { RowState } from "../../csv/layout/row-filter.ts";
import type { PlanCounts, StagedFile, ImportRecord } from "../ledger/import-rows.ts";
import type { FileForm } from "../../csv/records/record.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { ROW_ACTION_NAMES } from "../../model/import.ts";
import type { Problem } from "../../model/problem.ts";
import type { SecuredApp } from "../../nouns/secured-user.ts";
import type { AccessOrigin } from "../store/ids.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import type { Actor } from "../ledger/actor.ts";
import type { StoredRequestKey } from "../ledger/change.ts";

interface FieldValue {
  readonly field: string;
  readonly value: string | readonly string[] | null;
}

export interface PlanRow {
  readonly thing?: string | undefined;
  readonly app?: SecuredApp | undefined;
  readonly row: number;
  readonly key: string;
  readonly action: keyof typeof ROW_ACTION_NAMES;
  readonly changed: readonly string[];
  readonly setsSecret: boolean;
  readonly before: readonly FieldValue[];
  readonly after: readonly FieldValue[];
}

export interface InputProblem extends Omit<Problem, "code"> {
  readonly code: string;
  readonly severity: "error" | "warning";
}

export interface SelectedRecord {
  readonly id: string;
  /** first row that names the record */
  readonly row: number;
  readonly label: string;
  /** employee code and organisation, which tell people of the same name apart */
  readonly more: string | null;
  /** true if the rows have only the name of the record; other records can have the same name */
  readonly isByName: boolean;
}

export interface SelectedFile extends Pick<StagedFile, "header" | "headerRow" | "inputSha256" | "skipped"> {
  /** numbers of rows by what they say; `left` also if the list has no column about leaving */
  readonly rows: Readonly<Record<RowState, number>>;
  /** rows of records that were deleted earlier; `number` is the change number of the last deletion */
  readonly deleted: { readonly count: number; readonly first: string | null; readonly number: number | null };
}

/** The first line describes the file. */
export type SelectionLine = { readonly file: SelectedFile } | InputProblem | SelectedRecord;

export interface UploadContent {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: FileForm;
}

export interface RowQuery {
  readonly actions: readonly PlanRow["action"][];
  readonly limit?: number | undefined;
}

export type PlanRowsRequest =
  | {
      readonly type: "rows";
      readonly record: ImportRecord;
      readonly query: RowQuery;
      readonly beside?: ImportRecord | undefined;
    }
  /** rows of an undo's plan, starting with rows of the format `first` */
  | {
      readonly type: "undo-rows";
      readonly undone: UndoneChange;
      readonly first: FormatName;
      readonly query: RowQuery;
    }
  | { readonly type: "committed-rows"; readonly record: ImportRecord; readonly query: RowQuery }
  | { readonly type: "problems"; readonly record: ImportRecord; readonly limit: number | undefined };

export interface UndoCounts {
  readonly kind: FormatName;
  /** ETag of the planned undo; further blocked records change the ETag */
  readonly etag: string;
  readonly counts: PlanCounts;
}

export interface CommitDetails {
  readonly actor: string;
  readonly by?: string | undefined;
  readonly origin: AccessOrigin;
  /** account whose rights are checked again before writing; only for requests over a socket */
  readonly sender?: Actor | undefined;
  readonly now: string;
  readonly idPrefix: string;
  readonly referencePrefix: string;
}

export interface CommitOptions {
  readonly moment: CommitDetails;
  readonly signal?: AbortSignal | undefined;
  readonly once?: StoredRequestKey | undefined;
}
