import { once } from "node:events";
import { parentPort, Worker, type WorkerOptions } from "node:worker_threads";
import { Failure, createInterruptedFailure, type Problem } from "../../errors/index.ts";
import { toStorageFailure } from "./storage-failure.ts";

export type ThreadOutcome =
  | { readonly result: unknown }
  | { readonly problem: Problem; readonly retryAfterMs: number | undefined }
  | { readonly error: unknown };

/** Starts a `.ts` file of the source, or a bundled file of the program. @param worker module without extension */
export const startWorker = (worker: string, base: string, options: WorkerOptions): Worker =>
  new Worker(new URL(`${worker}.${base.endsWith(".ts") ? "ts" : "js"}`, base), options);

/** @throws what the thread threw */
export const getResult = (outcome: ThreadOutcome): unknown => {
  if ("result" in outcome) return outcome.result;
  throw "problem" in outcome ? Failure.of(outcome.problem, outcome.retryAfterMs) : outcome.error;
};

export const toFailedOutcome = (failure: unknown): ThreadOutcome =>
  failure instanceof Failure ? { problem: failure.toJSON(), retryAfterMs: failure.retryAfterMs } : { error: failure };

/** Runs work in a thread that signals can interrupt. @param worker module without extension */
export const runInWorker = async <T>(
  worker: string,
  base: string,
  workerData: object,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (signal?.aborted === true) throw createInterruptedFailure();
  const thread = startWorker(worker, base, { workerData });
  const stopped = Promise.withResolvers<never>();
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    stopped.reject(createInterruptedFailure());
  };
  signal?.addEventListener("abort", stop);
  try {
    const [outcome] = (await Promise.race([once(thread, "message"), stopped.promise])) as [ThreadOutcome];
    return getResult(outcome) as T;
  } finally {
    signal?.removeEventListener("abort", stop);
    const ended = thread.terminate();
    // an interrupted thread ends only after SQLite's current statement, so do not wait for the thread
    if (!isStopped) await ended;
  }
};

export const runAndSendOutcome = (path: string, work: () => unknown): void => {
  let outcome: ThreadOutcome;
  try {
    outcome = { result: work() };
  } catch (error) {
    outcome = toFailedOutcome(toStorageFailure(error, path));
  }
  parentPort?.postMessage(outcome);
};
