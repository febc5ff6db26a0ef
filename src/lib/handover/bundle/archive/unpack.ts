import { createHash } from "node:crypto";
import { Failure } from "../../../errors/index.ts";
import { FolderInMaking } from "../../../files/folder-in-making.ts";
import type { TemporaryPlace } from "../../../files/index.ts";
import type { PlainFile } from "../../../files/plain.ts";
import { text, type Text } from "../../../text/index.ts";
import { isBundlePath, MANIFEST, MAX_FILES, parseSums, sameName, SUMS } from "../contents.ts";
import { GZIP_SEAL_BYTES, gzipSeal, ZIP_SEAL_BYTES, zipSeal, type ArchiveKind } from "./seal.ts";

/** A file as an archive has it: its name and size as they are told, its content as it comes. */
export interface FoundEntry {
  readonly path: string;
  readonly bytes: number;
  /** why it is refused, whatever its name is: a link, for one */
  readonly fault?: Text | undefined;
  readonly content: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
}

const MIB = 1024 * 1024;
/** No bundle is packed closer than this; deflate itself goes up to 1,032. */
const CLOSEST = 200;
const ALWAYS_BYTES = 64 * MIB;
const MAX_BYTES = 64 * 1024 * MIB;
/** The manifest, and the hashes: they are read into memory. */
const MAX_HEAD_BYTES = 16 * MIB;

/** How many bytes an archive may unpack to. */
export const mostUnpacked = (packed: number): number => Math.min(MAX_BYTES, packed * CLOSEST + ALWAYS_BYTES);

/** The failure for an archive that is not as we write one. @param path of the file in it */
export const refuse = (where: string, what: Text, path?: string): Failure =>
  new Failure("input-rejected", {
    what,
    where: path === undefined ? where : `${where}: ${path}`,
    hint: text(
      "nothing was taken from it: take another copy of the bundle, or export it again",
      "内容は一切取り込んでいません。引き継ぎデータの別のコピーを使うか、もう一度書き出してください",
    ),
  });

export const BOMB = text(
  "it unpacks to far more than a bundle can be",
  "展開すると、引き継ぎデータとしてあり得ない大きさになります",
);

export const CUT = text("the archive is damaged or cut off", "アーカイブが壊れているか、途中で切れています");

/**
 * Checks the seal of an archive: any bit of it that is other than it was packed.
 *
 * @throws Failure `input-rejected`
 */
export async function checkSeal(kind: ArchiveKind, archive: PlainFile, where: string): Promise<void> {
  const sealBytes = kind === "zip" ? ZIP_SEAL_BYTES : GZIP_SEAL_BYTES;
  const end = archive.bytes - sealBytes;
  if (end < sealBytes) throw refuse(where, CUT);
  const hash = createHash("sha256");
  // of a ZIP archive the comment's length was 0 when it was hashed
  const hashed = kind === "zip" ? end - 2 : end;
  for await (const chunk of archive.chunks({ to: hashed, reuse: true })) hash.update(chunk);
  if (kind === "zip") hash.update(Uint8Array.of(0, 0));
  const seal = (kind === "zip" ? zipSeal : gzipSeal)(hash.digest());
  if (!seal.equals(await archive.readAt(end, sealBytes))) throw unsealed(where);
}

const unsealed = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the archive is not as it was exported: it was altered, damaged, or packed anew by another program",
      "書き出したままのアーカイブではありません。変更されたか、壊れているか、別のプログラムで圧縮し直されています",
    ),
    where,
    hint: text(
      "take another copy; if somebody packed it anew, unpack it and name the folder",
      "別のコピーを使ってください。圧縮し直したものであれば、展開したフォルダーを指定してください",
    ),
  });

/**
 * Unpacks a bundle's files into a folder of the temporary folder, 0700. The first two say which follow, in which order:
 * nothing else is written.
 *
 * @throws Failure `input-rejected` for any other entry
 */
export async function unpack(
  entries: AsyncIterable<FoundEntry>,
  { where, place, most }: { readonly where: string; readonly place: TemporaryPlace; readonly most: number },
): Promise<FolderInMaking> {
  const folder = await FolderInMaking.createUnnamed("bundle", place);
  try {
    let awaited: readonly string[] = [MANIFEST, SUMS];
    let at = 0;
    let left = most;
    for await (const entry of entries) {
      const path = checked(entry, awaited[at], where);
      const limit = at < 2 ? Math.min(left, MAX_HEAD_BYTES) : left;
      if (entry.bytes > limit) throw refuse(where, BOMB, path);
      const content = await put(folder, entry, where);
      left -= entry.bytes;
      at += 1;
      if (at === 2) awaited = [MANIFEST, SUMS, ...listed(content, where)];
    }
    const { [at]: missing } = awaited;
    if (missing !== undefined) throw refuse(where, text("the file is missing", "ファイルがありません"), missing);
    return folder;
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

/** The path of the entry, which is the one that is awaited. */
function checked({ path, fault }: FoundEntry, awaited: string | undefined, where: string): string {
  if (fault !== undefined) throw refuse(where, fault, path);
  if (!isBundlePath(path)) throw refuse(where, NO_PATH, path);
  if (path !== awaited) throw refuse(where, STRAY, path);
  return path;
}

const NO_PATH = text("no bundle has a file of such a name", "引き継ぎデータにあり得ない名前のファイルです");
const STRAY = text(
  "this file is not listed, is there twice, or stands in the wrong place",
  "一覧にないか、重複しているか、順序の違うファイルです",
);

/** Writes an entry's content. @returns it, of the hashes */
async function put(folder: FolderInMaking, { path, bytes, content }: FoundEntry, where: string): Promise<string> {
  const file = await folder.file(path);
  const kept: Uint8Array[] = [];
  let passed = 0;
  for await (const chunk of await content()) {
    passed += chunk.length;
    if (passed > bytes) throw refuse(where, BOMB, path);
    if (path === SUMS) kept.push(chunk);
    await file.write(chunk);
  }
  await file.close();
  if (passed !== bytes) throw refuse(where, CUT, path);
  return Buffer.concat(kept).toString("utf8");
}

/** The files that are listed, but the manifest. */
function listed(content: string, where: string): readonly string[] {
  const sums = parseSums(content);
  const paths = (sums ?? []).map(({ path }) => path);
  const isSound =
    paths.length <= MAX_FILES && paths.every(isBundlePath) && new Set(paths.map(sameName)).size === paths.length;
  if (sums === undefined || !isSound) throw refuse(where, NO_LIST, SUMS);
  return paths.filter((path) => path !== MANIFEST && path !== SUMS);
}

export const NO_LIST = text(
  "this is no list of hashes as an export writes it",
  "エクスポートが書き出す形式のハッシュ一覧ではありません",
);
