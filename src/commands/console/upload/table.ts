import type { Client, Import, ImportKind } from "../../../lib/client/index.ts";
import { listColumns, type Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { UploadOmissionReason } from "../../../lib/model/upload.ts";
import { planColumns, widenColumns, type UploadColumn } from "./layout.ts";
import type { KindUpload } from "./open-records.ts";
import { findOmission, isChanged, readUploadRows, type ExportClient, type UploadRow } from "./rows.ts";

export interface UploadTable {
  readonly header: readonly string[];
  readonly fields: readonly string[];
  readonly rows: readonly {
    readonly key: string;
    readonly id: string | undefined;
    readonly cells: readonly string[];
  }[];
}

export interface UploadTables {
  /** at least one table; each further one is for rows that set other secrets */
  readonly tables: readonly UploadTable[];
  readonly leftOut: readonly (Pick<UploadRow, "key" | "record"> & { readonly why: UploadOmissionReason })[];
}

export const findLastExport = async (
  { imports }: { readonly imports: Pick<Client<"imports">["imports"], "list"> },
  kind: ImportKind,
): Promise<Import | undefined> =>
  (await imports.list())
    .filter((one) => one.kind === kind && one.request?.fromConsole === true && one.change !== null)
    .toSorted((one, other) => (other.change ?? 0) - (one.change ?? 0))[0];

const hasChange = ({ record, valuesOf }: UploadRow, column: Column): boolean =>
  valuesOf(column).length > 0 || (record?.work !== "create" && isChanged(record, column));

export async function buildUploadTables(client: ExportClient, upload: KindUpload): Promise<UploadTables> {
  const { kind, isWhole } = upload;
  const fields = FORMATS[kind].custom ? await client.users.fields() : [];
  const columns = listColumns(
    FORMATS[kind],
    fields.map(({ name }) => ({ id: name, name })),
  );
  const all = await readUploadRows(client, upload, { columns, secrets: upload.secrets, isWhole });
  const leftOut: UploadTables["leftOut"][number][] = [];
  const isPlaced = (rows: readonly UploadRow[], { column, isShown }: UploadColumn): boolean =>
    column.secret === true
      ? rows.some((row) => row.valuesOf(column).length > 0)
      : isShown || isWhole || column.required === "new" || rows.some((row) => hasChange(row, column));
  const place = (rows: readonly UploadRow[]): readonly UploadColumn[] =>
    planColumns(
      upload,
      columns,
      rows.flatMap(({ record }) => record ?? []),
    ).filter((one) => isPlaced(rows, one));
  const keep = (rows: readonly UploadRow[], placedOf: (row: UploadRow) => readonly UploadColumn[]) =>
    rows.filter((row) => {
      const why = findOmission(row, { ...upload, columns, placed: placedOf(row), isWhole });
      if (why !== undefined) leftOut.push({ ...row, why });
      return why === undefined;
    });
  const buildTable = (first: readonly UploadRow[]): UploadTable => {
    let rows = first;
    let placed = place(rows);
    for (let kept = keep(rows, () => placed); kept.length < rows.length; kept = keep(rows, () => placed)) {
      rows = kept;
      placed = place(rows);
    }
    const wide = widenColumns(placed, (column) => Math.max(1, ...rows.map((row) => row.valuesOf(column).length)));
    return {
      header: wide.map(({ header }) => header),
      fields: wide.map(({ column }) => column.field),
      rows: rows.map((row) => ({
        key: row.key,
        id: row.record?.id,
        cells: wide.map(({ column, at }) => row.valuesOf(column)[at] ?? ""),
      })),
    };
  };
  if (isWhole) return { tables: [buildTable(all)], leftOut };
  // first leave out the rows that cannot be written, so that they do not add columns
  const rows = keep(all, (row) => place([row]));
  const secrets = columns.filter(({ secret }) => secret === true);
  const groups = Map.groupBy(rows, (row) =>
    secrets.flatMap((one) => (row.valuesOf(one).length > 0 ? [one.field] : [])).join(),
  );
  const sorted = [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
  return { tables: (sorted.length === 0 ? [[]] : sorted).map(buildTable), leftOut };
}
