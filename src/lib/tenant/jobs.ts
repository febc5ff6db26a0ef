import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Long work of this process that goes on after the request that began it was answered. */
export class Jobs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #errors = new Map<string, Error>();
  readonly #stopping = new AbortController();

  /** Begins work. @param id what others know it by @param work ends soon after its signal; what it throws is kept */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.#errors.delete(id);
    const done = work(this.#stopping.signal)
      .catch((error: unknown) => void this.#errors.set(id, error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  /** Whether this process is at it. */
  has(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** What it threw; undefined of work that has not. */
  errorOf(id: string): Error | undefined {
    return this.#errors.get(id);
  }

  /** Asks all work to stop, and waits until it has. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }
}

/** Of both halves. In half as much a page that is still read grows old, and is collected late. */
const ENOUGH_BYTES = 8 * 1024 * 1024;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;

/**
 * Holds V8's young generation at the 8 or 16 MiB that it has while much passes through that is garbage soon. It would grow
 * to 32 MiB, with the bytes of what was received waiting outside of the heap: a sync of 1,000,000 devices then takes 40 MB
 * more.
 */
export class YoungHeap {
  #isHeld = false;

  /** To be asked now and then while the work goes on. */
  hold(): void {
    if (this.#isHeld || youngBytes() < ENOUGH_BYTES) return;
    this.#isHeld = true;
    setFlagsFromString("--semi-space-growth-factor=1");
  }

  /** Lets it grow again. */
  release(): void {
    if (this.#isHeld) setFlagsFromString("--semi-space-growth-factor=2");
    this.#isHeld = false;
  }
}
