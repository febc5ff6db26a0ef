import { toDiskFailure } from "../errors/disk.ts";
import { Failure, hasErrorCode, rethrowAs } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { ensureFolder, createUnwritableFailure } from "./folder.ts";
import { readChunks } from "./read.ts";
import { createTemporaryFile, removeTemporaryPath, type TemporaryFile, type TemporaryStorage } from "./temporary.ts";

export interface StreamContent extends AsyncDisposable {
  readonly bytes: number;
  chunks(): AsyncGenerator<Uint8Array>;
}

export interface SpooledFile extends StreamContent {
  readonly path: string;
}

type InputStream = AsyncIterable<string | Uint8Array>;

/** Uses mode 0600. The file is removed when disposed of, or by a later command. */
export const spoolToFile = async (stream: InputStream, place: TemporaryStorage): Promise<SpooledFile> =>
  fillSpoolFile(await createSpoolFile(place), stream, place);

/** If the home is read-only, copies up to 64 MiB to memory. @throws `unexpected` */
export async function bufferStream(stream: InputStream, place: TemporaryStorage): Promise<StreamContent> {
  const created = await createSpoolFile(place).catch((error: unknown) => {
    if (error instanceof Failure && hasErrorCode(error.cause, "EACCES", "EPERM", "EROFS")) return undefined;
    throw error;
  });
  return created === undefined ? bufferInMemory(stream, place) : fillSpoolFile(created, stream, place);
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
  const remove = (): Promise<void> => removeTemporaryPath(path, place, { forget });
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

const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

async function bufferInMemory(stream: InputStream, { temporaryFolder }: TemporaryStorage): Promise<StreamContent> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const kept = Buffer.from(chunk);
    bytes += kept.length;
    if (bytes > MAX_MEMORY_BYTES) throw createOutputTooLargeFailure(temporaryFolder);
    held.push(kept);
  }
  return {
    bytes,
    async *chunks() {
      yield* held;
    },
    [Symbol.asyncDispose]: async () => void held.splice(0),
  };
}

const createOutputTooLargeFailure = (where: string): Failure =>
  new Failure("unexpected", {
    what: text(
      "clomoctl cannot write temporary files to this folder, and the output is too large to keep in memory",
      "このフォルダーに一時ファイルを書き込めず、出力も大きすぎてメモリに保持できません",
    ),
    where,
    hint: text("write the output to a file: -o FILE", "-o FILE で出力先のファイルを指定してください"),
  });
