import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { diskFailureOf, NOT_A_FILE, reasonOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { hasCode } from "./temporary.ts";
import { decodeUtf8 } from "./utf8.ts";

export type { FileHandle } from "node:fs/promises";

/** Opening must not wait for a pipe. Windows lacks the second and the third flag; they count as 0 there. */
const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

/**
 * The failure for a named file that could not be read: `not-found` if it does not exist, `unexpected` if the disk is
 * faulty, `usage` if it is a folder or not readable. The same in every command, so that scripts can rely on the exit code.
 *
 * @param where the file as typed
 */
export const unreadable = (where: string, cause: unknown): Failure =>
  diskFailureOf(cause, where) ??
  new Failure(hasCode(cause, "ENOENT", "ENOTDIR") ? "not-found" : "usage", {
    what: reasonOf(cause),
    where,
    hint: hasCode(cause, "EACCES", "EPERM") ? READABLE : undefined,
    cause,
  });

const READABLE = text(
  "make it readable for who runs clomoctl",
  "clomoctl を実行するユーザーが読み込めるようにしてください",
);

/** The start of a file, with its metadata. */
export interface FileStart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly writtenAt: Date;
  /** permission bits */
  readonly mode: number;
  /** user id of its owner */
  readonly ownerId: number;
}

/**
 * Reads the first `most` bytes of a file, and one more if it is longer. Time and memory are bounded whatever the path
 * is: opening a pipe does not block.
 *
 * @param follow whether a symbolic link at the path is followed
 * @returns undefined if it is neither a file nor a folder
 * @throws the file system's error; for a folder, EISDIR
 */
export async function readStart(
  path: string,
  most: number,
  { follow = true }: { readonly follow?: boolean } = {},
): Promise<FileStart | undefined> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  try {
    const found = await handle.stat();
    // reading a folder fails with EISDIR
    if (!found.isFile() && !found.isDirectory()) return undefined;
    const { size, mtime, mode, uid } = found;
    // a file of the system's own (/proc) has no size; any other is read by one call
    const wanted = size === 0 ? most + 1 : Math.min(size, most + 1);
    return { bytes: await readUpTo(handle, wanted), writtenAt: mtime, mode, ownerId: uid };
  } finally {
    await handle.close();
  }
}

/** {@link readStart} of a file that counts only as a whole: undefined, too, if it is longer than `most` bytes. */
export async function readShort(
  path: string,
  most: number,
  options: { readonly follow?: boolean } = {},
): Promise<FileStart | undefined> {
  const start = await readStart(path, most, options);
  return start === undefined || start.bytes.length > most ? undefined : start;
}

async function readUpTo(handle: FileHandle, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.allocUnsafeSlow(most);
  let filled = 0;
  while (filled < most) {
    const { bytesRead } = await handle.read(bytes, filled, most - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A named file, as far as it was read. */
export interface ReadFile {
  /** without folders; `-` for stdin */
  readonly name: string;
  /** absolute; null for stdin */
  readonly path: string | null;
  readonly bytes: Uint8Array;
  /** null for stdin */
  readonly writtenAt: Date | null;
}

/** Where a named file is looked up. */
export interface ReadingPlace {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  /** absolute; relative names are resolved against it */
  readonly workingFolder: string;
}

/**
 * Reads a file named by the command; `-` is stdin. Of a file longer than `most` bytes, one byte more is returned, so
 * that the caller can reject it.
 *
 * @throws `not-found` when it does not exist, `usage` when it is not a file or cannot be read
 */
export async function readNamedFile(
  { stdin, workingFolder }: ReadingPlace,
  typed: string,
  most: number,
): Promise<ReadFile> {
  if (typed === "-") return { name: typed, path: null, bytes: await readStream(stdin, most), writtenAt: null };
  const path = resolve(workingFolder, typed);
  const { bytes, writtenAt } = await readStartOf(path, typed, most);
  return { name: basename(path), path, bytes, writtenAt };
}

/** {@link readStart} with the failures of a file that the user named. */
async function readStartOf(path: string, where: string, most: number): Promise<FileStart> {
  const start = await readStart(path, most).catch((cause: unknown) => {
    throw unreadable(where, cause);
  });
  if (start === undefined) throw new Failure("usage", { what: NOT_A_FILE, where });
  return start;
}

/** The first bytes of a stream; if it is longer than `most`, some more. */
async function readStream(stream: AsyncIterable<string | Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > most) break;
  }
  return Buffer.concat(chunks);
}

/** Maximum length; settings, maps and certificates of authorities are far shorter. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * The UTF-8 text of a file named by the command or a setting.
 *
 * @param path absolute
 * @param where its name in messages: as typed
 * @throws `not-found` when it does not exist, `usage` when it is not a file, cannot be read, or is longer than 16 MiB
 * @throws `input-rejected` with the line, when it is not UTF-8
 */
export const readText = async (path: string, where: string = path): Promise<string> =>
  decodeUtf8(await readTextBytes(path, where), where);

/**
 * The text of a file in which the program looks for certain lines only: beside certificates in PEM, notes in any
 * encoding may stand.
 *
 * @param path absolute
 * @returns U+FFFD for bytes that are not UTF-8
 * @throws `not-found` and `usage` as {@link readText}
 */
export const readLenientText = async (path: string): Promise<string> =>
  Buffer.from(await readTextBytes(path, path)).toString("utf8");

async function readTextBytes(path: string, where: string): Promise<Uint8Array> {
  const { bytes } = await readStartOf(path, where, MAX_TEXT_BYTES);
  if (bytes.length > MAX_TEXT_BYTES) throw new Failure("usage", { what: TOO_LONG, where });
  return bytes;
}

const TOO_LONG = text("longer than 16 MiB", "16 MiB を超えています");

/** Opens a file for reading it piece by piece. @throws the file system's error */
export const openToRead = (path: string): Promise<FileHandle> => open(path, O_RDONLY);

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file from its start, in chunks that are never reused.
 *
 * @param where its name in messages: as typed
 * @throws `not-found` when it does not exist, `usage` when it cannot be read
 */
export async function* readChunks(path: string, where: string = path): AsyncGenerator<Uint8Array> {
  const file = await openToRead(path).catch((cause: unknown) => {
    throw unreadable(where, cause);
  });
  try {
    for (;;) {
      const { bytesRead, buffer } = await file
        .read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES)
        .catch((cause: unknown) => Promise.reject(unreadable(where, cause)));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * The UTF-8 text of a file named by the command; `-` is stdin.
 *
 * @throws as {@link readText}
 */
export async function readNamedText({ stdin, workingFolder }: ReadingPlace, typed: string): Promise<string> {
  if (typed !== "-") return readText(resolve(workingFolder, typed), typed);
  const bytes = await readStream(stdin, MAX_TEXT_BYTES);
  if (bytes.length > MAX_TEXT_BYTES) throw new Failure("usage", { what: TOO_LONG, where: "stdin" });
  return decodeUtf8(bytes, "stdin");
}
