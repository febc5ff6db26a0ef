import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  toDiskFailure,
  MAKE_READABLE_HINT,
  NOT_A_REGULAR_FILE,
  describeReadError,
  Failure,
  hasErrorCode,
  rethrowAs,
} from "../errors/index.ts";
import { text } from "../text/index.ts";
import { isUtf8 } from "node:buffer";

/** With `O_NONBLOCK`, opening a pipe does not wait. Windows has neither this flag nor `O_NOFOLLOW`. */
const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;

export const createReadFailure = (where: string, cause: unknown): Failure =>
  toDiskFailure(cause, where) ??
  new Failure(hasErrorCode(cause, "ENOENT", "ENOTDIR") ? "not-found" : "usage", {
    what: describeReadError(cause),
    where,
    hint: hasErrorCode(cause, "EACCES", "EPERM") ? MAKE_READABLE_HINT : undefined,
    cause,
  });

/**
 * Reads up to `most + 1` bytes, so that the caller can detect a longer file. Returns undefined for a pipe or a device.
 * Uses synchronous calls, because `node:fs/promises` loads slowly.
 */
export async function readFileStart(path: string, most: number, { follow = true } = {}) {
  const file = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  using opened = new DisposableStack();
  opened.defer(() => closeSync(file));
  const found = fstatSync(file);
  if (!found.isFile() && !found.isDirectory()) return undefined;
  const { size, mtime, mode, uid } = found;
  // a file in /proc always has size 0
  const wanted = size === 0 ? most + 1 : Math.min(size, most + 1);
  return { bytes: readUpTo(file, wanted), writtenAt: mtime, mode, ownerId: uid };
}

export async function readSmallFile(path: string, most: number) {
  const start = await readFileStart(path, most);
  return start === undefined || start.bytes.length > most ? undefined : start;
}

function readUpTo(file: number, most: number): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(most);
  let filled = 0;
  while (filled < most) {
    const bytesRead = readSync(file, bytes, filled, most - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

export interface InputSources {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly workingFolder: string;
}

/** Reads stdin for the path `-`. Returns more than `most` bytes if the file is longer. */
export async function readNamedFile({ stdin, workingFolder }: InputSources, typed: string, most: number) {
  if (typed === "-") return { name: typed, path: null, bytes: await readStreamStart(stdin, most), writtenAt: null };
  const path = resolve(workingFolder, typed);
  const { bytes, writtenAt } = await readNamedFileStart(path, typed, most);
  return { name: basename(path), path, bytes, writtenAt };
}

async function readNamedFileStart(path: string, where: string, most: number) {
  const start = await readFileStart(path, most).catch(rethrowAs((cause) => createReadFailure(where, cause)));
  if (start === undefined) throw new Failure("usage", { what: NOT_A_REGULAR_FILE, where });
  return start;
}

async function readStreamStart(stream: AsyncIterable<string | Uint8Array>, most: number): Promise<Uint8Array> {
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

const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** Reads at most 16 MiB of UTF-8. @throws `not-found`; `usage`; `input-rejected` with the line that is not UTF-8 */
export const readText = async (path: string, where: string = path): Promise<string> =>
  decodeUtf8(await readTextBytes(path, where), where);

/** Bytes that are not UTF-8, as in notes next to PEM certificates, become U+FFFD. */
export const readLenientText = async (path: string): Promise<string> =>
  Buffer.from(await readTextBytes(path, path)).toString("utf8");

async function readTextBytes(path: string, where: string): Promise<Uint8Array> {
  const { bytes } = await readNamedFileStart(path, where, MAX_TEXT_BYTES);
  if (bytes.length > MAX_TEXT_BYTES) throw new Failure("usage", { what: TEXT_TOO_LARGE, where });
  return bytes;
}

const TEXT_TOO_LARGE = text("the content is larger than 16 MiB", "内容が 16 MiB を超えています");

export const openForReading = (path: string): Promise<FileHandle> => open(path, O_RDONLY);

const CHUNK_BYTES = 256 * 1024;

export async function* readChunks(path: string, where: string = path): AsyncGenerator<Uint8Array> {
  const refuse = rethrowAs((cause) => createReadFailure(where, cause));
  await using file = await openForReading(path).catch(refuse);
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES), 0, CHUNK_BYTES).catch(refuse);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

const LINE_FEED = 0x0a;

/** @throws `input-rejected` at `FILE:LINE` of the first bytes that are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  throw new Failure("input-rejected", {
    what: text("not UTF-8 text", "UTF-8 のテキストではありません"),
    where: `${where}:${findFirstInvalidLine(bytes)}`,
    hint: text("save the file as UTF-8", "ファイルを UTF-8 で保存してください"),
  });
}

function findFirstInvalidLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
