import { line, step } from "../../advice/index.ts";
import type { AuditHead, AuditRecord } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import { auditHead, auditLines, auditPage, findAuditRecord, type AuditFilter } from "./records.ts";
import { exported, type TenantExport } from "../records/exports.ts";

/** Filters as they are asked for: what it was done to by an id or a name. */
export interface AuditQuery extends Omit<AuditFilter, "object"> {
  readonly object?: string | undefined;
}

/** Returns the filter of a request. What was done to a record is found by the changes that wrote it, also if it was deleted. */
const filterOf = async (session: Session, { object: name, ...filter }: AuditQuery): Promise<AuditFilter> => {
  if (name === undefined) return filter;
  // lists of all records start sooner without it
  const { findChanges } = await import("../versions/find.ts");
  // as the list has people: `山田 太郎 <taro@example.jp>`
  const key = /^.+ <(?<key>[^<>]+)>$/.exec(name)?.groups?.["key"] ?? name;
  const { ids, changes } = await session.read((reader) => findChanges(reader, key));
  return { ...filter, object: { name, ids: [...new Set([name, ...ids])], changes } };
};

/** A page of the audit, newest first. */
export const auditList = async (
  session: Session,
  { limit, cursor, ...asked }: AuditQuery & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<string> => {
  const filter = await filterOf(session, asked);
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  return session.read((reader) => auditPage(reader, filter, { before, limit }));
};

/** The audit as a file, oldest first; taking it has a record itself, which it does not have. */
export const auditExport = async (session: Session, asked: AuditQuery): Promise<TenantExport> => {
  const filter = await filterOf(session, asked);
  return exported(session, { action: "audit.export", filters: { ...asked } }, auditLines(session.store, filter));
};

/** @throws Failure `not-found` */
export const auditRecord = async (session: Session, seq: number): Promise<AuditRecord> => {
  const json = await session.read((reader) => findAuditRecord(reader, seq));
  if (json !== undefined) return JSON.parse(json) as AuditRecord;
  throw new Failure("not-found", {
    what: text(`the audit has no record ${seq}`, `監査ログに記録 ${seq} はありません`),
    hint: step("see them all", "一覧", line("audit list", [])),
  });
};

/** @throws Failure `not-found` if nothing was changed yet */
export const lastAuditRecord = async (session: Session): Promise<AuditHead> => {
  const head = await session.read(auditHead);
  if (head !== undefined) return head;
  throw new Failure("not-found", {
    what: text(
      "the audit has no record yet: nothing was changed",
      "まだ何も変更されていないため、監査ログに記録がありません",
    ),
  });
};
