import { rm } from "node:fs/promises";
import { diskFailureOf } from "../errors/disk.ts";
import { ensureFolder } from "./folder.ts";
import { readChunks } from "./read.ts";
import { createTemporary, type TemporaryPlace } from "./temporary.ts";

/** The content of a stream, as a file that can be read more than once. */
export interface SpooledFile extends AsyncDisposable {
  readonly path: string;
  readonly bytes: number;
  /** Reads it from the start, in chunks that are never reused. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** removes the file; safe to call twice. `await using` does it */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Spools a stream (stdin) into the temporary folder, 0600, chunk by chunk. The file is removed when it is disposed
 * of, or by the next command's sweep if this process dies.
 *
 * @throws `unexpected` when the home cannot be written, or its disk is full
 */
export async function spoolToFile(
  stream: AsyncIterable<string | Uint8Array>,
  place: TemporaryPlace,
): Promise<SpooledFile> {
  const { temporaryFolder } = place;
  await ensureFolder(temporaryFolder);
  // reading the stream has errors of its own, which do not concern this folder
  const unspooled = (error: unknown): never => {
    throw diskFailureOf(error, temporaryFolder) ?? error;
  };
  const created = createTemporary(place, temporaryFolder, "stdin", 0o600);
  const { path, handle, forget } = await created.catch(unspooled);
  const remove = async (): Promise<void> => {
    await rm(path, { force: true });
    await forget();
  };
  try {
    let bytes = 0;
    for await (const chunk of stream) {
      await handle.writeFile(chunk).catch(unspooled);
      bytes += Buffer.byteLength(chunk);
    }
    await handle.close().catch(unspooled);
    return { path, bytes, chunks: () => readChunks(path), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await handle.close();
    await remove();
    throw error;
  }
}
