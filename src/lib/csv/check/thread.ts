import { Worker } from "node:worker_threads";
import type { PartFindings, PartTask } from "./second.ts";

/** The check of a file's second half, going on beside that of the first. */
export interface SecondThread {
  /** rejects when the half cannot be read, or when it was stopped before */
  readonly findings: Promise<PartFindings>;
  /** gives up what is still going on; nothing happens where nothing is */
  stop(): Promise<void>;
}

/** Checks a part in a worker thread. The worker's entry lies beside this file as source, beside the bundle when built. */
export const startThread = (task: PartTask): SecondThread => {
  const entry = import.meta.url.endsWith(".ts") ? "./check-worker.ts" : "./check-worker.js";
  const worker = new Worker(new URL(entry, import.meta.url), { workerData: task });
  const findings = new Promise<PartFindings>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the second thread ended without a result")));
  });
  // whoever stops the thread no longer waits for it
  findings.catch(() => {});
  return {
    findings,
    stop: async () => {
      await worker.terminate();
    },
  };
};
