import type { AuditHead, AuditRecord } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../session.ts";
import {
  auditHead,
  auditLines,
  auditPage,
  findAuditRecord,
  idsHeldByHand,
  type AuditFilter,
} from "../store/audit-records.ts";
import type { ImportEngine } from "../store/imports/engine.ts";
import { listImports } from "../store/imports/record.ts";
import { recordsCalled } from "../store/called.ts";
import { exported, type Exported } from "./exports.ts";

/** Filters as they are asked for: what it was done to by an id or a name. */
export interface AuditAsked extends Omit<AuditFilter, "object"> {
  readonly object?: string | undefined;
}

/**
 * The filter that was asked for. What was done to a record is found by its ids, also where it is gone: in the records about
 * it, and in those of imports that wrote it.
 */
const filterOf = async (
  session: Session,
  engine: () => Promise<ImportEngine>,
  { object: name, ...filter }: AuditAsked,
): Promise<AuditFilter> => {
  if (name === undefined) return filter;
  // as the list has people: `山田 太郎 <taro@example.jp>`
  const key = /^.+ <(?<key>[^<>]+)>$/.exec(name)?.groups?.["key"] ?? name;
  const { called, imports, held } = await session.read(async (reader) => ({
    called: await recordsCalled(reader, key),
    imports: await listImports(reader),
    held: await idsHeldByHand(reader, key, true),
  }));
  const ids = new Set([name, ...held, ...called.map(({ id }) => id)]);
  const numbers = new Map(imports.map(({ pk, id }) => [pk, id]));
  const reading = called.length === 0 ? undefined : await engine();
  for (const { kind, pk, namedBy } of called) {
    const events = reading?.events(kind, pk) ?? [];
    for (const number of [...events.map((event) => event.import), namedBy]) {
      const id = number === null ? undefined : numbers.get(number);
      if (id !== undefined) ids.add(id);
    }
  }
  return { ...filter, object: { name, ids: [...ids] } };
};

/** A page of the audit, newest first. */
export const auditList = async (
  session: Session,
  engine: () => Promise<ImportEngine>,
  { limit, cursor, ...asked }: AuditAsked & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<string> => {
  const filter = await filterOf(session, engine, asked);
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  return session.read((reader) => auditPage(reader, filter, { before, limit }));
};

/** The audit as a file, oldest first; taking it has a record itself, which it does not have. */
export const auditExport = async (
  session: Session,
  engine: () => Promise<ImportEngine>,
  asked: AuditAsked,
): Promise<Exported> => {
  const filter = await filterOf(session, engine, asked);
  return exported(session, { action: "audit.export", filters: { ...asked } }, auditLines(session.store, filter));
};

/** @throws Failure `not-found` */
export const auditRecord = async (session: Session, seq: number): Promise<AuditRecord> => {
  const json = await session.read((reader) => findAuditRecord(reader, seq));
  if (json !== undefined) return JSON.parse(json) as AuditRecord;
  throw new Failure("not-found", {
    what: text(`the audit has no record ${seq}`, `監査ログに記録 ${seq} はありません`),
    hint: text("see them all: clomoctl audit list", "一覧: clomoctl audit list"),
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
