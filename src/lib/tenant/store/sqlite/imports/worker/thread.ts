import { Worker } from "node:worker_threads";
import { Failure } from "../../../../../errors/index.ts";
import type { Difference, FromWorker, Task, ToWorker } from "./messages.ts";

/** Maximum number of unacknowledged chunks: enough to keep the thread busy, few enough to hold in memory. */
const CHUNKS_UNDER_WAY = 8;

/** The thread's entry: a `.ts` file next to this one in the source, next to the bundle when built. */
const workerUrl = (): URL =>
  import.meta.url.endsWith(".ts")
    ? new URL("./import-worker.ts", import.meta.url)
    : new URL("./import-worker.js", import.meta.url);

/** The main side of the import thread: passes it tasks, one at a time, and awaits their outcomes. */
export class ImportWorker {
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #turns = 0;

  /**
   * Runs a task; `content` provides the bytes of its file.
   *
   * @param signal interrupts between rows, and aborts a stalled upload; unfinished work is rolled back
   * @throws Failure as the task does, `interrupted` when the signal came first; errors of the content
   */
  run(task: Task, content?: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Difference | undefined> {
    const mine = this.#turn.then(() => this.#run(task, content, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for the running task. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #run(task: Task, content: ReadableStream<Uint8Array> | undefined, signal: AbortSignal | undefined) {
    this.#turns += 1;
    const conversation = new Conversation(this.#start(), this.#turns);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const abort = (): void => void Atomics.store(stop, 0, 1);
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    try {
      conversation.send({ type: "task", task, stop });
      if (content === undefined) return await conversation.outcome;
      try {
        await conversation.pour(content, signal);
      } catch (error) {
        abort();
        conversation.send({ type: "end" });
        // the thread releases its files before the next task
        await conversation.outcome.catch(() => undefined);
        throw error;
      }
      return await conversation.outcome;
    } finally {
      signal?.removeEventListener("abort", abort);
      conversation.end();
    }
  }

  /** The thread; a new one if the last one died. */
  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(workerUrl(), { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on("error", forget);
    worker.on("exit", forget);
    this.#worker = worker;
    return worker;
  }
}

type Message = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, "turn"> : never) : never;

/** One task's messages with the thread. */
class Conversation {
  readonly outcome: Promise<Difference | undefined>;
  readonly #worker: Worker;
  readonly #turn: number;
  readonly #stopListening: () => void;
  #underWay = 0;
  #over = false;
  #wake: () => void = () => undefined;

  constructor(worker: Worker, turn: number) {
    this.#worker = worker;
    this.#turn = turn;
    const { promise, resolve, reject } = Promise.withResolvers<Difference | undefined>();
    this.outcome = promise;
    promise.catch(() => undefined);
    const settle = (): void => {
      this.#over = true;
      this.#wake();
    };
    const onMessage = (message: FromWorker): void => {
      if (message.turn !== turn) return;
      if (message.type === "taken") {
        this.#underWay -= 1;
        this.#wake();
        return;
      }
      if (message.type === "done") resolve(message.difference);
      else if (message.type === "failed") reject(Failure.of(message.problem));
      else reject(Object.assign(new Error(message.message), { stack: message.stack }));
      settle();
    };
    const onError = (error: Error): void => {
      reject(error);
      settle();
    };
    const onExit = (): void => onError(new Error("the thread of the import ended"));
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    this.#stopListening = () => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
    };
  }

  send(message: Message): void {
    this.#worker.postMessage({ ...message, turn: this.#turn }, []);
  }

  /** Sends a file's bytes at the thread's pace; stops early if the task has ended or the signal aborts. */
  async pour(content: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
    const reader = content.getReader();
    const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener("abort", cancel);
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        await this.#room();
        if (this.#over) return cancel();
        this.#underWay += 1;
        this.send({ type: "chunk", bytes: next.value });
      }
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    this.send({ type: "end" });
  }

  /** Waits until the thread has acknowledged enough chunks. */
  async #room(): Promise<void> {
    while (this.#underWay >= CHUNKS_UNDER_WAY && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(): void {
    this.#stopListening();
  }
}
