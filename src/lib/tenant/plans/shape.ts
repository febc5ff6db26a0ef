import { listColumns, type CustomField } from "../../model/format.ts";
import { FORMATS } from "../../model/formats.ts";
import type { IMPORT_MODE_NAMES, IMPORT_STATE_NAMES } from "../../model/import.ts";
import { hasOpenDrift, readDrift } from "../console/drift.ts";
import { EXPORTED_COLUMNS } from "../console/exported.ts";
import { readOpenTasks } from "../console/tasks.ts";
import type { MergedValues, PlanCounts, SkippedRows, StagedFile } from "./staging/counts.ts";
import { isMirror } from "../records/tenant-rows.ts";
import type { Reader } from "../store/store.ts";
import type { FormatName } from "../../model/console-files.ts";
import {
  getDisplayState,
  type ConsoleImportResult,
  type ImportRecord,
  type ImportState,
  type StoredRequest,
} from "./import-rows.ts";

type ResponseCounts = Omit<PlanCounts, "unusable" | "merged"> & {
  /** for a console export: comparison with local changes, which the import does not overwrite */
  readonly merged?: Omit<MergedValues, "held"> | undefined;
};

export interface Import extends ResponseCounts {
  readonly id: string;
  /** `17`, the number of its change, or `P12` for a plan that is not committed */
  readonly number: string;
  readonly change: number | null;
  readonly tenant: string;
  readonly kind: FormatName;
  readonly mode: keyof typeof IMPORT_MODE_NAMES;
  readonly state: keyof typeof IMPORT_STATE_NAMES;
  readonly fileName: string;
  readonly inputSha256: string | null;
  readonly inputBytes: number;
  readonly encoding: string | null;
  readonly createdAt: string;
  /** only if the plan was compared with the tenant again */
  readonly replannedAt?: string | undefined;
  readonly committedAt: string | null;
  readonly actor: string;
  /** the caller made this import */
  readonly mine: boolean;
  /** number of the change that this import undoes */
  readonly undoes: number | null;
  readonly undoneBy: number | null;
  readonly etag: string | null;
  readonly request: Omit<StoredRequest, "scope"> | null;
  readonly rows: number;
  readonly skipped?: readonly SkippedRows[] | undefined;
  readonly header: readonly string[];
  /** what the file sets, from a column, a join or a constant of the column map, as rows name it */
  readonly fields: readonly string[];
  readonly absentColumns: readonly string[];
  readonly unknownColumns: readonly string[];
  /** columns of which it is not known whether exports of the console contain them */
  readonly unverifiedColumns: readonly { readonly header: string }[];
  readonly emittedAt: string | null;
  /** for an open plan: the columns of its format, except secrets, that no export of the console has contained */
  readonly unseenColumns?: readonly string[] | undefined;
  readonly drops?: readonly number[] | undefined;
  /** for a drop: the numbers of the dropped tasks */
  readonly consoleTask?: number | undefined;
  /** with an open task, when imports are shown: how many records are up to date in the console */
  readonly inConsole?: { readonly done: number; readonly of: number } | undefined;
  /** for a committed export of the console: its effect on tasks */
  readonly settled?:
    | (Omit<ConsoleImportResult, "mirroredBefore" | "reopened"> & Partial<Pick<ConsoleImportResult, "reopened">>)
    | undefined;
}

export const EMPTY_COUNTS = {
  create: 0,
  update: 0,
  unchanged: 0,
  recordsBefore: 0,
  delete: 0,
  invalid: 0,
  secretsSet: 0,
  orgsCreated: 0,
  groupsCreated: 0,
  newOrgs: [],
  newGroups: [],
  columns: [],
  errors: 0,
  warnings: 0,
  rejected: false,
} as const;

/** Data that is needed to show imports but not stored with them. It is read once for any number of imports. */
interface ImportContext {
  readonly tenant: string;
  /** the numbers of the changes that undid other changes, by the number of the undone change */
  readonly undoneBy: ReadonlyMap<number, number>;
  /**
   * the numbers of the changes with open tasks, and the number of open records of each; undefined if the records were
   * not counted
   */
  readonly open: ReadonlyMap<number, number | undefined>;
  /** the columns that exports of the console have shown, by format and field */
  readonly seen: ReadonlySet<string>;
  readonly customFields: readonly CustomField[];
}

