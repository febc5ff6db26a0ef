import type { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { toDiskFailure, Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

export interface TextWriter {
  /** true after the reader has closed the pipe (`… | head -1`); producers should then stop */
  readonly closed: boolean;
  /** Resolves when the stream can accept more. @throws an earlier error, or the signal's reason */
  write(chunk: string | Uint8Array): Promise<void>;
  flush(): Promise<void>;
}

const BATCH_CHARACTERS = 1 << 15;
const CLOSED_PIPE_ERRORS = /^(?:EPIPE|EOF|ECONNRESET|ERR_STREAM_DESTROYED|ERR_STREAM_WRITE_AFTER_END)$/;

/** Writes in batches. Waits for a slow reader, ignores a closed pipe, and fails after a signal. */
export class StreamWriter implements TextWriter {
  readonly #stream: Writable;
  readonly #name: string;
  #batch = "";
  #scheduled = false;
  #closed = false;
  #failure: Error | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #resumes = new Set<() => void>();
  #drained: Promise<void> | undefined;

  constructor(
    stream: Writable,
    name: string,
    {
      signal,
      ignoresErrors = false,
    }: { readonly signal?: AbortSignal | undefined; readonly ignoresErrors?: boolean } = {},
  ) {
    this.#stream = stream;
    this.#name = name;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.#resumeAll());
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      this.#failure = ignoresErrors || CLOSED_PIPE_ERRORS.test(error.code ?? "") ? undefined : error;
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
        // Writes to a file never wait, so signals could not be handled without this pause.
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
    if (batch !== "") this.#push(batch);
  }

  #push(chunk: string | Uint8Array): void {
    if (this.#closed || this.#stream.write(chunk) || this.#drained !== undefined) return;
    this.#drained = this.#waiting((resume) => this.#stream.once("drain", resume)).then(() => {
      this.#drained = undefined;
    });
  }

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
    throw toDiskFailure(cause, this.#name) ?? new Failure("unexpected", { what, where: cause.message, cause });
  }
}
