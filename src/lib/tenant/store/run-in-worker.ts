import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import { Failure, createInterruptedFailure, type Problem } from "../../errors/index.ts";
import { toStorageFailure } from "./storage-failure.ts";

type ThreadOutcome<T> =
  | { readonly type: "done"; readonly result: T }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly error: unknown };

/** Runs work in a thread that signals can interrupt. @param worker module without extension */
export const runInWorker = async <T>(
  worker: string,
  base: string,
  workerData: object,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (signal?.aborted === true) throw createInterruptedFailure();
  const thread = new Worker(new URL(`${worker}.${base.endsWith(".ts") ? "ts" : "js"}`, base), { workerData });
  const stopped = Promise.withResolvers<never>();
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    stopped.reject(createInterruptedFailure());
  };
  signal?.addEventListener("abort", stop);
  try {
    const [outcome] = (await Promise.race([once(thread, "message"), stopped.promise])) as [ThreadOutcome<T>];
    if (outcome.type === "done") return outcome.result;
    throw outcome.type === "failed" ? Failure.of(outcome.problem) : outcome.error;
  } finally {
    signal?.removeEventListener("abort", stop);
    const ended = thread.terminate();
    // an interrupted thread ends only after SQLite's current statement, so do not wait for the thread
    if (!isStopped) await ended;
  }
};

export const runAndSendOutcome = (path: string, work: () => unknown): void => {
  parentPort?.postMessage(runWork(path, work));
};

function runWork(path: string, work: () => unknown): ThreadOutcome<unknown> {
  try {
    return { type: "done", result: work() };
  } catch (error) {
    const failure = toStorageFailure(error, path);
    return failure instanceof Failure
      ? { type: "failed", problem: failure.toJSON() }
      : { type: "crashed", error: failure };
  }
}
