import type { Client, Import, ImportKind } from "../../../lib/client/index.ts";
import { listColumns, type Column } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { UploadOmissionReason } from "../../../lib/model/upload.ts";
import { planColumns, widenColumns, type UploadColumn } from "./layout.ts";
import type { KindUpload } from "./open-records.ts";
import { findOmission, isChanged, readUploadRows, type ExportClient, type UploadRow } from "./rows.ts";

export interface UploadTable {
  readonly header: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly string[] }[];
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

export async function buildUploadTable(client: ExportClient, upload: KindUpload): Promise<UploadTable> {
  const { kind, extent } = upload;
  const isWhole = extent === "whole";
  const fields = FORMATS[kind].custom ? await client.users.fields() : [];
  const columns = listColumns(
    FORMATS[kind],
    fields.map(({ name }) => ({ id: name, name })),
  );
  const all = await readUploadRows(client, upload, { columns, secrets: upload.secrets, isWhole });
  const leftOut: UploadTable["leftOut"][number][] = [];
  const place = (rows: readonly UploadRow[]): readonly UploadColumn[] =>
    planColumns(
      upload,
      columns,
      rows.flatMap(({ record }) => record ?? []),
    ).filter(
      ({ column, isShown }) =>
        isShown || isWhole || column.required === "new" || rows.some((row) => hasChange(row, column)),
    );
  const keep = (rows: readonly UploadRow[], placedOf: (row: UploadRow) => readonly UploadColumn[]) =>
    rows.filter((row) => {
      const why = findOmission(row, { ...upload, columns, placed: placedOf(row), isWhole });
      if (why !== undefined) leftOut.push({ ...row, why });
      return why === undefined;
    });
  // first leave out the rows that cannot be written, so that they do not add columns
  let rows = isWhole ? all : keep(all, (row) => place([row]));
  let placed = place(rows);
  for (let kept = keep(rows, () => placed); kept.length < rows.length; kept = keep(rows, () => placed)) {
    rows = kept;
    placed = place(rows);
  }
  const wide = widenColumns(placed, (column) => Math.max(1, ...rows.map((row) => row.valuesOf(column).length)));
  return {
    header: wide.map(({ header }) => header),
    rows: rows.map((row) => ({ key: row.key, cells: wide.map(({ column, at }) => row.valuesOf(column)[at] ?? "") })),
    leftOut,
  };
}
