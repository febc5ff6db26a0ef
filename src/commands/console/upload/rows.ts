import type { Client, ImportKind, TaskRecord } from "../../../lib/client/index.ts";
import { findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import type { Column } from "../../../lib/model/format.ts";
import { FORMAT_NAMES, isPanelKind, type PanelKind } from "../../../lib/nouns/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { formatOrgPath, parseOrgPath } from "../../../lib/nouns/organisation.ts";
import type { UploadOmissionReason } from "../../../lib/model/upload.ts";
import { isAlias, type UploadColumn } from "./layout.ts";
import { getKeyScope, type KindUpload, type Secrets } from "./open-records.ts";

export interface UploadRow {
  readonly key: string;
  /** open changes of the record; undefined for an unchanged record, which only files for 全件更新 contain */
  readonly record: TaskRecord | undefined;
  readonly valuesOf: (column: Column) => readonly string[];
}

const findChange = (record: TaskRecord | undefined, { field: name, sets }: Column) =>
  record?.changes.find(({ field }) => field === name || field === sets);

export const isChanged = (record: TaskRecord | undefined, column: Column): boolean =>
  findChange(record, column) !== undefined;

/** Returns true if a blank cell could make an unintended change in the console. */
function isBlankUnsafe(record: TaskRecord | undefined, { column, isShown }: UploadColumn): boolean {
  const change = findChange(record, column);
  return change === undefined ? !isShown : column.clearable === false || (change.after ?? "").length > 0;
}

export type ExportClient = Client<PanelKind | "secured">;

const openExport = async (client: ExportClient, kind: ImportKind): Promise<AsyncIterable<Uint8Array>> => {
  if (isPanelKind(kind)) return client[kind].export({});
  return client.secured.export(kind, { layout: "full" });
};

export async function readUploadRows(
  client: ExportClient,
  { kind, records }: { readonly kind: ImportKind; readonly records: readonly TaskRecord[] },
  { columns, secrets, isWhole }: { columns: readonly Column[]; secrets: Secrets; isWhole: boolean },
): Promise<readonly UploadRow[]> {
  const open = new Map(records.map((record) => [record.key ?? record.name, record]));
  const keyColumn = columns.find(({ field }) => field === FORMATS[kind].key);
  const rows: UploadRow[] = [];
  const paths = new Map<string, string>();
  let header: readonly string[] = [];
  const take = (cells: readonly string[]): void => {
    const values = new Map<string, string[]>();
    for (const [at, name] of header.entries())
      if (cells[at]) values.set(name, [...(values.get(name) ?? []), cells[at]]);
    const [code = findOrgPath(values, paths)] = values.get(keyColumn?.header ?? "") ?? [];
    if (kind === "orgs") paths.set(code, findOrgPath(values, paths));
    const record = open.get(code);
    if (record === undefined && !isWhole) return;
    const own = secrets.get(code);
    const valuesOf = ({ field, header: name, secret }: Column): readonly string[] =>
      secret === true ? [own?.get(field) ?? []].flat() : (values.get(name) ?? []);
    rows.push({ key: code, record, valuesOf });
  };
  const sink = {
    record(cells: readonly string[], count: number, row: number): void {
      if (row === 1) header = cells.slice(0, count);
      else take(cells.slice(0, count));
    },
    problem: (): void => undefined,
  };
  const reader = new RecordReader({ encoding: "utf-8" }, sink);
  for await (const bytes of await openExport(client, kind)) reader.write(bytes);
  reader.end();
  return rows;
}

/** @param paths organisation paths of earlier rows, by code; a parent is always in an earlier row */
const findOrgPath = (values: ReadonlyMap<string, readonly string[]>, paths: ReadonlyMap<string, string>): string => {
  const valueOf = (header: string): string => values.get(header)?.[0] ?? "";
  const above = paths.get(valueOf("上位組織コード")) ?? valueOf("上位組織パス");
  return formatOrgPath([...(parseOrgPath(above) ?? []), valueOf("組織名")]);
};

interface OmissionCheck extends Pick<KindUpload, "kind" | "unsafe" | "encoding"> {
  readonly columns: readonly Column[];
  readonly placed: readonly UploadColumn[];
  /** true for 全件更新, in which the console clears missing values */
  readonly isWhole: boolean;
}

export function findOmission(
  row: UploadRow,
  { kind, columns, placed, unsafe, isWhole, encoding }: OmissionCheck,
): UploadOmissionReason | undefined {
  const spaceOf = (thing: string): string => {
    const of = FORMAT_NAMES.find((name) => FORMATS[name].app === undefined && FORMATS[name].thing.name === thing);
    return getKeyScope({ thing, kind: of ?? kind });
  };
  const isUnsafe = (thing: string, key: string): boolean => unsafe.get(spaceOf(thing))?.has(key) === true;
  const refersToUnsafe = ({ column }: UploadColumn): boolean =>
    row.valuesOf(column).some((value) => isUnsafe(column.refers?.to ?? "", value));
  // a parent organisation without a code would be a blank cell, which means the top level
  const refersToNone = ({ column }: UploadColumn): boolean => {
    const named = columns.filter((one) => (one === column || isAlias(one, column)) && row.valuesOf(one).length > 0);
    return named.length > 0 && named.every((one) => placed.every((other) => other.column !== one));
  };
  if (isUnsafe(FORMATS[kind].thing.name, row.key) || placed.some((one) => refersToUnsafe(one) || refersToNone(one)))
    return "key";
  if (placed.some(({ column }) => row.valuesOf(column).some((value) => findUnmappable(encoding, value) !== undefined)))
    return "character";
  const isNew = row.record?.work === "create";
  const isBlank = ({ column }: UploadColumn): boolean => row.valuesOf(column).length === 0;
  // a blank secret in 全件更新 could clear it
  const isPlaced = (column: Column): boolean => placed.some((one) => one.column === column);
  const isMissing = (column: Column): boolean =>
    isNew || isWhole ? column.required === "new" || (!isNew && isPlaced(column)) : isChanged(row.record, column);
  if (columns.some((one) => one.secret === true && row.valuesOf(one).length === 0 && isMissing(one))) return "password";
  const blank = placed.filter((one) => one.at === 0 && one.column.secret !== true && isBlank(one));
  if (isNew || isWhole) return undefined;
  const hasAlias = ({ column }: UploadColumn): boolean =>
    placed.some((one) => one.column !== column && isAlias(one.column, column) && !isBlank(one));
  return blank.some((one) => !hasAlias(one) && isBlankUnsafe(row.record, one)) ? "clear" : undefined;
}
