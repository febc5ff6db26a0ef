import { listColumns, type CustomField } from "../../model/format.ts";
import { FORMATS } from "../../model/formats.ts";
import type { IMPORT_MODE_NAMES, IMPORT_STATE_NAMES } from "../../model/import.ts";
import { hasOpenDrift } from "../console/drift.ts";
import { EXPORTED_COLUMNS } from "../console/exported.ts";
import { readOpenTasks } from "../console/tasks.ts";
import type { PlanCounts, StagedFile } from "./staging/counts.ts";
import { isMirror } from "../records/tenant-rows.ts";
import type { Reader } from "../store/store.ts";
import { getDisplayState, type ImportDetail, type ImportRecord } from "./import-rows.ts";

type Stored = Omit<ImportRecord, "pk" | "revision" | "state" | "detail"> &
  Omit<ImportDetail, "staged" | "counts" | "undoes">;

/** An import: what is stored of it, and what is derived when it is read. */
export interface Import extends Stored, Omit<StagedFile, "encoding" | "inputSha256">, PlanCounts {
  readonly encoding: string | null;
  readonly inputSha256: string | null;
  readonly undoes: number | null;
  readonly tenant: string;
  readonly mode: keyof typeof IMPORT_MODE_NAMES;
  readonly state: keyof typeof IMPORT_STATE_NAMES;
  readonly fileName: string;
  readonly undoneBy: number | null;
  /** what the file sets, from a column, a join or a constant of the column map, as rows name it */
  readonly fields: readonly string[];
  /** for an open plan: the columns of its format, except secrets, that no export of the console has contained */
  readonly unseenColumns?: readonly string[] | undefined;
  /** its change, if records of it are open in the console */
  readonly consoleTask?: number | undefined;
  /** with an open task, when imports are shown: how many records are up to date in the console */
  readonly inConsole?: { readonly done: number; readonly of: number } | undefined;
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

const EMPTY_FILE = {
  encoding: null,
  inputSha256: null,
  inputBytes: 0,
  headerRow: 1,
  rows: 0,
  skipped: [],
  header: [],
  staged: [],
  places: [],
  absentColumns: [],
  unknownColumns: [],
} as const;

/** Data that is needed to show imports but not stored with them. It is read once for any number of imports. */
interface ImportContext {
  readonly tenant: string;
  /** the numbers of the changes that undid other changes, by the number of the undone change */
  readonly undoneBy: ReadonlyMap<number, number>;
  /** the numbers of the changes with open records, and how many; undefined if they were not counted */
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

export const buildImports = async (reader: Reader, records: readonly ImportRecord[]): Promise<readonly Import[]> => {
  const beside = await readImportContext(reader, await readOpenTasks(reader));
  return records.map((record) => toImport(record, beside));
};

/** Returns an import for the answer to a write. Its open records are not counted, which takes as long as writing them. */
export const buildImport = async (reader: Reader, record: ImportRecord): Promise<Import> => {
  const { change, revision } = record;
  const isOpen =
    change !== null && revision !== null && (await isMirror(reader)) && (await hasOpenDrift(reader, revision));
  return toImport(record, await readImportContext(reader, new Map(isOpen ? [[change, undefined]] : [])));
};

const toImport = (record: ImportRecord, beside: ImportContext): Import => {
  const { pk: _pk, revision: _revision, detail, ...row } = record;
  const { staged, counts, ...stored } = detail;
  const { request } = detail;
  return {
    ...row,
    ...stored,
    ...EMPTY_FILE,
    ...staged,
    ...EMPTY_COUNTS,
    ...counts,
    tenant: beside.tenant,
    mode: request?.mode ?? "undo",
    state: getDisplayState(record),
    fileName: request?.fileName ?? "",
    undoes: detail.undoes ?? null,
    undoneBy: beside.undoneBy.get(record.change ?? -1) ?? null,
    fields: listSetFields(staged, beside),
    ...(record.state === "planned" && { unseenColumns: listUnseenColumns(record, beside) }),
    ...getConsoleProgress(record, beside),
  };
};

const listSetFields = (staged: StagedFile | null, { customFields }: ImportContext): readonly string[] => {
  const custom = new Map(customFields.map(({ id, name }) => [`custom:${id}`, `custom:${name}`]));
  return (staged?.places ?? []).map(({ field }) => custom.get(field) ?? field);
};

const countWrittenRecords = (counts: PlanCounts): number =>
  [counts, ...(counts.beside ?? [])].reduce(
    (sum, { create, update, delete: gone }) => sum + create + update + gone,
    counts.orgsCreated + counts.groupsCreated + (counts.released ?? 0),
  );

const getConsoleProgress = (
  { change, detail: { counts } }: ImportRecord,
  { open }: ImportContext,
): Pick<Import, "consoleTask" | "inConsole"> => {
  if (change === null || !open.has(change)) return {};
  const of = counts === null ? 0 : countWrittenRecords(counts);
  const left = open.get(change);
  const inConsole = of === 0 || left === undefined ? undefined : { done: Math.max(0, of - left), of };
  return { consoleTask: change, ...(inConsole !== undefined && { inConsole }) };
};

/** Returns the columns, except secrets, that no export of this format has shown. */
const listUnseenColumns = ({ kind }: ImportRecord, { seen, customFields }: ImportContext): readonly string[] =>
  listColumns(FORMATS[kind], customFields)
    .filter(({ field, secret }) => secret !== true && !seen.has(toColumnKey(kind, field)))
    .map(({ header }) => header);
