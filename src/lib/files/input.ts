import { fstat } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { A_FOLDER, openToRead, readChunks, unreadable, type ReadingPlace } from "./read.ts";
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
}

/**
 * Opens an input file; stdin, a pipe or a device is spooled into the home first.
 *
 * @throws `not-found` when there is no such file, `usage` when it cannot be read
 */
export async function openInput({ stdin, temporary, workingFolder }: InputPlace, label: string): Promise<InputFile> {
  if (label === "-") return spooled("stdin", (await isDevice(stdin)) ? ending(stdin, "stdin") : stdin, temporary);
  const path = resolve(workingFolder, label);
  const refuse = (cause: unknown): never => {
    throw unreadable(label, cause);
  };
  const found = await stat(path).catch(refuse);
  if (found.isDirectory()) throw new Failure("usage", { what: A_FOLDER, where: label });
  if (!found.isFile()) {
    const stream = (await openToRead(path).catch(refuse)).createReadStream();
    return spooled(label, found.isCharacterDevice() ? ending(stream, label) : stream, temporary);
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
const MOST_OF_A_DEVICE_BYTES = 16 * 1024 * 1024;

/** What comes from a device such as a terminal. @throws `usage` where it does not end, as `/dev/zero` */
async function* ending(stream: AsyncIterable<string | Uint8Array>, where: string): AsyncGenerator<string | Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MOST_OF_A_DEVICE_BYTES) {
      throw new Failure("usage", {
        what: text("this device has no end", "このデバイスの入力には終わりがありません"),
        where,
      });
    }
    yield chunk;
  }
}

async function spooled(label: string, stream: ReadingPlace["stdin"], temporary: TemporaryPlace): Promise<InputFile> {
  const file = await spoolToFile(stream, temporary);
  return { label, ...file, chunks: () => readChunks(file.path, label) };
}
