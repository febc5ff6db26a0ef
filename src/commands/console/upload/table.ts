import type { Client } from "../../../lib/client/index.ts";
import { listColumns, type Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { UploadOmissionReason } from "../../../lib/model/upload.ts";
import { orderColumns, type UploadColumn } from "./layout.ts";
import type { KindUpload } from "./open-records.ts";
import { findOmission, isChanged, readUploadRows, type ExportClient, type UploadRow } from "./rows.ts";

interface UploadTable {
  readonly header: readonly string[];
  readonly rows: readonly {
    readonly key: string;
    readonly id: string | undefined;
    readonly cells: readonly string[];
    /** fields that the row is to set in the console; the other cells have what the console showed last */
    readonly fields: string[];
  }[];
}

export interface UploadTables {
  /** at least one table; each further one is for rows that set other secrets */
  readonly tables: readonly UploadTable[];
  readonly leftOut: readonly (Pick<UploadRow, "key" | "record"> & { readonly why: UploadOmissionReason })[];
}

const isNew = ({ record }: UploadRow): boolean => record?.work === "create";

const isNeeded = (row: UploadRow, column: Column): boolean => {
  const isFilled = row.valuesOf(column).length > 0;
  return column.secret === true ? isFilled : isChanged(row, column) && (isFilled || !isNew(row));
};

const buildTable = (rows: readonly UploadRow[], placed: readonly UploadColumn[], isWhole: boolean): UploadTable => {
  const wide = placed.flatMap(({ column, headers }) => {
    const cells = column.repeated === true ? rows.map((row) => row.valuesOf(column).length) : [];
    const [last] = headers.slice(-1);
    return Array.from({ length: Math.max(headers.length, ...cells) }, (_, at) => ({
      column,
      header: headers[at] ?? last ?? column.header,
      at,
    }));
  });
  return {
    header: wide.map(({ header }) => header),
    rows: rows.map((row) => ({
      key: row.key,
      id: row.record?.id,
      cells: wide.map(({ column, at }) => row.valuesOf(column)[at] ?? ""),
      fields: placed.flatMap(({ column }) => (isWhole || isNew(row) || isNeeded(row, column) ? [column.field] : [])),
    })),
  };
};

export async function buildUploadTables(client: ExportClient, upload: KindUpload): Promise<UploadTables> {
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
  const leftOut: UploadTables["leftOut"][number][] = upload.records.flatMap((record) =>
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
  const secrets = columns.filter(({ secret }) => secret === true);
  const groups = Map.groupBy(rows, (row) =>
    isWhole ? "" : secrets.flatMap((one) => (isNeeded(row, one) ? [one.field] : [])).join(),
  );
  const sorted = [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
  const tables = (sorted.length === 0 ? [[]] : sorted).map((group) => {
    const placed = place(group);
    const kept = keep(group, () => placed);
    return buildTable(kept, place(kept), isWhole);
  });
  return { tables, leftOut };
}

type RecordedFile = Parameters<Client<"console">["console"]["write"]>[0]["files"][number];

/** Returns what the tenant is to record, so that it recognises values that are taken back later. */
export function listRecordedFiles({ kind, isWhole, deleted, tables }: KindUpload & UploadTables): RecordedFile[] {
  const rows = tables.flatMap((table) => table.rows);
  const groups = [...Map.groupBy(rows, ({ fields }) => JSON.stringify(fields)).values()];
  const files = groups.map((of) => ({
    kind,
    fields: of[0]?.fields ?? [],
    ids: isWhole ? undefined : of.flatMap(({ id }) => id ?? []),
  }));
  // who may not record a file may not write a list of deletions, either
  return deleted.length === 0 || isWhole ? files : [...files, { kind, fields: [], ids: [] }];
}
