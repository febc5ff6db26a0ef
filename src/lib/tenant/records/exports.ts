import type { Session } from "../session.ts";
import { heldOrgs } from "../store/held-orgs.ts";
import { exportOf, type RecordStream, type ExportQuery } from "../store/list-export.ts";
import type { List } from "../store/lists.ts";

/** What leaves the tenant in one piece. */
export interface TenantExport {
  readonly content: ReadableStream<Uint8Array>;
  /** false where the audit should have a record of it, and nothing can be written */
  readonly isAudited: boolean;
}

/** What the audit is told of an export: which records, not what they hold. */
interface ExportAudit {
  /** `users.export` */
  readonly action: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** One record is told as by a list, of which the audit has nothing. */
const FEW = 1;

/**
 * Hands out an export once the audit has its record: who took how many records, by which filters. On a read-only tenant it
 * goes through without one.
 *
 * @throws Failure as the store's `change`; nothing is exported then
 */
export const exported = async (
  session: Session,
  { action, filters }: ExportAudit,
  exporting: Promise<RecordStream>,
): Promise<TenantExport> => {
  const { content, records } = await exporting;
  if (records <= FEW) return { content, isAudited: true };
  if (session.store.isReadOnly) return { content, isAudited: false };
  const given = Object.entries(filters).filter(
    ([name, value]) => name !== "newline" && value !== undefined && value !== "",
  );
  const detail = { records, filters: Object.fromEntries(given) };
  try {
    await session.change({ action, commits: false, locks: [] }, async (writer) => ({
      result: undefined,
      objects: [],
      orgs: await heldOrgs(writer, session.asker),
      detail,
    }));
  } catch (error) {
    await content.cancel();
    throw error;
  }
  return { content, isAudited: true };
};

/** Hands out a list as CSV. @see exported */
export const exportList = (
  session: Session,
  list: List,
  query: ExportQuery,
  { action, filters = { ...query } }: Pick<ExportAudit, "action"> & Partial<ExportAudit>,
): Promise<TenantExport> => exported(session, { action, filters }, exportOf(session.store, list, query));
