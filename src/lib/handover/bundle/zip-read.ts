import { fromFdPromise, type Entry, type ZipFile } from "yauzl";
import { toDiskFailure, Failure } from "../../errors/index.ts";
import type { RegularFile } from "../../files/regular-file.ts";
import { text } from "../../text/index.ts";
import {
  createInvalidBundleFailure,
  createNotABundleFailure,
  HASHES_FILE,
  MAX_BUNDLE_FILES,
  NO_HASHES,
} from "./contents.ts";
import { ARCHIVE_TOO_LARGE, DAMAGED_ARCHIVE, type ArchiveEntry } from "./unpack.ts";

/** Flags of an entry whose name is UTF-8, and whose sizes are written after its content. */
const ENTRY_FLAGS = 0x808;
const DEFLATE_METHOD = 8;
const REGULAR_FILE_MODE = 0o100600;
const ZIP64_FIELD_ID = 1;
const CENTRAL_DIRECTORY_SIGNATURE = 0x02014b50;

/** Rejects archives with extra bytes before, between or after the entries. */
export async function* readZip(archive: RegularFile, where: string, most: number): AsyncGenerator<ArchiveEntry> {
  try {
    const zip = await fromFdPromise(archive.fd, { autoClose: false, strictFileNames: true });
    if (zip.comment !== "") throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
    // a rough limit; the list of hashes gives the exact number later
    if (zip.entryCount > MAX_BUNDLE_FILES + 2) throw createInvalidBundleFailure(where, ARCHIVE_TOO_LARGE);
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    if (!entries.some(({ fileName }) => fileName.split("/").at(-1) === HASHES_FILE))
      throw createNotABundleFailure(where, NO_HASHES);
    if (entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > most)
      throw createInvalidBundleFailure(where, ARCHIVE_TOO_LARGE);
    let at = 0;
    for (const entry of entries) {
      const { isPlain, end } = await inspectEntry(zip, entry, at);
      at = end;
      if (!isPlain) throw createRepackedFailure(where);
      yield {
        path: entry.fileName,
        bytes: entry.uncompressedSize,
        content: () => readContent(zip, entry, where),
      };
    }
    // no data may be hidden between the last file and the central directory
    if ((await archive.readAt(at, 4)).readUInt32LE() !== CENTRAL_DIRECTORY_SIGNATURE)
      throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE);
  } catch (error) {
    throw toArchiveFailure(error, where);
  }
}

const createRepackedFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("another tool repacked the archive", "別のツールで圧縮し直されています"),
    where,
    hint: text("unpack it, and specify the folder", "展開して、フォルダーを指定してください"),
  });

async function* readContent(zip: ZipFile, entry: Entry, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw toArchiveFailure(error, where);
  }
}

const toArchiveFailure = (error: unknown, where: string): unknown =>
  error instanceof Failure || !isArchiveError(error)
    ? (toDiskFailure(error, where) ?? error)
    : createInvalidBundleFailure(where, DAMAGED_ARCHIVE);

const isArchiveError = (error: unknown): boolean =>
  error instanceof RangeError || !(error instanceof Error && "code" in error) || String(error.code).startsWith("Z_");

async function inspectEntry(zip: ZipFile, entry: Entry, begins: number): Promise<{ isPlain: boolean; end: number }> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  const isLarge = entry.extraFields.length > 0;
  const isPlain =
    entry.relativeOffsetOfLocalHeader === begins &&
    entry.generalPurposeBitFlag === ENTRY_FLAGS &&
    local.generalPurposeBitFlag === ENTRY_FLAGS &&
    entry.compressionMethod === DEFLATE_METHOD &&
    local.compressionMethod === DEFLATE_METHOD &&
    entry.externalFileAttributes === (REGULAR_FILE_MODE << 16) >>> 0 &&
    entry.extraFields.every(({ id }) => id === ZIP64_FIELD_ID) &&
    entry.fileCommentLength === 0 &&
    local.fileName.equals(entry.fileNameRaw) &&
    local.extraFieldLength === 0;
  return { isPlain, end: local.fileDataStart + entry.compressedSize + (isLarge ? 24 : 16) };
}
