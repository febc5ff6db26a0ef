import { on } from "node:events";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { Failure } from "../../errors/index.ts";
import { findShareReceiver } from "../store/work.ts";
import type { WorkerJob, JobArguments, ImportJobs, JobMessage, JobOutcome } from "./import-worker.ts";
import type { Database } from "../store/database.ts";

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
  const chunks = "stream" in args ? sendChunks(args.stream, end.signal) : undefined;
  const assignment: WorkerJob = { job, args: { ...args, ...(chunks && { stream: undefined }) }, chunks, stop };
  try {
    const worker = takeWorker();
    worker.ref();
    worker.postMessage(assignment, chunks === undefined ? [] : [chunks]);
    const outcome = await waitForOutcome(worker);
    returnWorker(worker);
    if ("result" in outcome) return outcome.result;
    throw "problem" in outcome ? Failure.of(outcome.problem) : outcome.error;
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
  }
}

/** Sends a chunk whenever the thread asks for one. Chunks are moved: V8 would let 64 MB of copied ones wait. */
const sendChunks = (stream: ReadableStream<Uint8Array>, end: AbortSignal): MessagePort => {
  const { port1, port2 } = new MessageChannel();
  const reader = stream.getReader();
  const send = async (): Promise<void> => {
    const { value = null } = await reader.read();
    // other views can use the memory of a chunk that is only a part of a buffer
    const chunk = value?.length === value?.buffer.byteLength ? value : new Uint8Array(value ?? []);
    port1.postMessage(chunk, chunk === null ? [] : [chunk.buffer as ArrayBuffer]);
  };
  port1.on("message", () => void send().catch(() => port1.close()));
  end.addEventListener("abort", () => {
    port1.close();
    reader.cancel().catch(() => undefined);
  });
  return port2;
};

const waitForOutcome = async (worker: Worker): Promise<JobOutcome> => {
  const receive = findShareReceiver();
  for await (const [message] of on(worker, "message") as AsyncIterable<[JobMessage]>) {
    if (!("share" in message)) return message;
    receive?.(message.share);
  }
  throw new TypeError("a thread sends an outcome or fails");
};
