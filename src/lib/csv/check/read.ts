import type { FileHandle } from "../../files/read.ts";

/** Size of a chunk. Larger chunks use more memory but save no time. */
export const CHUNK_BYTES = 128 * 1024;

/**
 * Reads a range of a file in chunks. While one chunk is processed, the next one is already read. The bytes passed to
 * `take` are valid until it returns.
 *
 * @param range in bytes; `to` may be beyond the end of the file
 * @param chunkBytes size of a chunk
 * @param take processes a chunk; returns false to stop
 */
export const readBytes = async (
  file: FileHandle,
  {
    from,
    to,
    chunkBytes = CHUNK_BYTES,
  }: { readonly from: number; readonly to: number; readonly chunkBytes?: number | undefined },
  take: (bytes: Uint8Array) => boolean,
): Promise<void> => {
  let buffer = new Uint8Array(chunkBytes);
  let spare = new Uint8Array(chunkBytes);
  const fetch = (at: number): Promise<{ readonly bytesRead: number }> =>
    at < to ? file.read(buffer, 0, Math.min(chunkBytes, to - at), at) : Promise.resolve({ bytesRead: 0 });
  let at = from;
  let coming = fetch(at);
  for (;;) {
    const { bytesRead } = await coming;
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = buffer.subarray(0, bytesRead);
    [buffer, spare] = [spare, buffer];
    coming = fetch(at);
    try {
      if (take(bytes)) continue;
    } catch (error) {
      await coming;
      throw error;
    }
    await coming;
    return;
  }
};
