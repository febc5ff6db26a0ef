import type { AuditFindings, AuditVerificationOptions } from "../findings.ts";
import { createInterruptedFailure } from "../../../errors/index.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { runInWorker } from "../../store/sqlite/own-thread.ts";
import { verifyOnConnection, type AuditTask } from "./verify.ts";

/** Verifies the audit log in a thread, so that signals interrupt it. @throws Failure `interrupted`, `unexpected` */
export const verifyAudit = async (
  database: Database,
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
): Promise<AuditFindings> => {
  const { path, isReadOnly: readOnly } = database;
  if (signal?.aborted === true) throw createInterruptedFailure();
  // this tenant does not exist on disk yet, so another thread cannot open it
  if (path.startsWith("file:")) {
    const reader = database.reader();
    try {
      return verifyOnConnection(reader, question);
    } finally {
      reader.close();
    }
  }
  const task: AuditTask = { path, readOnly, ...question };
  return runInWorker("./audit-worker", import.meta.url, task, signal);
};
