import { fstat } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { IS_A_FOLDER } from "../errors/disk.ts";
import { Failure, rethrowAs } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { openForReading, readChunks, createReadFailure, type InputSources } from "./read.ts";
import { spoolToFile } from "./spool.ts";
import type { TemporaryStorage } from "./temporary.ts";

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
