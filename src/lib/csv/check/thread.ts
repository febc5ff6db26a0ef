import { Worker } from "node:worker_threads";
import type { PartFindings, PartTask } from "./second.ts";

/** The check of a file's second half, running in parallel with that of the first. */
export interface SecondThread {
  /** rejects if the half cannot be read, or if the check was stopped */
  readonly findings: Promise<PartFindings>;
  /** cancels the check; does nothing if it has finished */
  stop(): Promise<void>;
}

/** Cells do not live long: more memory for new ones saves no time. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 12 };

/** Checks a part in a worker thread. Its entry is next to this file in the source, next to the bundle when built. */
export const startThread = (task: PartTask): SecondThread => {
  const entry = import.meta.url.endsWith(".ts") ? "./check-worker.ts" : "./check-worker.js";
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: task, resourceLimits: RESOURCE_LIMITS });
  const findings = new Promise<PartFindings>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the second thread ended without a result")));
  });
  // whoever stops the thread no longer awaits it
  findings.catch(() => {});
  return {
    findings,
    stop: async () => {
      await worker.terminate();
    },
  };
};
