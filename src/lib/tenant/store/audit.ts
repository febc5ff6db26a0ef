import { sha256 } from "../ids.ts";
import type { Writer } from "./store.ts";

/** One change of the tenant: who did what to what, and when. Never contains a secret. */
export interface AuditEntry {
  /** a UTC instant */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry's hash, chained to that of the entry before; of the first one to nothing. */
const hashOf = (before: string, entry: AuditEntry): string => sha256(`${before}\n${JSON.stringify(entry)}`);

/** Appends an entry, in the transaction of the change it records. */
export const appendAudit = async (writer: Writer, entry: AuditEntry): Promise<void> => {
  const { at, actor, action, subject, detail } = entry;
  const before = (await writer.get("select hash from audit order by seq desc limit 1"))?.["hash"] ?? "";
  await writer.run(
    `insert into audit (at, actor, action, subject, detail, hash)
     values (:at, :actor, :action, :subject, :detail, :hash)`,
    { at, actor, action, subject, detail: JSON.stringify(detail), hash: hashOf(String(before), entry) },
  );
};
