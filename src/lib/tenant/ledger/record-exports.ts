import type { Session } from "./session.ts";
import { openListExport, type RecordStream, type ExportQuery } from "./list-export.ts";
import type { TenantExport } from "./results.ts";
import type { RecordList } from "./lists.ts";

interface ExportAudit {
  readonly action: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** Maximum number of records that can be exported without an audit record. */
const MAX_UNAUDITED_RECORDS = 1;

/** Writes an audit record, except in a read-only tenant. @throws Failure */
export const exportWithAuditRecord = async (
  session: Session,
  { action, filters }: ExportAudit,
  exporting: Promise<RecordStream>,
): Promise<TenantExport> => {
  const { content, records } = await exporting;
  if (records <= MAX_UNAUDITED_RECORDS) return { content, isAudited: true };
  if (session.store.isReadOnly) return { content, isAudited: false };
  const given = Object.entries(filters).filter(
    ([name, value]) => name !== "newline" && value !== undefined && value !== "" && value !== false,
  );
  const detail = { records, filters: Object.fromEntries(given) };
  try {
    await session.change({ action, commits: false, locks: [] }, async () => ({
      result: undefined,
      objects: [],
      detail,
    }));
  } catch (error) {
    await content.cancel();
    throw error;
  }
  return { content, isAudited: true };
};

export const exportList = (
  session: Session,
  list: RecordList,
  query: ExportQuery,
  { action, filters = { ...query } }: Pick<ExportAudit, "action"> & Partial<ExportAudit>,
): Promise<TenantExport> =>
  exportWithAuditRecord(session, { action, filters }, openListExport(session.store, list, query));
