import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import { Failure, interruption, type Problem } from "../../../errors/index.ts";
import { storageFailure } from "./storage-failure.ts";

/** What a thread answers, once. */
type ThreadOutcome<T> =
  | { readonly type: "done"; readonly result: T }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "crashed"; readonly error: unknown };

/**
 * Has a worker look at a tenant's file, in a thread of its own: what takes seconds there leaves this one to hear signals.
 *
 * @param worker its entry, without the ending: `./audit-worker`, beside the module at `base`, also when built
 * @throws Failure `interrupted`, and as the worker
 */
export const inOwnThread = async <T>(
  worker: string,
  base: string,
  workerData: object,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (signal?.aborted === true) throw interruption();
  const thread = new Worker(new URL(`${worker}.${base.endsWith(".ts") ? "ts" : "js"}`, base), { workerData });
  const stopped = Promise.withResolvers<never>();
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    stopped.reject(interruption());
  };
  signal?.addEventListener("abort", stop);
  try {
    const [outcome] = (await Promise.race([once(thread, "message"), stopped.promise])) as [ThreadOutcome<T>];
    if (outcome.type === "done") return outcome.result;
    throw outcome.type === "failed" ? Failure.of(outcome.problem) : outcome.error;
  } finally {
    signal?.removeEventListener("abort", stop);
    const ended = thread.terminate();
    // a statement that SQLite works on is not left before its end: whoever interrupts does not wait for it
    if (!isStopped) await ended;
  }
};

/** Answers, in a worker, what `work` finds in the file at `path`. */
export const answerWith = (path: string, work: () => unknown): void => {
  parentPort?.postMessage(outcomeOf(path, work));
};

function outcomeOf(path: string, work: () => unknown): ThreadOutcome<unknown> {
  try {
    return { type: "done", result: work() };
  } catch (error) {
    const failure = storageFailure(error, path);
    return failure instanceof Failure
      ? { type: "failed", problem: failure.toJSON() }
      : { type: "crashed", error: failure };
  }
}
