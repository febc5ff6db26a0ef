import type { Import } from "../../../contract/index.ts";
import { FORMATS } from "../../../model/formats.ts";
import { openTaskOf } from "../console.ts";
import type { Reader } from "../store.ts";
import type { FormatName } from "../../../model/console-files.ts";
import { readImport, stateOf, type ImportRecord, type ImportState } from "./record.ts";

/** The counts of an import that has no plan yet. */
export const NO_COUNTS = {
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

/** The number of another import in its tenant; null if there is none. */
const numberOf = async (reader: Reader, id: string | null): Promise<number | null> =>
  id === null ? null : (await readImport(reader, id)).pk;

/** An import as the tenant API shows it. @param asking who asks */
export const importOf = async (reader: Reader, record: ImportRecord, asking: string): Promise<Import> => {
  const { detail } = record;
  const { newOrgs, newGroups, columns, ...counts } = { ...NO_COUNTS, ...detail.counts };
  return {
    id: record.id,
    number: record.pk,
    tenant: String((await reader.get("select name from tenant"))?.["name"] ?? ""),
    kind: record.kind,
    mode: detail.request?.mode ?? "revert",
    state: stateOf(record),
    fileName: detail.request?.fileName ?? "",
    inputSha256: detail.staged?.sha256 ?? null,
    inputBytes: detail.staged?.bytes ?? 0,
    encoding: detail.staged?.encoding ?? null,
    createdAt: record.createdAt,
    committedAt: detail.committedAt,
    actor: detail.actor,
    mine: detail.actor === asking,
    reverts: detail.reverts,
    revertsNumber: await numberOf(reader, detail.reverts),
    revertedBy: detail.revertedBy,
    revertedByNumber: await numberOf(reader, detail.revertedBy),
    etag: record.etag,
    request: detail.request,
    rows: detail.staged?.rows ?? 0,
    ...counts,
    newOrgs: [...newOrgs],
    newGroups: [...newGroups],
    columns: [...columns],
    header: [...(detail.staged?.header ?? [])],
    absentColumns: [...(detail.staged?.absentColumns ?? [])],
    unknownColumns: [...(detail.staged?.unknownColumns ?? [])],
    unverifiedColumns: await unverifiedColumns(reader, record),
    emittedAt: detail.emittedAt,
    ...(OPEN.has(record.state) ? { unseenColumns: await unseenColumns(reader, record.kind) } : {}),
    ...(detail.supersededBy === undefined ? {} : { supersededBy: detail.supersededBy }),
    ...(detail.supersedes === undefined ? {} : { supersedes: [...detail.supersedes] }),
    ...(await consoleTask(reader, record)),
    ...(detail.outdated === true ? { outdated: true } : {}),
  };
};

const consoleTask = async (reader: Reader, { pk }: ImportRecord): Promise<Pick<Import, "consoleTask">> => {
  const number = await openTaskOf(reader, pk);
  return number === undefined ? {} : { consoleTask: number };
};

const OPEN: ReadonlySet<ImportState> = new Set(["planned", "awaiting-console"]);

/** Columns that no export of the console has shown; all of them in a tenant that is no mirror of this kind. */
const unseenColumns = async (reader: Reader, kind: FormatName): Promise<string[]> => {
  const seen = await reader.all("select field from seen_column where kind = :kind", { kind });
  const fields = new Set(seen.map(({ field }) => field));
  return FORMATS[kind].columns
    .filter(({ field, secret }) => secret !== true && !fields.has(field))
    .map(({ header }) => header);
};

/** Columns of the file that the console's own export does not contain. @see facts 6.5 */
const unverifiedColumns = async (
  reader: Reader,
  { kind, detail }: ImportRecord,
): Promise<Import["unverifiedColumns"]> => {
  const staged = new Set(detail.staged?.staged ?? []);
  const columns = FORMATS[kind].columns.filter(
    ({ field, secret, consoleExport }) => staged.has(field) && secret !== true && consoleExport !== true,
  );
  const found: Import["unverifiedColumns"] = [];
  for (const { field, header } of columns) {
    const sql = "select at from sent_column where kind = :kind and field = :field";
    const sent = await reader.get(sql, { kind, field });
    found.push({ header, lastSentAt: sent === undefined ? null : String(sent["at"]) });
  }
  return found;
};
