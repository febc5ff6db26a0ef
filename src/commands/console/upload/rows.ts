import type { Client, ImportKind, TaskRecord } from "../../../lib/client/index.ts";
import { findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import type { Column } from "../../../lib/model/format.ts";
import { isPanelKind, type PanelKind } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { UploadOmissionReason } from "../../../lib/model/upload.ts";
import type { UploadColumn } from "./layout.ts";
import { formatKey, type KindUpload, type OpenRecord } from "./open-records.ts";

export interface UploadRow {
  readonly key: string;
  /** undefined for an unchanged record, which only files for 全件更新 contain */
  readonly record: OpenRecord | undefined;
  readonly valuesOf: (column: Column) => readonly string[];
}

type RecordChange = TaskRecord["changes"][number];

const findChange = (changes: readonly RecordChange[] = [], { field: name, sets }: Column): RecordChange | undefined =>
  changes.find(({ field }) => field === name || field === sets);

/** Returns the change of another task or a value that was taken back, so that the console has another value than here. */
const findOther = ({ record }: Pick<UploadRow, "record">, column: Column): RecordChange | undefined =>
  findChange(record?.changes, column) === undefined ? findChange(record?.others, column) : undefined;

export const isChanged = ({ record }: Pick<UploadRow, "record">, column: Column): boolean =>
  findChange(record?.changes, column) !== undefined;

export type ExportClient = Client<PanelKind | "secured">;

const openExport = async (client: ExportClient, kind: ImportKind): Promise<AsyncIterable<Uint8Array>> =>
  isPanelKind(kind) ? client[kind].export({}) : client.secured.export(kind, { layout: "full" });

/** Reads the values that are here from an export of the tenant, because only an export has them as files do. */
export async function readUploadRows(
  client: ExportClient,
  { kind, records, secrets, isWhole }: KindUpload,
): Promise<readonly UploadRow[]> {
  const open = new Map(records.map((record) => [record.key, record]));
  const keyHeader = FORMATS[kind].columns.find(({ field }) => field === FORMATS[kind].key)?.header;
  const rows: UploadRow[] = [];
  let places: ReadonlyMap<string, readonly number[]> | undefined;
  const take = (cells: readonly string[]): void => {
    const read = (header = ""): readonly string[] => (places?.get(header) ?? []).flatMap((at) => cells[at] || []);
    const [key = ""] = read(keyHeader);
    const record = open.get(key);
    if (record === undefined && !isWhole) return;
    const valuesOf = (column: Column): readonly string[] => {
      if (column.secret === true) return [secrets.get(key)?.get(column.field) ?? []].flat();
      const other = isWhole ? undefined : findOther({ record }, column);
      if (other === undefined) return read(column.header);
      return column.refers === undefined ? [other.before ?? []].flat() : [];
    };
    rows.push({ key, record, valuesOf });
  };
  const record = (cells: readonly string[], count: number): void => {
    const own = cells.slice(0, count);
    if (places === undefined) places = Map.groupBy(own.keys(), (at) => own[at] ?? "");
    else take(own);
  };
  const reader = new RecordReader({ encoding: "utf-8" }, { record, problem: () => undefined });
  for await (const bytes of await openExport(client, kind)) reader.write(bytes);
  reader.end();
  return rows;
}

/** @param placed columns of the file @returns why the file cannot contain the row */
export function findOmission(
  { record, key, valuesOf }: UploadRow,
  placed: readonly UploadColumn[],
  { kind, columns, unsafe, isWhole, encoding }: KindUpload & { readonly columns: readonly Column[] },
): UploadOmissionReason | undefined {
  const file = placed.map(({ column }) => column);
  const isBlank = (column: Column): boolean => valuesOf(column).length === 0;
  const isUnsafe = (thing: string, value: string): boolean => unsafe.has(formatKey(thing, kind, value));
  const refersToUnsafe = (column: Column): boolean =>
    valuesOf(column).some((value) => isUnsafe(column.refers?.to ?? "", value));
  // a parent organisation without a code, which has a path only, would be a blank cell, which means the top level
  const refersToPath = (column: Column): boolean =>
    column.refers !== undefined && isBlank(column) && columns.some((one) => one.sets === column.sets && !isBlank(one));
  if (isUnsafe(FORMATS[kind].thing.name, key) || file.some((one) => refersToUnsafe(one) || refersToPath(one)))
    return "key";
  if (file.some((one) => valuesOf(one).some((value) => findUnmappable(encoding, value) !== undefined)))
    return "character";
  const isNew = record?.work === "create";
  const isSecretNeeded = (column: Column): boolean => {
    if (isNew || !isWhole) return isNew ? column.required === "new" : isChanged({ record }, column);
    // a blank secret in 全件更新 could clear it
    return column.required === "new" || file.includes(column);
  };
  if (columns.some((one) => one.secret === true && isBlank(one) && isSecretNeeded(one))) return "password";
  const mayClear = ({ column, isShown }: UploadColumn): boolean => {
    if (column.secret === true || !isBlank(column)) return false;
    const change = findChange(record?.changes, column);
    if (change !== undefined) return column.clearable === false || (change.after ?? "").length > 0;
    const other = findOther({ record }, column);
    return other === undefined ? !isShown : (other.before ?? "").length > 0;
  };
  return !isNew && !isWhole && placed.some(mayClear) ? "clear" : undefined;
}
