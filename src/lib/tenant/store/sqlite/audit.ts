import { sha256 } from "../../ids.ts";
import type { Database } from "./database.ts";

/** One change of the tenant: who did what to what, and when. Never contains a secret. */
export interface AuditEntry {
  /** a UTC instant */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Appends an entry, chained to the previous one by hash; call inside the transaction of the change it records. */
export const appendAudit = (database: Database, entry: AuditEntry): void => {
  const before = database.get("select hash from audit order by seq desc limit 1")?.["hash"] ?? "";
  const body = JSON.stringify(entry);
  const hash = sha256(`${String(before)}\n${body}`);
  database.run(
    `insert into audit (at, actor, action, subject, detail, hash)
     values (:at, :actor, :action, :subject, :detail, :hash)`,
    { ...entry, detail: JSON.stringify(entry.detail), hash },
  );
};
