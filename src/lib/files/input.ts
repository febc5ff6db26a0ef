import { fstat } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { IS_A_FOLDER } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { getFreeBytes } from "./folder.ts";
import { openForReading, readChunks, createReadFailure, type InputSources } from "./read.ts";
import { spoolToFile } from "./spool.ts";
import type { TemporaryStorage } from "./temporary.ts";

/** An input file. It is on disk, so that it can be read more than once. */
export interface InputFile extends AsyncDisposable {
  /** name for people: as typed, or `stdin` for `-` */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  /** Reads the file from the start, in chunks that are never reused. */
  chunks(): AsyncGenerator<Uint8Array>;
}

const statDescriptor = promisify(fstat);

/** The folder in which an input file is searched for, and the folder in which a stream is spooled. */
export interface InputPlace extends InputSources {
  readonly temporary: TemporaryStorage;
  /** returns the free space on the disk of a folder */
  readonly freeBytes?: typeof getFreeBytes | undefined;
}

/**
 * Opens an input file. Input from stdin, a pipe or a device is first spooled into the home folder of clomoctl.
 *
 * @throws `not-found` if the file does not exist, `usage` if it cannot be read
 * @throws `input-rejected` if the input from a pipe exceeds {@link getMaxPipeBytes}
 */
export async function openInput(place: InputPlace, label: string): Promise<InputFile> {
  const { stdin, workingFolder } = place;
  if (label === "-") return spoolStream("stdin", stdin, await isDeviceStream(stdin), place);
  const path = resolve(workingFolder, label);
  const refuse = (cause: unknown): never => {
    throw createReadFailure(label, cause);
  };
  const found = await stat(path).catch(refuse);
  if (found.isDirectory()) throw new Failure("usage", { what: IS_A_FOLDER, where: label });
  if (!found.isFile()) {
    const stream = (await openForReading(path).catch(refuse)).createReadStream();
    return spoolStream(label, stream, found.isCharacterDevice(), place);
  }
  return {
    label,
    path,
    bytes: found.size,
    chunks: () => readChunks(path, label),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Returns true if a stream comes from a device, as stdin does after `< /dev/zero`. */
async function isDeviceStream(stream: object): Promise<boolean> {
  const fd = "fd" in stream ? stream.fd : undefined;
  return typeof fd === "number" && (await statDescriptor(fd)).isCharacterDevice();
}

const MAX_DEVICE_BYTES = 16 * 1024 * 1024;

/** Maximum input from a pipe: no list is larger, so a pipe that sends more probably never ends. */
const MAX_PIPE_BYTES = 4_000_000_000;

/** Returns how many bytes may be read from a pipe: 4 GB, but at most half of the free space in the spool folder. */
const getMaxPipeBytes = (folder: string, freeBytes: typeof getFreeBytes): number =>
  Math.min(MAX_PIPE_BYTES, Math.floor((freeBytes(folder) ?? Number.POSITIVE_INFINITY) / 2));

const createEndlessInputFailure = (where: string): Failure =>
  new Failure("usage", {
    what: text("the input from this device file never ends", "このデバイスファイルからの入力には終わりがありません"),
    where,
  });

const createPipeTooLongFailure = (where: string, mostBytes: number): Failure => {
  const most = mostBytes < 1e6 ? `${Math.floor(mostBytes / 1e3)} kB` : `${Math.floor(mostBytes / 1e6)} MB`;
  return new Failure("input-rejected", {
    what: text(
      `the input from the pipe exceeds ${most} (4 GB or half of the free disk space, whichever is smaller)`,
      `パイプから読み込める上限の ${most}(4 GB と空き容量の半分のうち小さい方)を超えました`,
    ),
    where,
    hint: text(
      "save the input to a file and use that file instead; files do not have this limit",
      "入力をファイルに保存して、そのファイルを指定してください(ファイルにはこの上限はありません)",
    ),
  });
};

type InputStream = InputSources["stdin"];

/** Passes on a stream; throws the result of `refusal` if the stream is longer than `mostBytes`. */
async function* limitStream(
  stream: InputStream,
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

/** Passes on the input from a pipe. The limit is determined only when the first piece is about to be written. */
async function* readPipe(
  stream: InputStream,
  where: string,
  folder: string,
  freeBytes: typeof getFreeBytes,
): AsyncGenerator<string | Uint8Array> {
  const most = getMaxPipeBytes(folder, freeBytes);
  yield* limitStream(stream, most, () => createPipeTooLongFailure(where, most));
}

async function spoolStream(
  label: string,
  stream: InputStream,
  isOfDevice: boolean,
  place: InputPlace,
): Promise<InputFile> {
  const { temporary, freeBytes = getFreeBytes } = place;
  const bounded = isOfDevice
    ? limitStream(stream, MAX_DEVICE_BYTES, () => createEndlessInputFailure(label))
    : readPipe(stream, label, temporary.temporaryFolder, freeBytes);
  const file = await spoolToFile(bounded, temporary);
  return { label, ...file, chunks: () => readChunks(file.path, label) };
}
