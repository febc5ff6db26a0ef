import type { CustomField } from "../../derived/format.ts";
import type { IMPORT_MODE_NAMES, IMPORT_STATE_NAMES } from "../../model/import.ts";
import { hasOpenDrift } from "../ledger/drift.ts";
import {
  type PlanCounts,
  type StagedFile,
  getDisplayState,
  type ImportDetail,
  type ImportRecord,
} from "../ledger/import-rows.ts";
import { isMirror, readDisplayName } from "../ledger/tenant-rows.ts";
import type { Reader } from "../store/types.ts";

type StoredImportValues = Omit<ImportRecord, "pk" | "revision" | "state" | "undoneInPart" | "detail"> &
  Omit<ImportDetail, "staged" | "counts" | "undoes" | "learns">;

export interface Import extends StoredImportValues, Omit<StagedFile, "encoding" | "inputSha256">, PlanCounts {
  readonly encoding: string | null;
  readonly inputSha256: string | null;
  readonly undoes: number | null;
  readonly tenant: string;
  readonly mode: keyof typeof IMPORT_MODE_NAMES;
  readonly state: keyof typeof IMPORT_STATE_NAMES;
  readonly fileName: string;
  readonly undoneBy: number | null;
  readonly fields: readonly string[];
  /** set only if the change has open console tasks; absent in lists of imports */
  readonly consoleTask?: number | undefined;
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
  headerRow: 1,
  rows: 0,
  skipped: [],
  left: 0,
  header: [],
  staged: [],
  places: [],
  absentColumns: [],
  unknownColumns: [],
} as const;

export const buildImports = async (reader: Reader, records: readonly ImportRecord[]): Promise<readonly Import[]> => {
  const customFields = await reader.all<CustomField>(
    "select cast(pk as text) as id, name from custom_field order by pk",
  );
  const tenant = await readDisplayName(reader);
  return records.map((record) => toImport(record, tenant, customFields));
};

export const buildImport = async (reader: Reader, record: ImportRecord): Promise<Import> => {
  const { change, revision } = record;
  const isOpen = revision !== null && (await isMirror(reader)) && (await hasOpenDrift(reader, revision));
  const [built] = await buildImports(reader, [record]);
  return { ...(built as Import), ...(isOpen && change !== null && { consoleTask: change }) };
};

const toImport = (record: ImportRecord, tenant: string, customFields: readonly CustomField[]): Import => {
  const { pk: _pk, revision: _revision, undoneInPart: _undoneInPart, detail, ...row } = record;
  const { staged, counts, ids: _ids, learns: _learns, ...stored } = detail;
  const { request } = detail;
  const custom = new Map(customFields.map(({ id, name }) => [`custom:${id}`, `custom:${name}`]));
  return {
    ...row,
    ...stored,
    ...EMPTY_FILE,
    ...staged,
    ...EMPTY_COUNTS,
    ...counts,
    tenant,
    mode: request?.mode ?? "undo",
    state: getDisplayState(record),
    fileName: request?.fileName ?? "",
    undoes: detail.undoes ?? null,
    fields: (staged?.places ?? []).map(({ field }) => custom.get(field) ?? field),
  };
};
