import { fstat } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { A_FOLDER } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { freeBytesIn } from "./folder.ts";
import { openToRead, readChunks, unreadable, type ReadingPlace } from "./read.ts";
import { spoolToFile } from "./spool.ts";
import type { TemporaryPlace } from "./temporary.ts";

/** An input file: on disk, so that it can be read more than once. */
export interface InputFile extends AsyncDisposable {
  /** its name for people: as typed, `stdin` for `-` */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  /** Reads it from the start, in chunks that are never reused. */
  chunks(): AsyncGenerator<Uint8Array>;
}

const statOf = promisify(fstat);

/** Where an input file is looked up, and where a stream is spooled. */
export interface InputPlace extends ReadingPlace {
  readonly temporary: TemporaryPlace;
  /** the free space of a folder's disk */
  readonly freeBytes?: typeof freeBytesIn | undefined;
}

/**
 * Opens an input file; stdin, a pipe or a device is spooled into the home first.
 *
 * @throws `not-found` when there is no such file, `usage` when it cannot be read
 * @throws `input-rejected` when a pipe gives more than {@link mostOfAPipe}
 */
export async function openInput(place: InputPlace, label: string): Promise<InputFile> {
  const { stdin, workingFolder } = place;
  if (label === "-") return spooled("stdin", stdin, await isDevice(stdin), place);
  const path = resolve(workingFolder, label);
  const refuse = (cause: unknown): never => {
    throw unreadable(label, cause);
  };
  const found = await stat(path).catch(refuse);
  if (found.isDirectory()) throw new Failure("usage", { what: A_FOLDER, where: label });
  if (!found.isFile()) {
    const stream = (await openToRead(path).catch(refuse)).createReadStream();
    return spooled(label, stream, found.isCharacterDevice(), place);
  }
  return {
    label,
    path,
    bytes: found.size,
    chunks: () => readChunks(path, label),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Whether a stream comes from a device, as stdin does after `< /dev/zero`. */
async function isDevice(stream: object): Promise<boolean> {
  const fd = "fd" in stream ? stream.fd : undefined;
  return typeof fd === "number" && (await statOf(fd)).isCharacterDevice();
}

/** Nobody types more than that. */
const MAX_OF_A_DEVICE_BYTES = 16 * 1024 * 1024;

/** More than any list has: a pipe that gives more has no end. */
const MAX_OF_A_PIPE_BYTES = 4_000_000_000;

/** Bytes that are read of a pipe: 4 GB, but no more than half of what is free where it is spooled. */
const mostOfAPipe = (folder: string, freeBytes: typeof freeBytesIn): number =>
  Math.min(MAX_OF_A_PIPE_BYTES, Math.floor((freeBytes(folder) ?? Number.POSITIVE_INFINITY) / 2));

const endless = (where: string): Failure =>
  new Failure("usage", { what: text("this device has no end", "このデバイスの入力には終わりがありません"), where });

const tooLong = (where: string, mostBytes: number): Failure => {
  const most = mostBytes < 1e6 ? `${Math.floor(mostBytes / 1e3)} kB` : `${Math.floor(mostBytes / 1e6)} MB`;
  return new Failure("input-rejected", {
    what: text(
      `the pipe gives more than ${most} (the limit is 4 GB, or half of the free disk space)`,
      `パイプから読み込める上限の ${most}(4 GB、または空き容量の半分)を超えました`,
    ),
    where,
    hint: text(
      "write it to a file and name that: files have no such limit",
      "ファイルに保存して、その名前を指定してください(ファイルにはこの上限はありません)",
    ),
  });
};

type Stream = ReadingPlace["stdin"];

/** Throws what `refusal` gives once a stream is longer. */
async function* limited(
  stream: Stream,
  mostBytes: number,
  refusal: () => Failure,
): AsyncGenerator<string | Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += Buffer.byteLength(chunk);
    if (bytes > mostBytes) throw refusal();
    yield chunk;
  }
}

/** What comes by a pipe; how much it may be is asked once its first piece is to be written. */
async function* ofPipe(
  stream: Stream,
  where: string,
  folder: string,
  freeBytes: typeof freeBytesIn,
): AsyncGenerator<string | Uint8Array> {
  const most = mostOfAPipe(folder, freeBytes);
  yield* limited(stream, most, () => tooLong(where, most));
}

async function spooled(label: string, stream: Stream, isOfDevice: boolean, place: InputPlace): Promise<InputFile> {
  const { temporary, freeBytes = freeBytesIn } = place;
  const bounded = isOfDevice
    ? limited(stream, MAX_OF_A_DEVICE_BYTES, () => endless(label))
    : ofPipe(stream, label, temporary.temporaryFolder, freeBytes);
  const file = await spoolToFile(bounded, temporary);
  return { label, ...file, chunks: () => readChunks(file.path, label) };
}
