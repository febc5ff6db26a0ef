import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import type { ExportObservation } from "../../engine.ts";
import type { Assignment, WorkerOutcome, WorkerTask } from "./messages.ts";

/**
 * Returns the URL of the worker: a `.ts` file in this folder of the source, or a file in the folder of the built
 * bundle.
 */
const getWorkerUrl = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./import-worker.ts", import.meta.url)
    : new URL("./import-worker.js", import.meta.url);

/**
 * Idle workers for reuse. A worker does not keep state between tasks. Reuse is worthwhile because each new worker loads
 * the whole import engine.
 */
const idleWorkers = new Set<Worker>();

/** Maximum number of idle workers. Usually one tenant is open at a time. */
const MAX_IDLE_WORKERS = 2;

function startWorker(): Worker {
  const worker = new Worker(getWorkerUrl(), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  worker.once("error", () => idleWorkers.delete(worker));
  worker.once("exit", () => idleWorkers.delete(worker));
  return worker;
}

/** The thread that runs imports, so that the main thread can handle signals while SQL processes a million rows. */
export class ImportThread {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Runs a task after all earlier tasks have ended; `content` provides the bytes of the task's file.
   *
   * @param signal interrupts the task between rows, and aborts a stalled upload; unfinished work is rolled back
   * @throws Failure as described for the task; `interrupted` if the signal was received or the content ended early
   */
  run(
    task: WorkerTask,
    content?: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<ExportObservation | undefined> {
    const mine = this.#turn.then(() => this.#run(task, content, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for the running task, and releases the worker. */
  async close(): Promise<void> {
    await this.#turn;
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.off("error", this.#forget);
    if (worker === undefined) return;
    if (idleWorkers.size >= MAX_IDLE_WORKERS) await worker.terminate();
    else {
      // an idle worker must not keep the process alive
      worker.unref();
      idleWorkers.add(worker);
    }
  }

  readonly #forget = (): void => {
    this.#worker = undefined;
  };

  async #run(task: WorkerTask, content: ReadableStream<Uint8Array> | undefined, signal: AbortSignal | undefined) {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const { port1: file, port2 } = new MessageChannel();
    const reader = content?.getReader();
    const abort = (): undefined => {
      Atomics.store(stop, 0, 1);
      void reader?.cancel().catch(() => undefined);
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    // an error while reading the file interrupts the task
    file.on("message", () => {
      void reader
        ?.read()
        .catch(abort)
        .then((next) => file.postMessage(next?.value));
    });
    try {
      const worker = this.#start();
      worker.postMessage({ task, stop, file: port2 } satisfies Assignment, [port2]);
      const [outcome] = (await once(worker, "message")) as [WorkerOutcome];
      if (outcome.type === "done") return outcome.observed;
      throw outcome.type === "failed" ? Failure.of(outcome.problem) : outcome.error;
    } finally {
      signal?.removeEventListener("abort", abort);
      file.close();
      // a failed task may not have read its whole file
      abort();
    }
  }

  /** Returns the worker. Starts a new worker if there is none yet or the last worker died. */
  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const [kept] = idleWorkers;
    if (kept !== undefined) idleWorkers.delete(kept);
    const worker = kept ?? startWorker();
    worker.ref();
    worker.once("error", this.#forget);
    this.#worker = worker;
    return worker;
  }
}
