import { type IMPORT_STATE_NAMES, formatImportNumber } from "../../model/import.ts";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { ListAnswers } from "../../csv/layout/map-parse.ts";
import type { StoredRequest } from "./import-request.ts";
import { text } from "../../text/index.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { ChangedObject } from "./audit-rows.ts";
import { insertRow, updateRow } from "./rows.ts";
import type { Reader, Row, Writer } from "../store/types.ts";
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
  /** `isNew` is false if the previous import of the same kind already kept the same records */
  readonly kept?: (RemadeRecords & { readonly hash: string; readonly isNew: boolean }) | undefined;
  readonly remade?: RemadeRecords | undefined;
  readonly released?: number | undefined;
  readonly roles?:
    | { readonly count: number; readonly first: readonly { readonly name: string; readonly role: Role }[] }
    | undefined;
  readonly merged?: MergedValues | undefined;
  readonly beside?:
    | readonly (Pick<PlanCounts, "create" | "update" | "delete" | "recordsBefore"> & { readonly thing: string })[]
    | undefined;
  /** for the undo in a mirror: when the last file with a value of the change was written; null if there is none */
  readonly writtenAt?: string | null | undefined;
  readonly blocked?: { readonly count: number; readonly first: readonly BlockedRecord[] } | undefined;
}

export type ImportState = "uploading" | "planned" | "committed" | "discarded";

export interface ConsoleImportResult {
  readonly closed: readonly number[];
  readonly open: number;
  readonly assignmentsLost?: number | undefined;
}

export interface ImportDetail {
  readonly actor: string;
  /** who made a kept plan that somebody else committed */
  readonly plannedBy?: string | undefined;
  readonly request: StoredRequest | null;
  readonly staged: StagedFile | null;
  readonly counts: PlanCounts | null;
  readonly comparedRevision?: number | undefined;
  readonly committedAt: string | null;
  readonly drops?: readonly number[] | undefined;
  readonly undoes?: number | undefined;
  readonly skipBlocked?: true | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly learns?: ListAnswers | undefined;
  readonly settled?: ConsoleImportResult | undefined;
  readonly scope?: readonly number[] | undefined;
  readonly process: number | null;
}

export interface ImportRecord {
  readonly pk: number;
  readonly change: number | null;
  readonly number: string;
  readonly id: string;
  readonly kind: FormatName;
  readonly state: ImportState;
  readonly createdAt: string;
  readonly etag: string | null;
  readonly revision: number | null;
  readonly undoneBy: number | null;
  readonly undoneInPart: boolean;
  readonly detail: ImportDetail;
}

export const EMPTY_IMPORT_DETAIL: Omit<ImportDetail, "actor"> = {
  request: null,
  staged: null,
  counts: null,
  committedAt: null,
  process: null,
};

export const UNDONE_BY_SQL = "(select c.undoneBy from main.change c where c.number = i.change)";

export const SELECT_IMPORTS = `select i.*, ${UNDONE_BY_SQL} as undoneBy, exists (select 1 from main.change c
  join main.import u on u.pk = c.import where c.number = ${UNDONE_BY_SQL} and u.detail -> 'counts' ->> 'blocked' is not null) as undoneInPart
  from import i`;

export const toImportRecord = ({ detail, undoneInPart, ...row }: Row): ImportRecord => {
  const own = row as unknown as Omit<ImportRecord, "number" | "undoneInPart" | "detail">;
  return {
    ...own,
    number: formatImportNumber(own.pk, own.change),
    undoneInPart: undoneInPart === 1,
    detail: JSON.parse(String(detail)) as ImportDetail,
  };
};

/** Returns who made a plan that somebody else commits. */
export const findPlanner = ({ detail }: Pick<ImportRecord, "detail">, committer: string): string | undefined =>
  detail.actor === committer ? undefined : detail.actor;

export const getDisplayState = ({ state, undoneBy, undoneInPart }: ImportRecord): keyof typeof IMPORT_STATE_NAMES =>
  state !== "committed" || undoneBy === null ? state : undoneInPart ? "undone-in-part" : "undone";

/** Only a console import that deletes missing records shows what the console lacks. */
export const isFullConsoleImport = ({ detail: { request } }: Pick<ImportRecord, "detail">): boolean =>
  request?.fromConsole === true && request.mode === "replace";

export const insertImport = async (
  writer: Writer,
  record: Omit<ImportRecord, "pk" | "change" | "number" | "undoneBy" | "undoneInPart">,
): Promise<void> => {
  const { id, kind, state, createdAt, etag, revision, detail } = record;
  await insertRow(writer, "import", { id, kind, state, createdAt, etag, revision, detail: JSON.stringify(detail) });
};

export const updateImport = async (
  writer: Writer,
  record: ImportRecord,
  values: Partial<Pick<ImportRecord, "state" | "etag" | "revision" | "change"> & { detail: Partial<ImportDetail> }>,
): Promise<void> => {
  const { pk, state, etag, revision, change } = { ...record, ...values };
  const detail = { ...record.detail, ...values.detail };
  await updateRow(writer, "import", { pk, state, etag, revision, change, detail: JSON.stringify(detail) }, "pk");
};

export const createUnknownImportFailure = (name: string): Failure =>
  new Failure("not-found", {
    what: text(`import ${name} does not exist`, `インポート ${name} はありません`),
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });

export const readImport = async (reader: Reader, id: string): Promise<ImportRecord> => {
  const row = await reader.get(`${SELECT_IMPORTS} where i.id = :id`, { id });
  if (row === undefined) throw createUnknownImportFailure(id);
  return toImportRecord(row);
};

export const toImportObject = ({ number, id }: Pick<ImportRecord, "number" | "id">): ChangedObject => ({
  thing: "import",
  id,
  name: number,
});

export const getChangeCounts = (counts: PlanCounts | null): Partial<PlanCounts> => {
  const { recordsBefore: _before, newOrgs: _orgs, newGroups: _groups, columns: _columns, ...rest } = counts ?? {};
  const { merged: _merged, blocked: _blocked, roles: _roles, remade: _remade, ...done } = rest as Partial<PlanCounts>;
  return { ...done, ...(done.kept !== undefined && { kept: { ...done.kept, names: [] } }) };
};

export const listImports = async (reader: Reader): Promise<readonly ImportRecord[]> =>
  (await reader.all(`${SELECT_IMPORTS} order by i.pk desc`)).map(toImportRecord);
