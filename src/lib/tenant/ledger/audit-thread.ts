import type { AuditFindings, AuditVerificationOptions, AuditTask } from "./audit-verify.ts";
import type { Database } from "../store/database.ts";
import { runInWorker } from "../store/run-in-worker.ts";

/**
 * Verifies the log in a thread, so that signals can interrupt the verification. @throws Failure `interrupted`,
 * `unexpected`
 */
export const verifyAudit = async (
  { path, isReadOnly: readOnly }: Database,
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
): Promise<AuditFindings> => {
  const task: AuditTask = { path, readOnly, ...question };
  return runInWorker("./audit-worker", import.meta.url, task, signal);
};
