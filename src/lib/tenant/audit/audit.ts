import { line, step } from "../../advice/index.ts";
import type { AuditRecord } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import { readAuditPage, findAuditRecord, type AuditFilter } from "./records.ts";

/** The filters of a request. `object` is the id or name of the record that was changed. */
export interface AuditQuery extends Omit<AuditFilter, "object"> {
  readonly object?: string | undefined;
}

/** Returns the filter of a request. The changes to a record are found through its versions, even after its deletion. */
const resolveFilter = async (session: Session, { object: name, ...filter }: AuditQuery): Promise<AuditFilter> => {
  if (name === undefined) return filter;
  // imported only when needed, so that unfiltered lists start sooner
  const { findChangesByName } = await import("../versions/find.ts");
  // the list shows people as `山田 太郎 <taro@example.jp>`
  const key = /^.+ <(?<key>[^<>]+)>$/.exec(name)?.groups?.["key"] ?? name;
  const { ids, changes } = await session.read((reader) => findChangesByName(reader, key));
  return { ...filter, object: { name, ids: [...new Set([name, ...ids])], changes } };
};

/** Returns a page of the audit log as JSON, newest record first. */
export const listAuditRecords = async (
  session: Session,
  { limit, cursor, ...asked }: AuditQuery & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<string> => {
  const filter = await resolveFilter(session, asked);
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  return session.read((reader) => readAuditPage(reader, filter, { before, limit }));
};

/** Returns the audit record with a number. @throws Failure `not-found` */
export const getAuditRecord = async (session: Session, seq: number): Promise<AuditRecord> => {
  const json = await session.read((reader) => findAuditRecord(reader, seq));
  if (json !== undefined) return JSON.parse(json) as AuditRecord;
  throw new Failure("not-found", {
    what: text(`the audit log has no record ${seq}`, `監査ログに ${seq} 番の記録はありません`),
    hint: step("to list all records", "監査ログの一覧", line("audit list", [])),
  });
};
