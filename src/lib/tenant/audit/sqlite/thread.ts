import type { AuditFindings, AuditVerificationOptions } from "../findings.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { runInWorker } from "../../store/sqlite/own-thread.ts";
import type { AuditTask } from "./verify.ts";

/** Runs in a thread, so that signals interrupt it. @throws Failure `interrupted`, `unexpected` */
export const verifyAudit = async (
  { path, isReadOnly: readOnly }: Database,
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
): Promise<AuditFindings> => {
  const task: AuditTask = { path, readOnly, ...question };
  return runInWorker("./audit-worker", import.meta.url, task, signal);
};
