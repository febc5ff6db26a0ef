import type { FileHandle } from "../../files/read.ts";

const CHUNK_BYTES = 128 * 1024;

/**
 * Reads a file in chunks. While one chunk is processed, the next one is already read. The bytes passed to `take` are
 * valid until it returns.
 *
 * @param take processes a chunk; returns false to stop
 */
export const readBytes = async (file: FileHandle, take: (bytes: Uint8Array) => boolean): Promise<void> => {
  let buffer = new Uint8Array(CHUNK_BYTES);
  let spare = new Uint8Array(CHUNK_BYTES);
  const fetch = (at: number): Promise<{ readonly bytesRead: number }> => file.read(buffer, 0, CHUNK_BYTES, at);
  let at = 0;
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
