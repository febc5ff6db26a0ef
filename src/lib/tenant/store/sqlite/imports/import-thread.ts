import { Worker } from "node:worker_threads";
import { Failure } from "../../../../errors/index.ts";
import type { Difference, FromWorker, Task, ToWorker } from "./worker-messages.ts";

/** Chunks on their way to the thread at a time: enough to keep it busy, few enough to hold in memory. */
const CHUNKS_UNDER_WAY = 8;

/** From source the thread is a `.ts` file beside this one; bundled it lies beside the bundle. */
const workerUrl = (): URL =>
  import.meta.url.endsWith(".ts") ? new URL("./import-worker.ts", import.meta.url) : new URL("./import-worker.js", import.meta.url);

/** Hands tasks to a thread of their own, one at a time, and waits for them. */
export class ImportThread {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Does a task; `content` gives the bytes of its file.
   *
   * @param signal interrupts between rows; what was begun is undone
   * @throws Failure as the task does, `interrupted` when the signal came first
   */
  run(task: Task, content?: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Difference | undefined> {
    const mine = this.#turn.then(() => this.#run(task, content, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #run(task: Task, content: ReadableStream<Uint8Array> | undefined, signal: AbortSignal | undefined) {
    this.#worker ??= new Worker(workerUrl(), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    const conversation = new Conversation(this.#worker);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const abort = (): void => void Atomics.store(stop, 0, 1);
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    try {
      conversation.send({ type: "task", task, stop });
      if (content !== undefined) {
        await conversation.pour(content).catch((error: unknown) => {
          abort();
          conversation.send({ type: "chunk", bytes: new Uint8Array() });
          if (!(error instanceof Failure)) throw error;
        });
      }
      return await conversation.outcome;
    } finally {
      signal?.removeEventListener("abort", abort);
      conversation.end();
    }
  }
}

/** One task's messages with the thread. */
class Conversation {
  readonly outcome: Promise<Difference | undefined>;
  readonly #worker: Worker;
  readonly #stopListening: () => void;
  #underWay = 0;
  #over = false;
  #wake: () => void = () => undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<Difference | undefined>();
    this.outcome = promise;
    promise.catch(() => undefined);
    const settle = (): void => {
      this.#over = true;
      this.#wake();
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type === "taken") {
        this.#underWay -= 1;
        this.#wake();
        return;
      }
      if (message.type === "done") resolve(message.difference);
      else reject(failureOf(message));
      settle();
    };
    const onError = (error: Error): void => {
      reject(error);
      settle();
    };
    worker.on("message", onMessage);
    worker.on("error", onError);
    this.#stopListening = () => {
      worker.off("message", onMessage);
      worker.off("error", onError);
    };
  }

  send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  /** Sends a file's bytes, as fast as the thread takes them; stops early where the task is over. */
  async pour(content: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of content) {
      while (this.#underWay >= CHUNKS_UNDER_WAY && !this.#over) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (this.#over) return;
      this.#underWay += 1;
      this.send({ type: "chunk", bytes });
    }
    this.send({ type: "end" });
  }

  end(): void {
    this.#stopListening();
  }
}

const failureOf = ({ code, what, where, hint, stack }: Extract<FromWorker, { type: "failed" }>): Error => {
  if (code === "unexpected") return Object.assign(new Error(what.en), { stack });
  return new Failure(code, {
    what,
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
};
