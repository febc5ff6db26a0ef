import { FolderWriter } from "../../files/folder-writer.ts";
import type { TemporaryStorage } from "../../files/index.ts";
import { text } from "../../text/index.ts";
import {
  createInvalidBundleFailure,
  HASHES_FILE,
  isBundlePath,
  MANIFEST_FILE,
  MAX_BUNDLE_FILES,
  parseHashes,
  toPathKey,
} from "./contents.ts";

export interface ArchiveEntry {
  readonly path: string;
  readonly bytes: number;
  readonly content: () => AsyncIterable<Uint8Array>;
}

const MIB = 1024 * 1024;
const MAX_COMPRESSION_RATIO = 200;
const MIN_UNPACK_LIMIT_BYTES = 64 * MIB;
const MAX_UNPACKED_BYTES = 64 * 1024 * MIB;
const MAX_METADATA_BYTES = 16 * MIB;

export const computeUnpackLimit = (packed: number): number =>
  Math.min(MAX_UNPACKED_BYTES, packed * MAX_COMPRESSION_RATIO + MIN_UNPACK_LIMIT_BYTES);

export const ARCHIVE_TOO_LARGE = text(
  "the archive unpacks to far more data than a bundle can contain",
  "展開すると、引き継ぎデータとしてあり得ない大きさになります",
);

export const DAMAGED_ARCHIVE = text(
  "the archive is damaged or truncated",
  "アーカイブが壊れているか、途中で切れています",
);

export async function storeTemporaryFile(name: string, content: AsyncIterable<Uint8Array>, place: TemporaryStorage) {
  const folder = await FolderWriter.createUnnamed("bundle", place);
  try {
    const file = await folder.file(name);
    for await (const chunk of content) await file.write(chunk);
    await file.close();
    return { folder: folder.path, path: `${folder.path}/${name}`, remove: () => folder.abandon() };
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

/**
 * The archive must begin with the manifest and the list of hashes, which determines all other entries.
 * @throws Failure `input-rejected` for any entry that does not match
 */
export async function unpackBundle(
  entries: AsyncIterable<ArchiveEntry>,
  { where, place, most }: { readonly where: string; readonly place: TemporaryStorage; readonly most: number },
): Promise<FolderWriter> {
  const folder = await FolderWriter.createUnnamed("bundle", place);
  try {
    let awaited: readonly string[] = [MANIFEST_FILE, HASHES_FILE];
    let at = 0;
    let left = most;
    for await (const entry of entries) {
      const path = validateEntryPath(entry, awaited[at], where);
      const limit = at < 2 ? Math.min(left, MAX_METADATA_BYTES) : left;
      if (entry.bytes > limit) throw createInvalidBundleFailure(where, ARCHIVE_TOO_LARGE, path);
      const content = await writeEntry(folder, entry, where);
      left -= entry.bytes;
      at += 1;
      if (at === 2) awaited = [MANIFEST_FILE, HASHES_FILE, ...parseListedPaths(content, where)];
    }
    const { [at]: missing } = awaited;
    if (missing !== undefined) throw createInvalidBundleFailure(where, FILE_MISSING, missing);
    return folder;
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

function validateEntryPath({ path }: ArchiveEntry, awaited: string | undefined, where: string): string {
  if (!isBundlePath(path)) throw createInvalidBundleFailure(where, INVALID_FILE_NAME, path);
  if (path !== awaited) throw createInvalidBundleFailure(where, UNEXPECTED_FILE, path);
  return path;
}

export const FILE_MISSING = text("the file is missing", "ファイルがありません");
export const INVALID_FILE_NAME = text(
  "a bundle cannot contain a file with this name",
  "引き継ぎデータに使えないファイル名です",
);
const UNEXPECTED_FILE = text(
  "this file is not listed, occurs twice, or is out of order",
  "一覧にない、重複している、または順序が違うファイルです",
);

async function writeEntry(folder: FolderWriter, { path, bytes, content }: ArchiveEntry, where: string) {
  const file = await folder.file(path);
  const kept: Uint8Array[] = [];
  let passed = 0;
  for await (const chunk of content()) {
    passed += chunk.length;
    if (passed > bytes) throw createInvalidBundleFailure(where, ARCHIVE_TOO_LARGE, path);
    if (path === HASHES_FILE) kept.push(chunk);
    await file.write(chunk);
  }
  await file.close();
  if (passed !== bytes) throw createInvalidBundleFailure(where, DAMAGED_ARCHIVE, path);
  return Buffer.concat(kept).toString("utf8");
}

function parseListedPaths(content: string, where: string): readonly string[] {
  const sums = parseHashes(content);
  const paths = (sums ?? []).map(({ path }) => path);
  const isSound =
    paths.length <= MAX_BUNDLE_FILES &&
    paths.every(isBundlePath) &&
    new Set(paths.map(toPathKey)).size === paths.length;
  if (sums === undefined || !isSound) throw createInvalidBundleFailure(where, INVALID_HASH_LIST, HASHES_FILE);
  return paths.filter((path) => path !== MANIFEST_FILE && path !== HASHES_FILE);
}

export const INVALID_HASH_LIST = text(
  "not in the format of a bundle's list of hashes",
  "引き継ぎデータのハッシュ一覧の形式ではありません",
);
