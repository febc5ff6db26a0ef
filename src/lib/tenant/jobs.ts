import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Background jobs of this process. They continue after the response to the request that started them. */
export class Jobs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #errors = new Map<string, Error>();
  readonly #stopping = new AbortController();

  /**
   * Starts a job. @param id name of the job @param work must end soon after its signal is aborted; if it throws, the
   * error is stored
   */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.#errors.delete(id);
    const done = work(this.#stopping.signal)
      .catch((error: unknown) => void this.#errors.set(id, error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  /** Returns true if this process is running the job. */
  has(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** Returns the error that a job threw; undefined if it did not throw any. */
  errorOf(id: string): Error | undefined {
    return this.#errors.get(id);
  }

  /** Asks all jobs to stop, and waits until they have stopped. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }
}

/**
 * The size of the young generation (both halves) at which its growth is stopped. If growth were stopped at half this
 * size, a page that is still being read would be moved to the old generation and collected late.
 */
const YOUNG_HEAP_BYTES = 8 * 1024 * 1024;

const getYoungHeapBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;

/**
 * Keeps V8's young generation at 8 or 16 MiB while large amounts of short-lived data are processed. Otherwise, it would
 * grow to 32 MiB, and received bytes would occupy memory outside the heap until they are collected. A sync of 1,000,000
 * devices would then need 40 MB more memory.
 */
export class YoungHeap {
  #isHeld = false;

  /** Stops the growth if the young generation is large enough. Call this repeatedly during the work. */
  hold(): void {
    if (this.#isHeld || getYoungHeapBytes() < YOUNG_HEAP_BYTES) return;
    this.#isHeld = true;
    setFlagsFromString("--semi-space-growth-factor=1");
  }

  /** Lets the young generation grow again. */
  release(): void {
    if (this.#isHeld) setFlagsFromString("--semi-space-growth-factor=2");
    this.#isHeld = false;
  }
}
