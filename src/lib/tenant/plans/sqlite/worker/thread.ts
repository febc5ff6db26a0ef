import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import { answerRequests, requestValues } from "./chunks.ts";
import type {
  Assignment,
  ReadLines,
  TaskResult,
  WorkerFailure,
  WorkerOutcome,
  WorkerReading,
  WorkerTask,
} from "./messages.ts";

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

const MAX_IDLE_WORKERS = 2;

/** Number of batches of lines that are requested in advance, so that they are read while earlier ones are sent. */
const PREFETCHED_BATCHES = 2;

function startWorker(): Worker {
  const worker = new Worker(getWorkerUrl(), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  worker.once("error", () => idleWorkers.delete(worker));
  worker.once("exit", () => idleWorkers.delete(worker));
  return worker;
}

const takeWorker = (): Worker => {
  const [worker = startWorker()] = idleWorkers;
  idleWorkers.delete(worker);
  return worker;
};

const returnWorker = (worker: Worker): void => {
  // an idle worker must not keep the process alive
  worker.unref();
  if (idleWorkers.size < MAX_IDLE_WORKERS) idleWorkers.add(worker);
  else void worker.terminate();
};

const toError = (failure: WorkerFailure): unknown =>
  failure.type === "failed" ? Failure.of(failure.problem) : failure.error;

const createAssignment = (work: Assignment["work"]) => {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const { port1: own, port2: port } = new MessageChannel();
  return { own, assignment: { work, stop, port } satisfies Assignment, stop: () => void Atomics.store(stop, 0, 1) };
};

/**
 * The threads of a tenant's imports, so that the main thread can handle signals and other requests while SQL processes
 * a million rows. One worker performs tasks, one after another. Lines are read by a second worker, but only while the
 * first one is busy, so that a program that does one thing at a time has one thread.
 */
export class ImportThreads {
  #turn: Promise<unknown> = Promise.resolve();
  #length = 0;
  #reader: Worker | undefined;
  /** the functions that end the current readings */
  readonly #readings = new Set<() => void>();

  /** Number of tasks that wait, with the one that runs. */
  get length(): number {
    return this.#length;
  }

  /**
   * Runs a task after all earlier tasks have ended; `content` provides the bytes of the task's file.
   *
   * @param signal interrupts the task between rows, and aborts a stalled upload; unfinished work is rolled back
   * @throws Failure as described for the task; `interrupted` if the signal was received or the content ended early
   */
  run<T extends WorkerTask["type"]>(
    task: Extract<WorkerTask, { type: T }>,
    content?: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<TaskResult<T>> {
    const mine = this.#turn.then(() => runTask(task, content, signal));
    this.#length += 1;
    const leave = (): void => void (this.#length -= 1);
    this.#turn = mine.then(leave, leave);
    return mine as Promise<TaskResult<T>>;
  }

  /**
   * Returns a stream of lines. They are read while the stream is read, a few batches in advance. The first batch is read
   * before the stream is returned, so that unreadable data leads to a failure instead of an error within the stream.
   */
  async read(reading: WorkerReading): Promise<ReadableStream<Uint8Array>> {
    const { own, assignment, stop } = createAssignment(reading);
    const worker = (this.#reader ??= takeWorker());
    const end = (): void => {
      stop();
      own.close();
      if (!this.#readings.delete(end) || this.#readings.size > 0 || this.#reader !== worker) return;
      this.#reader = undefined;
      returnWorker(worker);
    };
    const loseWorker = (error: unknown): never => {
      if (this.#reader === worker) this.#reader = undefined;
      end();
      throw error;
    };
    this.#readings.add(end);
    worker.postMessage(assignment, [assignment.port]);
    const batches = requestValues<ReadLines>(own, PREFETCHED_BATCHES);
    const next = async (): Promise<Uint8Array | undefined> => {
      const { value } = await batches.next().catch(loseWorker);
      if (value instanceof Uint8Array) return value;
      end();
      if (value === undefined) return undefined;
      throw toError(value);
    };
    let first = await next();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const batch = first ?? (await next());
        first = undefined;
        if (batch === undefined) controller.close();
        else controller.enqueue(batch);
      },
      cancel: end,
    });
  }

  /** Waits for the running tasks, and ends all readings. */
  async close(): Promise<void> {
    await this.#turn;
    for (const end of this.#readings) end();
  }
}

async function runTask(
  task: WorkerTask,
  content: ReadableStream<Uint8Array> | undefined,
  signal: AbortSignal | undefined,
): Promise<TaskResult<WorkerTask["type"]>> {
  const { own, assignment, stop } = createAssignment(task);
  const reader = content?.getReader();
  const abort = (): undefined => {
    stop();
    void reader?.cancel().catch(() => undefined);
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  // an error while reading the file interrupts the task
  answerRequests(own, () => reader?.read().then(({ value }) => value, abort));
  try {
    const worker = takeWorker();
    worker.ref();
    worker.postMessage(assignment, [assignment.port]);
    const [outcome] = (await once(worker, "message")) as [WorkerOutcome];
    returnWorker(worker);
    if (outcome.type === "done") return outcome.result;
    throw toError(outcome);
  } finally {
    signal?.removeEventListener("abort", abort);
    own.close();
    // a failed task may not have read its whole file
    abort();
  }
}
