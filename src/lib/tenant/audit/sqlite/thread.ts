import type { AuditFindings, AuditQuestion } from "../findings.ts";
import { interruption } from "../../../errors/index.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { inOwnThread } from "../../store/sqlite/own-thread.ts";
import { verifyOn, type AuditTask } from "./verify.ts";

/**
 * Verifies a tenant's audit in a thread of its own: of a million records it takes a second or two, in which this one hears
 * signals.
 *
 * @throws Failure `interrupted`; `unexpected` if the file is damaged
 */
export const verifyAudit = async (
  database: Database,
  question: AuditQuestion,
  signal: AbortSignal | undefined,
): Promise<AuditFindings> => {
  const { path, isReadOnly: readOnly } = database;
  if (signal?.aborted === true) throw interruption();
  // a tenant that is not there yet, which no other thread can open
  if (path.startsWith("file:")) return onReader(database, question);
  const task: AuditTask = { path, readOnly, ...question };
  return inOwnThread("./audit-worker", import.meta.url, task, signal);
};

const onReader = (tenant: Database, question: AuditQuestion): AuditFindings => {
  const database = tenant.reader();
  try {
    return verifyOn(database, question);
  } finally {
    database.close();
  }
};
