import type { ImportRequest } from "../../contract/index.ts";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import type { EarlierTakeover, PlanCounts, PlanRequest, StagedFile } from "./staging/counts.ts";
import { text } from "../../text/index.ts";
import type { ColumnMap } from "../../csv/layout/map.ts";
import type { FormatName } from "../../model/console-files.ts";
import { importNumber } from "../../model/import-number.ts";
import type { ChangedObject } from "../audit/audit-rows.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

export type ImportState = "uploading" | "planned" | "committed" | "discarded" | "failed";

/** The request of an import, with all that is needed to read its file. */
export interface StoredRequest extends PlanRequest {
  readonly key: ImportRequest["key"];
  readonly map?: ColumnMap | undefined;
  /** of an export of the console: its mode is `append` */
  readonly keepMissing?: boolean | undefined;
  /** a file to upload in the console is to be made of it */
  readonly forConsole?: boolean | undefined;
  readonly delimiter: string;
  readonly sheet?: string | undefined;
  readonly fileName: string;
}

/** What an export of the console settled. */
export interface TakeoverResult {
  /** when the tenant's data last came from the console before it */
  readonly mirroredBefore: string | null;
  /** the numbers of the tasks that it closed */
  readonly closed: readonly number[];
  /** those of which something was given up for it; default: none */
  readonly givenUp?: readonly number[] | undefined;
  /** the open ones of which it closed some records; default: none */
  readonly advanced?: readonly number[] | undefined;
  /** and of the open ones that it contradicted */
  readonly contradicted: readonly number[];
  /** those that somebody had confirmed, and that are open again as it differs */
  readonly reopened: readonly number[];
  /** how many were open after it, of all kinds */
  readonly open: number;
}

/** The data of an import that is stored as JSON. */
export interface ImportDetail {
  /** who committed it, until then who made the plan */
  readonly actor: string;
  readonly request: StoredRequest | null;
  readonly staged: StagedFile | null;
  readonly counts: PlanCounts | null;
  /** the numbers of the records that the plan keeps, as it cannot delete them */
  readonly undeletable?: readonly number[] | undefined;
  readonly committedAt: string | null;
  readonly emittedAt: string | null;
  /** of the file that was written for the console */
  readonly emittedFile?: string | undefined;
  readonly emittedSha256?: string | undefined;
  /** of a drop: the numbers of the tasks, and the ids of records and names of fields if it is of these alone */
  readonly drops?: readonly number[] | undefined;
  readonly records?: readonly string[] | undefined;
  readonly fields?: readonly string[] | undefined;
  /** of an undo: the number of the change that it undoes, and whether it leaves out what cannot be undone */
  readonly undoes?: number | undefined;
  readonly skipBlocked?: true | undefined;
  /** of an undo: who made changes after the one that it undoes */
  readonly others?: readonly string[] | undefined;
  /** the import that this one undoes, or that undid this one */
  readonly reverts: string | null;
  readonly revertedBy: string | null;
  /** of the console's own export: what its commit replaced, to be put back with it */
  readonly settled?: TakeoverResult | undefined;
  /** of an undo: the scope of what it undoes, see `PlanRequest` */
  readonly scope?: readonly number[] | undefined;
  /** of an undo, and of the undo of such a one: it leaves the console as it is, and asks nothing of it */
  readonly mirrorOnly?: true | undefined;
  /** the process that receives its file */
  readonly process: number | null;
}

/** An import as stored by the tenant. */
export interface ImportRecord {
  /** the number of its plan, by creation */
  readonly pk: number;
  /** the number of the change that committed it; null until then */
  readonly change: number | null;
  /** how people name it */
  readonly number: string;
  readonly id: string;
  readonly kind: FormatName;
  readonly state: ImportState;
  readonly createdAt: string;
  readonly etag: string | null;
  /** the revision its commit gave to the records it changed */
  readonly revision: number | null;
  readonly detail: ImportDetail;
}

export const BLANK_DETAIL: Omit<ImportDetail, "actor"> = {
  request: null,
  staged: null,
  counts: null,
  committedAt: null,
  emittedAt: null,
  reverts: null,
  revertedBy: null,
  process: null,
};

/** Returns the numbers of an import from a row with `pk` and `change`. */
const numbersOf = (row: Readonly<Record<string, unknown>>): Pick<ImportRecord, "pk" | "change" | "number"> => {
  const [pk, change] = [Number(row["pk"]), numberIn(row, "change")];
  return { pk, change, number: importNumber(pk, change) };
};

/** Returns the number in a column; null if the column is null. */
const numberIn = (row: Readonly<Record<string, unknown>>, column: string): number | null => {
  const value = row[column] ?? null;
  return value === null ? null : Number(value);
};

export const recordOf = (row: Row): ImportRecord => ({
  ...numbersOf(row),
  id: String(row["id"]),
  kind: row["kind"] as FormatName,
  state: row["state"] as ImportState,
  createdAt: String(row["createdAt"]),
  etag: row["etag"] === null ? null : String(row["etag"]),
  revision: numberIn(row, "revision"),
  detail: JSON.parse(String(row["detail"])) as ImportDetail,
});

/** The states of an import whose plan was applied. */
export const DONE: readonly ImportState[] = ["committed"];

/** The state of an import as people are told it. */
export const stateOf = ({ state, detail }: ImportRecord): ImportState | "undone" =>
  DONE.includes(state) && detail.revertedBy !== null ? "undone" : state;