const toColumnKey = (kind: unknown, field: unknown): string => `${String(kind)} ${String(field)}`;

const readImportContext = async (reader: Reader, open: ImportContext["open"]): Promise<ImportContext> => {
  const undone = await reader.all("select number, undoneBy from main.change where undoneBy is not null");
  const seen = await reader.all(`select kind, field from ${EXPORTED_COLUMNS}`);
  const customFields = await reader.all("select pk, name from custom_field order by pk");
  return {
    tenant: String((await reader.get("select name from tenant"))?.["name"] ?? ""),
    undoneBy: new Map(undone.map((row) => [Number(row["number"]), Number(row["undoneBy"])])),
    open,
    seen: new Set(seen.map(({ kind, field }) => toColumnKey(kind, field))),
    customFields: customFields.map(({ pk, name }) => ({ id: String(pk), name: String(name) })),
  };
};

/** Returns imports in the form of the tenant API. @param asking name of the acting account or of the machine's owner */
export const buildImportResponses = async (
  reader: Reader,
  records: readonly ImportRecord[],
  asking: string,
): Promise<readonly Import[]> => {
  const beside = await readImportContext(reader, (await readOpenTasks(reader)).open);
  return records.map((record) => toImportResponse(record, beside, asking));
};

/**
 * Returns an import for the response to a write. Open records, which only a mirror has, are not counted, because
 * counting them would take as long as writing them.
 */
export const buildUncountedImportResponse = async (
  reader: Reader,
  record: ImportRecord,
  asking: string,
): Promise<Import> => {
  const { change, revision } = record;
  const isOpen =
    change !== null && revision !== null && (await isMirror(reader)) && (await hasOpenDrift(reader, revision));
  return toImportResponse(
    record,
    await readImportContext(reader, new Map(isOpen ? [[change, undefined]] : [])),
    asking,
  );
};

/**
 * Returns an import in the form of the tenant API. @param asking name of the acting account or of the machine's owner
 */
export const buildImportResponse = async (reader: Reader, record: ImportRecord, asking: string): Promise<Import> => {
  const { change, revision } = record;
  const parts = revision !== null && (await isMirror(reader)) ? await readDrift(reader, { revision }) : [];
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const open = new Map(change === null || records === 0 ? [] : [[change, records]]);
  return toImportResponse(record, await readImportContext(reader, open), asking);
};

const toResponseCounts = ({ detail }: ImportRecord): ResponseCounts => {
  const { unusable: _unusable, merged, ...counts }: PlanCounts = { ...EMPTY_COUNTS, ...detail.counts };
  return { ...counts, ...(merged !== undefined && { merged: omitHeldRecords(merged) }) };
};

const omitHeldRecords = ({ held: _held, ...merged }: MergedValues) => merged;

const toImportResponse = (record: ImportRecord, beside: ImportContext, asking: string): Import => {
  const { detail } = record;
  const task = record.change !== null && beside.open.has(record.change) ? record.change : undefined;
  return {
    id: record.id,
    number: record.number,
    change: record.change,
    tenant: beside.tenant,
    kind: record.kind,
    mode: detail.request?.mode ?? "undo",
    state: getDisplayState(record),
    fileName: detail.request?.fileName ?? "",
    inputSha256: detail.staged?.sha256 ?? null,
    inputBytes: detail.staged?.bytes ?? 0,
    encoding: detail.staged?.encoding ?? null,
    createdAt: record.createdAt,
    ...(detail.replannedAt === undefined ? {} : { replannedAt: detail.replannedAt }),
    committedAt: detail.committedAt,
    actor: detail.actor,
    mine: detail.actor === asking,
    undoes: detail.undoes ?? null,
    ...(detail.drops === undefined ? {} : { drops: detail.drops }),
    undoneBy: record.change === null ? null : (beside.undoneBy.get(record.change) ?? null),
    etag: record.etag,
    request: omitScope(detail.request),
    rows: detail.staged?.rows ?? 0,
    ...listSkippedRows(detail.staged),
    ...toResponseCounts(record),
    header: detail.staged?.header ?? [],
    fields: listSetFields(detail.staged, beside),
    absentColumns: detail.staged?.absentColumns ?? [],
    unknownColumns: detail.staged?.unknownColumns ?? [],
    unverifiedColumns: listUnverifiedColumns(record, beside),
    emittedAt: detail.emittedAt,
    ...(OPEN_STATES.has(record.state) ? { unseenColumns: listUnseenColumns(record.kind, beside) } : {}),
    ...(task === undefined ? {} : { consoleTask: task, ...getConsoleProgress(record, beside) }),
    ...(detail.settled === undefined ? {} : { settled: toSettledTasks(detail.settled) }),
  };
};

