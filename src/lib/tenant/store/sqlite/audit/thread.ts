import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import type { AuditFindings, AuditQuestion } from "../../audit-findings.ts";
import { interruption } from "../../interruption.ts";
import type { Database } from "../database.ts";
import { verifyOn, type AuditOutcome, type AuditTask } from "./verify.ts";

/** The worker's entry: a `.ts` file next to this one in the source, next to the bundle when built. */
const workerUrl = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./audit-worker.ts", import.meta.url)
    : new URL("./audit-worker.js", import.meta.url);

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
  const worker = new Worker(workerUrl(), { workerData: { path, readOnly, ...question } satisfies AuditTask });
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(interruption());
  signal?.addEventListener("abort", stop);
  try {
    const [outcome] = (await Promise.race([once(worker, "message"), stopped.promise])) as [AuditOutcome];
    if (outcome.type === "done") return outcome.findings;
    throw outcome.type === "failed" ? Failure.of(outcome.problem) : outcome.error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await worker.terminate();
  }
};

const onReader = (tenant: Database, question: AuditQuestion): AuditFindings => {
  const database = tenant.reader();
  try {
    return verifyOn(database, question);
  } finally {
    database.close();
  }
};
