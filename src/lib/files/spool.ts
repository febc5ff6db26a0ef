import { toDiskFailure } from "../errors/disk.ts";
import { Failure, hasErrorCode, rethrowAs } from "../errors/index.ts";
import { ensureFolder, createUnwritableFailure } from "./folder.ts";
import { readChunks } from "./read.ts";
import { createTemporaryFile, removeTemporaryPath, type TemporaryFile, type TemporaryStorage } from "./temporary.ts";

interface StreamContent extends AsyncDisposable {
  chunks(): AsyncGenerator<Uint8Array>;
}

export interface SpooledFile extends StreamContent {
  readonly path: string;
  readonly bytes: number;
}

type InputStream = AsyncIterable<string | Uint8Array>;

/** Uses mode 0600. The file is removed when disposed of, or by a later command. */
export const spoolToFile = async (stream: InputStream, place: TemporaryStorage): Promise<SpooledFile> =>
  fillSpoolFile(await createSpoolFile(place), stream, place);

/** If the home is read-only, copies the stream to memory. */
export async function bufferStream(stream: InputStream, place: TemporaryStorage): Promise<StreamContent> {
  const created = await createSpoolFile(place).catch((error: unknown) => {
    if (error instanceof Failure && hasErrorCode(error.cause, "EACCES", "EPERM", "EROFS")) return undefined;
    throw error;
  });
  if (created !== undefined) return fillSpoolFile(created, stream, place);
  const held = await Array.fromAsync(stream, (chunk) => Buffer.from(chunk));
  return {
    async *chunks() {
      yield* held;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function createSpoolFile(place: TemporaryStorage): Promise<TemporaryFile> {
  const { temporaryFolder } = place;
  await ensureFolder(temporaryFolder);
  return createTemporaryFile(place, temporaryFolder, "stdin", 0o600).catch(
    rethrowAs((cause) => createUnwritableFailure(temporaryFolder, cause)),
  );
}

async function fillSpoolFile(
  { path, handle, forget }: TemporaryFile,
  stream: InputStream,
  place: TemporaryStorage,
): Promise<SpooledFile> {
  // an error of the stream does not concern the temporary folder
  const unspooled = rethrowAs((error) => toDiskFailure(error, place.temporaryFolder) ?? error);
  const remove = (): Promise<void> => removeTemporaryPath(path, forget);
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
