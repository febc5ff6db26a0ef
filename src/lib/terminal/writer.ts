import type { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/** A destination of text for people or programs. */
export interface TextWriter {
  /** the reader has closed the pipe (`… | head -1`): nothing more is written, and producers should stop */
  readonly closed: boolean;
  /**
   * Resolves when there is room for more; order is kept; does nothing once closed.
   *
   * @throws `unexpected` when an earlier write failed, for instance on a full disk; a signal's reason in a long output
   */
  write(chunk: string | Uint8Array): Promise<void>;
  /** resolves when everything written so far has been handed to the operating system */
  flush(): Promise<void>;
}

const BATCH_CHARACTERS = 1 << 15;
const GONE = new Set(["EPIPE", "EOF", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END", "ECONNRESET"]);

/**
 * A writer on a Node stream. Small writes within one turn of the event loop are combined; a slow reader slows the
 * writer down; a closed pipe ends it quietly. A signal ends it between two batches, and the waiting for its reader.
 */
export class StreamWriter implements TextWriter {
  readonly #stream: Writable;
  readonly #name: string;
  #batch = "";
  #scheduled = false;
  #closed = false;
  #failure: Error | undefined;
  readonly #signal: AbortSignal | undefined;
  /** ends each waiting for the reader */
  readonly #resumes = new Set<() => void>();
  #drained: Promise<void> | undefined;

  /**
   * @param name of the stream, for people: `stdout`
   * @param options signal: a long output ends with its reason; what fits into one batch is still written. isBeside: what is
   *   said beside the result, whose loss changes neither it nor the exit code: nobody is left to be told
   */
  constructor(
    stream: Writable,
    name: string,
    { signal, isBeside = false }: { readonly signal?: AbortSignal | undefined; readonly isBeside?: boolean } = {},
  ) {
    this.#stream = stream;
    this.#name = name;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.#resumeAll());
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      this.#failure = isBeside || GONE.has(error.code ?? "") ? undefined : error;
      this.#resumeAll();
    });
    stream.on("close", () => {
      this.#closed = true;
      this.#resumeAll();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    this.#check();
    if (typeof chunk !== "string") {
      this.#signal?.throwIfAborted();
      this.#send();
      this.#push(chunk);
    } else {
      this.#batch += chunk;
      if (this.#batch.length >= BATCH_CHARACTERS) {
        this.#send();
        // a file is always ready: signals must get in between
        await nextTurn();
        this.#signal?.throwIfAborted();
      } else if (!this.#scheduled) {
        this.#scheduled = true;
        setImmediate(() => this.#send());
      }
    }
    if (this.#drained === undefined) return;
    await this.#drained;
    this.#signal?.throwIfAborted();
  }

  async flush(): Promise<void> {
    this.#send();
    if (!this.#closed) await this.#waiting((resume) => this.#stream.write("", resume));
    this.#check();
  }

  #send(): void {
    this.#scheduled = false;
    const batch = this.#batch;
    this.#batch = "";
    if (batch !== "") {
      this.#push(batch);
    }
  }

  #push(chunk: string | Uint8Array): void {
    if (this.#closed || this.#stream.write(chunk) || this.#drained !== undefined) {
      return;
    }
    this.#drained = this.#waiting((resume) => this.#stream.once("drain", resume)).then(() => {
      this.#drained = undefined;
    });
  }

  /** Waits for the reader, unless it has gone or a signal has come. */
  async #waiting(start: (resume: () => void) => void): Promise<void> {
    if (this.#signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resumes.add(resolve);
    start(resolve);
    await promise;
    this.#resumes.delete(resolve);
  }

  #resumeAll(): void {
    for (const resume of this.#resumes) resume();
  }

  #check(): void {
    const cause = this.#failure;
    if (cause === undefined) return;
    const what = text("cannot write the output", "出力を書き込めません");
    throw diskFailureOf(cause, this.#name) ?? new Failure("unexpected", { what, where: cause.message, cause });
  }
}
