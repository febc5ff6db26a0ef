import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** The size of both halves. At half of it, a page being read would be moved to the old generation, collected late. */
const YOUNG_HEAP_BYTES = 8 * 1024 * 1024;

const getYoungHeapBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;

/**
 * Keeps V8's young generation at 8 or 16 MiB while large amounts of short-lived data are processed. Otherwise, it would
 * grow to 32 MiB, and received bytes would occupy memory outside the heap until they are collected. A sync of 1,000,000
 * devices would then need 40 MB more memory, and a server whose readers never read 150 MB.
 */
export class YoungHeap {
  static #holders = 0;
  #isHeld = false;

  /** Stops the growth if the young generation is large enough. Call this repeatedly during the work. */
  hold(): void {
    if (this.#isHeld || getYoungHeapBytes() < YOUNG_HEAP_BYTES) return;
    this.#isHeld = true;
    YoungHeap.#holders += 1;
    setFlagsFromString("--semi-space-growth-factor=1");
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    YoungHeap.#holders -= 1;
    if (YoungHeap.#holders === 0) setFlagsFromString("--semi-space-growth-factor=2");
  }
}
