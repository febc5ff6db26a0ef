import { diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { ensureFolder, unwritable } from "./folder.ts";
import { readChunks } from "./read.ts";
import { createTemporary, hasCode, removeUnneeded, type TemporaryFile, type TemporaryPlace } from "./temporary.ts";

/** The content of a stream that has ended. */
export interface HeldBytes extends AsyncDisposable {
  readonly bytes: number;
  /** Reads it from the start, in chunks that are never reused. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** removes it; safe to call twice. `await using` does it */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The content of a stream, as a file that can be read more than once. */
export interface SpooledFile extends HeldBytes {
  readonly path: string;
}

type Stream = AsyncIterable<string | Uint8Array>;

/**
 * Spools a stream (stdin) into the temporary folder, 0600, chunk by chunk. The file is removed when it is disposed
 * of, or by the next command's sweep if this process dies.
 *
 * @throws `unexpected` when the home cannot be written, or its disk is full
 */
export const spoolToFile = async (stream: Stream, place: TemporaryPlace): Promise<SpooledFile> =>
  fill(await createSpool(place), stream, place);

/**
 * Spools a stream as {@link spoolToFile} does; where the home is read-only, in memory.
 *
 * @throws `unexpected` when the disk is full, or memory would have to hold more than 64 MiB
 */
export async function holdBytes(stream: Stream, place: TemporaryPlace): Promise<HeldBytes> {
  const created = await createSpool(place).catch((error: unknown) => {
    if (error instanceof Failure && hasCode(error.cause, "EACCES", "EPERM", "EROFS")) return undefined;
    throw error;
  });
  return created === undefined ? inMemory(stream, place) : fill(created, stream, place);
}

/** @throws `unexpected` when the home cannot be written */
async function createSpool(place: TemporaryPlace): Promise<TemporaryFile> {
  const { temporaryFolder } = place;
  await ensureFolder(temporaryFolder);
  return createTemporary(place, temporaryFolder, "stdin", 0o600).catch((cause: unknown) => {
    throw unwritable(temporaryFolder, cause);
  });
}

async function fill(
  { path, handle, forget }: TemporaryFile,
  stream: Stream,
  place: TemporaryPlace,
): Promise<SpooledFile> {
  // reading the stream has errors of its own, which do not concern this folder
  const unspooled = (error: unknown): never => {
    throw diskFailureOf(error, place.temporaryFolder) ?? error;
  };
  const remove = (): Promise<void> => removeUnneeded(path, place, { forget });
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

const MAX_HELD_BYTES = 64 * 1024 * 1024;

async function inMemory(stream: Stream, { temporaryFolder }: TemporaryPlace): Promise<HeldBytes> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const kept = Buffer.from(chunk);
    bytes += kept.length;
    if (bytes > MAX_HELD_BYTES) throw tooLarge(temporaryFolder);
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

const tooLarge = (where: string): Failure =>
  new Failure("unexpected", {
    what: text(
      "nothing can be written here, and the output is too large to be kept in memory",
      "ここに書き込めず、出力が大きすぎてメモリに保持できません",
    ),
    where,
    hint: text("name a file: -o FILE", "-o FILE でファイルを指定してください"),
  });
