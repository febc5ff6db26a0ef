import { FORMATS } from "../../derived/formats.ts";
import { appendAudit, type ChangeWriter } from "../ledger/audit-rows.ts";
import type { CommitDetails } from "./engine-types.ts";
import { getChangeCounts, toImportObject, type ImportRecord } from "../ledger/import-rows.ts";
import type { Writer } from "../store/types.ts";
import { computeChecksum } from "../ledger/version-checksum.ts";
import type { Database } from "../store/database.ts";

const getAuditAction = ({ kind, detail }: ImportRecord): string => {
  if (detail.undoes !== undefined) return "undo";
  if (detail.drops !== undefined) return "console.drop";
  if (detail.request?.mode === "delete") return `${FORMATS[kind].app === undefined ? kind : "secured"}.delete`;
  return detail.request?.fromConsole === true ? "console.sync" : "imports.commit";
};

export const auditImport = async (
  database: Database,
  writer: Writer,
  record: ImportRecord,
  { change, moment, revision }: { readonly change: number; readonly moment: CommitDetails; readonly revision: number },
): Promise<void> => {
  const { actor, by, origin, now } = moment;
  const { request, counts, staged, undoes, drops } = record.detail;
  await appendAudit(
    writer,
    {
      at: now,
      actor,
      by,
      origin,
      action: getAuditAction(record),
      objects: [toImportObject({ ...record, number: String(change) })],
      detail: {
        kind: record.kind,
        mode: request?.mode ?? "undo",
        fileName: request?.fileName,
        fromConsole: request?.fromConsole === true ? true : undefined,
        learns: request?.learns,
        orgs: request?.orgs,
        undoes,
        drops,
        ...getChangeCounts(counts),
        inputSha256: staged?.inputSha256,
        versions: computeChecksum(database, revision),
      },
    },
    { writer: getChangeWriter(record), revision, import: record.pk, undoes },
  );
};

const getChangeWriter = ({ detail: { request, undoes, drops } }: ImportRecord): ChangeWriter => {
  if (request?.fromConsole === true) return "console";
  return drops !== undefined ? "drop" : undoes !== undefined ? "undo" : "import";
};
