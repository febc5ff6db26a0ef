import { fstat } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { IS_A_FOLDER, Failure, rethrowAs, toDiskFailure, hasErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { openForReading, readChunks, createReadFailure, type InputSources } from "./read.ts";
import { type TemporaryStorage, createTemporaryFile, removeTemporaryPath, type TemporaryFile } from "./temporary.ts";
import { ensureFolder, createUnwritableFailure } from "./folder.ts";

export interface InputFile extends AsyncDisposable {
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  /** when the file was changed last, in ms since 1970; undefined for a stream */
  readonly modifiedAt?: number | undefined;
  chunks(): AsyncGenerator<Uint8Array>;
}

const statDescriptor = promisify(fstat);

export interface InputOptions extends InputSources {
  readonly temporary: TemporaryStorage;
}

export async function openInput(place: InputOptions, label: string): Promise<InputFile> {
  const { stdin, workingFolder } = place;
  if (label === "-") return spoolStream("stdin", stdin, (await isDeviceStream(stdin)) ? "device" : "pipe", place);
  const path = resolve(workingFolder, label);
  const refuse = rethrowAs((cause) => createReadFailure(label, cause));
  const found = await stat(path).catch(refuse);
  if (found.isDirectory()) throw new Failure("usage", { what: IS_A_FOLDER, where: label });
  if (!found.isFile()) {
    const stream = (await openForReading(path).catch(refuse)).createReadStream();
    return spoolStream(label, stream, found.isCharacterDevice() ? "device" : "pipe", place);
  }
  return {
    label,
    path,
    bytes: found.size,
    modifiedAt: found.mtimeMs,
    chunks: () => readChunks(path, label),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function isDeviceStream(stream: object): Promise<boolean> {
  const fd = "fd" in stream ? stream.fd : undefined;
  return typeof fd === "number" && (await statDescriptor(fd)).isCharacterDevice();
}

/** A device such as `/dev/zero` may never end. No list is larger than the limit for pipes. */
const MAX_STREAM_BYTES = { device: 16 * 1024 * 1024, pipe: 4_000_000_000 } as const;

const createStreamTooLongFailure = (where: string, maxBytes: number): Failure =>
  new Failure("usage", {
    what: text(
      `the input never ends, or is longer than ${Math.floor(maxBytes / 1e6)} MB`,
      `入力に終わりがないか、${Math.floor(maxBytes / 1e6)} MB を超えています`,
    ),
    where,
    hint: text(
      "save the input to a file, and use that file",
      "入力をファイルに保存して、そのファイルを指定してください",
    ),
  });

type InputStream = InputSources["stdin"];

async function* limitStream(stream: InputStream, label: string, maxBytes: number): AsyncGenerator<string | Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += Buffer.byteLength(chunk);
    if (bytes > maxBytes) throw createStreamTooLongFailure(label, maxBytes);
    yield chunk;
  }
}

async function spoolStream(
  label: string,
  stream: InputStream,
  kind: keyof typeof MAX_STREAM_BYTES,
  { temporary }: InputOptions,
): Promise<InputFile> {
  const file = await spoolToFile(limitStream(stream, label, MAX_STREAM_BYTES[kind]), temporary);
  return { label, ...file, chunks: () => readChunks(file.path, label) };
}

interface StreamContent extends AsyncDisposable {
  chunks(): AsyncGenerator<Uint8Array>;
}

/** Uses mode 0600. The file is removed when disposed of, or by a later command. */
export const spoolToFile = async (stream: InputStream, place: TemporaryStorage) =>
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

async function fillSpoolFile({ path, handle, forget }: TemporaryFile, stream: InputStream, place: TemporaryStorage) {
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
