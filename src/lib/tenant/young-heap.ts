import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Size of each half of the young heap. A smaller half would move pages that are being read to the old generation. */
const YOUNG_HEAP_BYTES = 8 * 1024 * 1024;

let isLimited = false;

/**
 * Keeps V8's young generation at 8 or 16 MiB. The normal maximum of 32 MiB needs 40 MB more memory in a sync of
 * 1,000,000 devices. Call this repeatedly, because a call has no effect before the heap has grown to that size.
 */
export const limitYoungHeap = (): void => {
  const young = isLimited ? undefined : getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if ((young?.space_size ?? 0) < YOUNG_HEAP_BYTES) return;
  setFlagsFromString("--semi-space-growth-factor=1");
  isLimited = true;
};
