import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import { findShareReceiver } from "../../../work.ts";
import type { WorkerJob, JobArguments, ImportJobs, JobMessage, JobOutcome } from "./import-worker.ts";
import type { Database } from "../../../store/sqlite/database.ts";

/** Returns the URL of the worker, which is a `.ts` file in the source and a bundled file in the program. */
const getWorkerUrl = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./import-worker.ts", import.meta.url)
    : new URL("./import-worker.js", import.meta.url);

/** An idle worker is reused, because each new worker must load the whole import engine. */
let idle: Worker | undefined;

const startWorker = (): Worker => {
  const worker = new Worker(getWorkerUrl(), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  const forget = (): void => {
    if (idle === worker) idle = undefined;
  };
  worker.once("error", forget);
  worker.once("exit", forget);
  return worker;
};

const takeWorker = (): Worker => {
  const worker = idle ?? startWorker();
  idle = undefined;
  return worker;
};

const returnWorker = (worker: Worker): void => {
  // an idle worker must not keep the process alive
  worker.unref();
  if (idle === undefined) idle = worker;
  else void worker.terminate();
};

export class ImportThreads {
  #turn: Promise<unknown> = Promise.resolve();
  readonly reading = new Set<Database>();

  /** @param signal interrupts and rolls back the job @throws Failure `interrupted` */
  run<J extends keyof ImportJobs>(job: J, args: JobArguments<J>, signal?: AbortSignal): ReturnType<ImportJobs[J]> {
    const mine = this.#turn.then(() => runJob(job, args, signal));
    this.#turn = mine.catch(() => undefined);
    return mine as ReturnType<ImportJobs[J]>;
  }

  async close(): Promise<void> {
    await this.#turn;
    for (const database of this.reading) database.close();
    this.reading.clear();
  }
}

async function runJob(
  job: keyof ImportJobs,
  args: JobArguments<keyof ImportJobs>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const end = new AbortController();
  const abort = (): void => {
    Atomics.store(stop, 0, 1);
    end.abort();
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  // the thread reads the file through this stream, because a failed job may not read the file to the end
  const stream = "stream" in args ? args.stream.pipeThrough(passAndFree(), { signal: end.signal }) : undefined;
  const assignment: WorkerJob = { job, args: { ...args, ...(stream && { stream }) }, stop };
  try {
    const worker = takeWorker();
    worker.ref();
    worker.postMessage(assignment, stream === undefined ? [] : [stream]);
    const outcome = await waitForOutcome(worker);
    returnWorker(worker);
    if ("result" in outcome) return outcome.result;
    throw "problem" in outcome ? Failure.of(outcome.problem) : outcome.error;
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
  }
}

/** Frees a chunk when the thread has its copy. V8 would let 64 MB of chunks wait for the next garbage collection. */
const passAndFree = (): TransformStream<Uint8Array, Uint8Array> => {
  let copied: Uint8Array | undefined;
  return new TransformStream({
    transform(chunk, output) {
      // a chunk that shares its memory belongs to others, too
      if (copied?.buffer instanceof ArrayBuffer && copied.length === copied.buffer.byteLength)
        copied.buffer.transfer(0);
      copied = chunk;
      output.enqueue(chunk);
    },
  });
};

const waitForOutcome = async (worker: Worker): Promise<JobOutcome> => {
  const receive = findShareReceiver();
  for await (const [message] of on(worker, "message") as AsyncIterable<[JobMessage]>) {
    if (!("share" in message)) return message;
    receive?.(message.share);
  }
  throw new TypeError("a thread sends an outcome or fails");
};
