import type { Client, TaskRecord } from "../../../lib/client/index.ts";
import { findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { RecordReader } from "../../../lib/csv/encoding/reader.ts";
import { listColumns, refersToOrg, type Column } from "../../../lib/derived/format.ts";
import { isPanelKind, type PanelKind } from "../../../lib/nouns/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import type { UploadOmissionReason } from "../../../lib/derived/console-task.ts";
import { formatKey, type KindUpload, type OpenRecord } from "./open-records.ts";

interface UploadColumn {
  readonly column: Column;
  /** headers of the cells that the column has in each row; further cells have the last header */
  readonly headers: readonly [string, ...string[]];
  /** false if the last export lacks the column, so that the console's values are unknown */
  readonly isShown: boolean;
}

interface UploadRow {
  readonly key: string;
  /** undefined for an unchanged record, which only files for 全件更新 contain */
  readonly record: OpenRecord | undefined;
  readonly valuesOf: (column: Column) => readonly string[];
}

export interface BuiltUpload extends KindUpload {
  /** a table for rows without secrets, and one for each set of secrets; none for 全件更新 if a row is left out */
  readonly tables: readonly ReturnType<typeof buildTable>[];
  readonly leftOut: readonly (Pick<UploadRow, "key" | "record"> & { readonly why: UploadOmissionReason })[];
}

export type ExportClient = Client<PanelKind | "secured">;

export async function buildUploadTables(client: ExportClient, upload: KindUpload): Promise<BuiltUpload> {
  const { kind, last, isWhole } = upload;
  const format = FORMATS[kind];
  const custom = format.custom ? await client.users.fields() : [];
  const columns = listColumns(
    format,
    custom.map(({ name }) => ({ id: name, name })),
  );
  const order = orderColumns(columns, last);
  const isUsual = ({ field, secret, required }: Column): boolean =>
    secret !== true && (isWhole || field === format.key || required === "always");
  const place = (rows: readonly UploadRow[]): readonly UploadColumn[] =>
    order.filter(({ column }) => isUsual(column) || rows.some((row) => isNeeded(row, column)));
  const all = await readUploadRows(client, upload);
  const keys = new Set(all.map(({ key }) => key));
  const leftOut: BuiltUpload["leftOut"][number][] = upload.records.flatMap((record) =>
    keys.has(record.key) ? [] : [{ key: record.key, record, why: "key" }],
  );
  const keep = (rows: readonly UploadRow[], placedOf: (row: UploadRow) => readonly UploadColumn[]) =>
    rows.filter((row) => {
      const why = findOmission(row, placedOf(row), { ...upload, columns });
      if (why !== undefined) leftOut.push({ ...row, why });
      return why === undefined;
    });
  // first leave out the rows that cannot be written, so that they do not add columns
  const rows = isWhole ? all : keep(all, (row) => place([row]));
  const secrets = isWhole ? [] : columns.filter(({ secret }) => secret === true);
  const groups = Map.groupBy(rows, (row) => secrets.flatMap((one) => (isNeeded(row, one) ? [one.field] : [])).join());
  const tables = [...groups.keys()].toSorted().flatMap((which) => {
    const group = groups.get(which) ?? [];
    const placed = place(group);
    const kept = keep(group, () => placed);
    return kept.length === 0 ? [] : [buildTable(kept, place(kept), isWhole)];
  });
  // the console would delete the records of rows that are left out of a file for 全件更新
  return { ...upload, tables: isWhole && leftOut.length > 0 ? [] : tables, leftOut };
}

/** Returns the columns in the order of the last export, then those of the manual. @see facts 6.4 */
function orderColumns(columns: readonly Column[], last: KindUpload["last"]): readonly UploadColumn[] {
  const { header = [], places = [], fields = [], orgsByName } = last ?? {};
  const cells = places
    .flatMap(({ column, cells: all = [column] }, nth) => all.map((cell) => ({ cell, field: fields[nth] })))
    .toSorted((one, other) => one.cell - other.cell);
  let placed = [...Map.groupBy(cells, ({ field }) => field)].flatMap(([name, of]): readonly UploadColumn[] => {
    const column = columns.find(({ field }) => field === name);
    // organisations can be uploaded only by their codes
    if (column === undefined || isOrgPath(column) || (orgsByName === true && refersToOrg(column))) return [];
    const [first = column.header, ...more] = of.map(({ cell }) => header[cell - 1] ?? column.header);
    return [{ column, headers: [first, ...more], isShown: true }];
  });
  for (const [at, column] of columns.entries()) {
    if (isOrgPath(column) || placed.some((one) => one.column === column)) continue;
    const before = column.set === true ? columns : columns.slice(0, at);
    const place = placed.findLastIndex((one) => before.includes(one.column));
    placed = placed.toSpliced(place + 1, 0, { column, headers: [column.header], isShown: false });
  }
  return placed;
}

const isOrgPath = ({ refers }: Column): boolean => refers?.by === "path";

/** Reads the values that are here from an export of the tenant, because only an export has them as files do. */
async function readUploadRows(client: ExportClient, { kind, records, secrets, isWhole }: KindUpload) {
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
      const other = isWhole ? undefined : findChange(record?.others, column);
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
  const content = isPanelKind(kind) ? client[kind].export({}) : client.secured.export(kind, { layout: "full" });
  for await (const bytes of await content) reader.write(bytes);
  reader.end();
  return rows;
}

const findChange = (changes: TaskRecord["changes"] = [], { field: name, sets }: Column) =>
  changes.find(({ field }) => field === name || field === sets);

const isNew = ({ record }: UploadRow): boolean => record?.work === "create";

const isNeeded = (row: UploadRow, column: Column): boolean => {
  const isFilled = row.valuesOf(column).length > 0;
  if (column.secret === true) return isFilled;
  return findChange(row.record?.changes, column) !== undefined && (isFilled || !isNew(row));
};

/** @param placed columns of the file @returns why the file cannot contain the row */
function findOmission(
  row: UploadRow,
  placed: readonly UploadColumn[],
  { kind, columns, unsafe, isWhole, encoding }: KindUpload & { readonly columns: readonly Column[] },
): UploadOmissionReason | undefined {
  const { record, key, valuesOf } = row;
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
  const isSecretNeeded = (column: Column): boolean => {
    if (!isNew(row) && !isWhole) return findChange(record?.changes, column) !== undefined;
    // a blank secret in 全件更新 could clear it
    return column.required === "new" || (!isNew(row) && file.includes(column));
  };
  if (columns.some((one) => one.secret === true && isBlank(one) && isSecretNeeded(one))) return "password";
  const mayClear = ({ column, isShown }: UploadColumn): boolean => {
    if (column.secret === true || !isBlank(column)) return false;
    const change = findChange(record?.changes, column);
    if (change !== undefined) return column.clearable === false || (change.after ?? "").length > 0;
    const other = findChange(record?.others, column);
    return other === undefined ? !isShown : (other.before ?? "").length > 0;
  };
  return !isNew(row) && !isWhole && placed.some(mayClear) ? "clear" : undefined;
}

function buildTable(rows: readonly UploadRow[], placed: readonly UploadColumn[], isWhole: boolean) {
  const wide = placed.flatMap(({ column, headers }) => {
    const counts = column.repeated === true ? rows.map((row) => row.valuesOf(column).length) : [];
    const length = Math.max(headers.length, ...counts);
    return Array.from({ length }, (_, at) => ({ column, at, header: headers[at] ?? headers.at(-1) ?? column.header }));
  });
  return {
    header: wide.map(({ header }) => header),
    rows: rows.map((row) => ({
      key: row.key,
      id: row.record?.id,
      cells: wide.map(({ column, at }) => row.valuesOf(column)[at] ?? ""),
      /** fields that the row is to set in the console; the other cells have what the console showed last */
      fields: placed.flatMap(({ column }) => (isWhole || isNew(row) || isNeeded(row, column) ? [column.field] : [])),
    })),
  };
}

/** Maximum number of IDs in a request, whose body is at most 1 MiB. */
export const MAX_RECORDED_IDS = 10_000;

export type RecordedFile = Parameters<Client<"console">["console"]["write"]>[0]["files"][number];

/** Returns what the tenant is to record, so that it recognises values that are taken back later. */
export function listRecordedFiles({ kind, isWhole, deleted, tables }: BuiltUpload): RecordedFile[] {
  const rows = tables.flatMap((table) => table.rows);
  const partOf = (at: number): number => (isWhole ? 0 : Math.floor(at / MAX_RECORDED_IDS));
  const groups = [...Map.groupBy(rows, ({ fields }, at) => JSON.stringify([partOf(at), fields])).values()];
  const files = groups.map((of) => ({
    kind,
    fields: of[0]?.fields ?? [],
    ids: isWhole ? undefined : of.flatMap(({ id }) => id ?? []),
  }));
  // who may not record a file may not write a list of deletions, either
  return deleted.length === 0 || isWhole ? files : [...files, { kind, fields: [], ids: [] }];
}
