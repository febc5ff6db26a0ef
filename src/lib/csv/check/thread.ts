import { Worker } from "node:worker_threads";
import type { PartFindings, PartTask } from "./second.ts";

/** The check of the second half of a file, which runs in parallel with the check of the first half. */
export interface SecondThread {
  /** the findings; rejects if the second half cannot be read or the check was stopped */
  readonly findings: Promise<PartFindings>;
  /** Cancels the check. Has no effect if the check has finished. */
  stop(): Promise<void>;
}

/** Limits of the worker. Cells are short-lived: more memory for new objects saves no time. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 12 };

/**
 * Checks a part of a file in a worker. The script of the worker is next to this file; in a build, it is next to the
 * bundled program.
 */
export const startThread = (task: PartTask): SecondThread => {
  const entry = import.meta.url.endsWith(".ts") ? "./check-worker.ts" : "./check-worker.js";
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: task, resourceLimits: RESOURCE_LIMITS });
  const findings = new Promise<PartFindings>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the second thread ended without a result")));
  });
  // after stop(), nobody awaits the findings, so the rejection must not go unhandled
  findings.catch(() => {});
  return {
    findings,
    stop: async () => {
      await worker.terminate();
    },
  };
};