/** True if an export of the console was taken over with all that it lacks: else it says nothing of what is not in it. */
export const isWholeExport = ({ detail: { request } }: Pick<ImportRecord, "detail">): boolean =>
  request?.fromConsole === true && request.mode === "replace";

export const insertImport = async (
  writer: Writer,
  record: Omit<ImportRecord, "pk" | "change" | "number">,
): Promise<void> => {
  const { id, kind, state, createdAt, etag, revision, detail } = record;
  await writer.run(
    `insert into main.import (id, kind, state, createdAt, etag, revision, detail)
     values (:id, :kind, :state, :createdAt, :etag, :revision, :detail)`,
    { id, kind, state, createdAt, etag, revision, detail: JSON.stringify(detail) },
  );
};

/** The parts of an import that change after it is created. */
export type ImportChange = Partial<Pick<ImportRecord, "state" | "etag" | "revision" | "change">> & {
  readonly detail?: Partial<ImportDetail> | undefined;
};

export const changeImport = async (writer: Writer, record: ImportRecord, values: ImportChange): Promise<void> => {
  const { pk, state, etag, revision, change } = { ...record, ...values };
  const detail = { ...record.detail, ...values.detail };
  await writer.run(
    `update main.import set state = :state, etag = :etag, revision = :revision, change = :change, detail = :detail where pk = :pk`,
    { pk, state, etag, revision, change, detail: JSON.stringify(detail) },
  );
};

/** Forgets an import that nobody was told of: its number is free again. */
export const deleteImport = async (writer: Writer, { pk }: Pick<ImportRecord, "pk">): Promise<void> => {
  await writer.run("delete from main.import where pk = :pk", { pk });
};

/** Returns the failure if no import has a name. */
export const unknownImport = (name: string): Failure =>
  new Failure("not-found", {
    what: text(`no import ${name}`, `インポート ${name} はありません`),
    hint: step("see them all", "一覧", line("imports list", [])),
  });

/** @throws Failure `not-found` */
export const readImport = async (reader: Reader, id: string): Promise<ImportRecord> => {
  const row = await reader.get("select * from import where id = :id", { id });
  if (row === undefined) throw unknownImport(id);
  return recordOf(row);
};

/** An import as the audit names it: people know it by its number. */
export const importObject = ({ number, id }: Pick<ImportRecord, "number" | "id">): ChangedObject => ({
  thing: "import",
  id,
  name: number,
});

/** Of a plan's counts, what was done by it: what else it tells is about the tenant. */
export const doneOf = (counts: PlanCounts | null): Partial<PlanCounts> => {
  const { recordsBefore: _before, newOrgs: _orgs, newGroups: _groups, columns: _columns, ...rest } = counts ?? {};
  const {
    staying: _staying,
    protectedElsewhere: _elsewhere,
    merged: _merged,
    takenOver: _takenOver,
    lost: _lost,
    blocked: _blocked,
    ...done
  } = rest as Partial<PlanCounts>;
  return done;
};

/** Newest first. */
export const listImports = async (reader: Reader): Promise<readonly ImportRecord[]> =>
  (await reader.all("select * from import order by pk desc")).map(recordOf);

/**
 * The records that the last run of the same kind, in the same scope, kept as it could not delete them: one that was
 * committed, or had nothing else to do.
 */
export const keptByRunBefore = async (
  reader: Reader,
  { pk, kind, detail: { request } }: Pick<ImportRecord, "pk" | "kind" | "detail">,
): Promise<ReadonlySet<number>> => {
  const row = await reader.get(
    `select detail -> 'undeletable' as kept from import
     where pk < :pk and kind = :kind and detail -> 'undeletable' is not null
       and detail -> 'request' -> 'scope' is not distinct from :scope
       and (state = 'committed' or state = 'discarded' and not (detail -> 'counts' ->> 'rejected')
         and ${CHANGES.map((count) => `detail -> 'counts' ->> '${count}'`).join(" + ")} = 0)
     order by pk desc limit 1`,
    { pk, kind, scope: request?.scope === undefined ? null : JSON.stringify(request.scope) },
  );
  return new Set(JSON.parse(String(row?.["kept"] ?? "[]")) as readonly number[]);
};

/**
 * Returns the last takeover of an export of the console with the same bytes; undefined if it is the newest one of its kind, or
 * there is none. Those that were undone do not count.
 */
export const findEarlierTakeover = async (
  reader: Reader,
  { kind, sha256 }: { readonly kind: FormatName; readonly sha256: string },
): Promise<EarlierTakeover | undefined> => {
  const rows = await reader.all(
    `select change, detail ->> 'committedAt' as at, detail -> 'staged' ->> 'sha256' = :sha256 as same from import
     where kind = :kind and change is not null and detail -> 'request' ->> 'fromConsole' and detail ->> 'revertedBy' is null
     order by change desc`,
    { kind, sha256 },
  );
  const found = rows.findIndex(({ same }) => same === 1);
  const { [found]: row } = rows;
  if (row === undefined || found === 0) return undefined;
  const newer = rows.slice(0, found).map(({ change }) => Number(change));
  return { change: Number(row["change"]), at: String(row["at"]), newer };
};

/** The counts of a plan that changes nothing are 0. */
const CHANGES = ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const;