const listSetFields = (staged: StagedFile | null, { customFields }: ImportContext): string[] => {
  const custom = new Map(customFields.map(({ id, name }) => [`custom:${id}`, `custom:${name}`]));
  return (staged?.places ?? []).map(({ field }) => custom.get(field) ?? field);
};

const listSkippedRows = (staged: StagedFile | null): Pick<Import, "skipped"> =>
  staged === null || staged.skipped.length === 0 ? {} : { skipped: staged.skipped };

const countWrittenRecords = (counts: PlanCounts): number =>
  [counts, ...(counts.beside ?? [])].reduce(
    (sum, { create, update, delete: gone }) => sum + create + update + gone,
    counts.orgsCreated + counts.groupsCreated + (counts.released ?? 0),
  );

/**
 * Returns how many of an import's records are done in the console. Returns an empty object if no records are open or if
 * they were not counted.
 */
const getConsoleProgress = (
  { change, detail: { counts } }: ImportRecord,
  { open }: ImportContext,
): Pick<Import, "inConsole"> => {
  const of = counts === null ? 0 : countWrittenRecords(counts);
  const left = open.get(change ?? -1);
  return of === 0 || left === undefined ? {} : { inConsole: { done: Math.max(0, of - left), of } };
};

/** Returns a request as the client sent it, without the scope that clomoctl added. */
const omitScope = (request: ImportRecord["detail"]["request"]): Import["request"] => {
  if (request?.scope === undefined) return request;
  const { scope: _scope, ...asked } = request;
  return asked;
};

const toSettledTasks = ({
  mirroredBefore: _before,
  givenUp = [],
  advanced = [],
  reopened,
  ...settled
}: ConsoleImportResult): Import["settled"] => ({
  ...settled,
  ...(givenUp.length > 0 && { givenUp }),
  ...(advanced.length > 0 && { advanced }),
  ...(reopened.length > 0 && { reopened }),
});

const OPEN_STATES: ReadonlySet<ImportState> = new Set(["planned"]);

/**
 * Returns the columns, except secrets, that no export has shown. If the tenant is not a mirror, or no export of this
 * format was imported, these are all columns.
 */
const listUnseenColumns = (kind: FormatName, { seen, customFields }: ImportContext): string[] =>
  listColumns(FORMATS[kind], customFields)
    .filter(({ field, secret }) => secret !== true && !seen.has(toColumnKey(kind, field)))
    .map(({ header }) => header);

/**
 * Returns the columns of a file for which it is not known whether exports of the console contain them. @see facts 6.5
 */
const listUnverifiedColumns = (
  { kind, detail }: ImportRecord,
  { seen }: ImportContext,
): Import["unverifiedColumns"] => {
  if (detail.request?.fromConsole === true) return [];
  const staged = new Set(detail.staged?.staged ?? []);
  return FORMATS[kind].columns
    .filter(({ field, secret }) => staged.has(field) && secret !== true)
    .filter(({ field, consoleExport }) => consoleExport !== true && !seen.has(toColumnKey(kind, field)))
    .map(({ header }) => ({ header }));
};
