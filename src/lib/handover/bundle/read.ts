import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { describeReadError, toDiskFailure, Failure, hasErrorCode } from "../../errors/index.ts";
import { createReadFailure, type TemporaryStorage } from "../../files/index.ts";
import { openRegularFile, readFolderTree, type RegularFile, type TreeEntry } from "../../files/regular-file.ts";
import { text, type Text, shortenText } from "../../text/index.ts";
import { computeUnpackLimit, FILE_MISSING, INVALID_FILE_NAME, unpackBundle, INVALID_HASH_LIST } from "./unpack.ts";
import {
  MAX_PATH_DEPTH,
  compareByteOrder,
  isBundlePath,
  MAX_BUNDLE_FILES,
  toPathKey,
  HASHES_FILE,
  type FileHash,
  createInvalidBundleFailure,
  createNotABundleFailure,
  isSystemFile,
  NO_HASHES,
  MANIFEST_FILE,
  parseHashes,
  renderHashes,
  OTHER_COPY_HINT,
} from "./contents.ts";
import { parseManifest } from "./manifest.ts";

export interface BundleFault {
  readonly file: string;
  readonly what: Text;
  readonly hint?: Text | undefined;
}

export interface BundleFileInfo {
  readonly path: string;
  readonly bytes: number;
}

export interface BundleReadOptions {
  readonly workingFolder: string;
  readonly temporary: TemporaryStorage;
}

const MAX_METADATA_BYTES = 16 * 1024 * 1024;

/** Sorts the unverified files by the bytes of their paths. Disposal deletes unpacked files. */
export class BundleFiles implements AsyncDisposable {
  readonly name: string;
  readonly files: readonly BundleFileInfo[];
  readonly faults: readonly BundleFault[];
  /** files of Finder, Explorer and archive tools, which are not part of the bundle */
  readonly ignored: readonly string[];
  readonly #root: string;
  readonly #remove: () => Promise<void>;
  #hashes: ReadonlyMap<string, string> | undefined;

  constructor(name: string, root: string, entries: readonly TreeEntry[], remove: () => Promise<void>) {
    this.name = name;
    this.#root = root;
    this.#remove = remove;
    const names = new Map<string, string>();
    const faults: BundleFault[] = [];
    const files: BundleFileInfo[] = [];
    const system = entries.filter(({ path, kind }) => kind === "file" && isSystemFile(path));
    const ignored = system.map(({ path }) => path).toSorted((one, other) => one.localeCompare(other, "en"));
    for (const { path, kind, bytes } of entries) {
      if (kind === "folder" || ignored.includes(path)) continue;
      const twin = names.get(toPathKey(path));
      if (kind === "other") faults.push({ file: path, what: NOT_A_REGULAR_FILE });
      else if (!isBundlePath(path)) faults.push({ file: path, what: INVALID_FILE_NAME });
      else if (twin !== undefined) faults.push({ file: path, what: describeNameConflict(twin) });
      else files.push({ path, bytes });
      names.set(toPathKey(path), path);
    }
    if (entries.length > MAX_TREE_ENTRIES) faults.push({ file: ".", what: TOO_MANY_FILES });
    this.files = files.toSorted((one, other) => compareByteOrder(one.path, other.path));
    this.faults = faults;
    this.ignored = ignored;
  }

  has(path: string): boolean {
    return this.files.some((file) => file.path === path);
  }

  /** Later reads compare each file with its hash. A file without a hash is not checked. */
  setVerifiedHashes(hashes: ReadonlyMap<string, string>): void {
    this.#hashes = hashes;
  }

  async *read(path: string): AsyncGenerator<Buffer> {
    await using file = await this.#open(path);
    const verified = this.#hashes?.get(path);
    if (verified === undefined) {
      yield* file.chunks();
      return;
    }
    const hash = createHash("sha256");
    for await (const chunk of file.chunks()) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest("hex") !== verified) throw createInvalidBundleFailure(this.name, CHANGED_AFTER_VERIFICATION, path);
  }

  async text(path: string): Promise<string> {
    const found = this.files.find((file) => file.path === path);
    if (found === undefined) throw createInvalidBundleFailure(this.name, FILE_MISSING, path);
    if (found.bytes > MAX_METADATA_BYTES)
      throw createInvalidBundleFailure(
        this.name,
        text("the file is larger than 16 MiB", "ファイルが 16 MiB を超えています"),
        path,
      );
    return Buffer.concat(await Array.fromAsync(this.read(path))).toString("utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }

  async #open(path: string): Promise<RegularFile> {
    const file = await openRegularFile(join(this.#root, ...path.split("/"))).catch((cause: unknown) => {
      const failed = toDiskFailure(cause, `${this.name}: ${path}`);
      throw failed ?? createInvalidBundleFailure(this.name, describeReadError(cause), path);
    });
    if (file === undefined) throw createInvalidBundleFailure(this.name, NOT_A_REGULAR_FILE, path);
    return file;
  }
}

const MAX_TREE_ENTRIES = 2 * MAX_BUNDLE_FILES;
const NOT_A_REGULAR_FILE = text(
  "not a regular file: a bundle cannot contain links",
  "通常のファイルではありません(リンクなどは使えません)",
);
const TOO_MANY_FILES = text(
  `the bundle has more than ${MAX_BUNDLE_FILES} files`,
  `引き継ぎデータのファイルが ${MAX_BUNDLE_FILES} 個を超えています`,
);
const CHANGED_AFTER_VERIFICATION = text(
  "the file was changed after it was verified",
  "検証した後に、ファイルが変更されました",
);

const describeNameConflict = (other: string): Text =>
  text(`some systems cannot distinguish this name from ${other}`, `OS によっては ${other} と区別できない名前です`);

function findHashListMismatches(files: readonly BundleFileInfo[], sums: readonly FileHash[]): readonly BundleFault[] {
  const there = new Set(files.map(({ path }) => path));
  const listed = new Set([...sums.map(({ path }) => path), HASHES_FILE]);
  return [
    ...[...listed].filter((path) => !there.has(path)).map((file) => ({ file, what: FILE_MISSING })),
    ...[...there].filter((path) => !listed.has(path)).map((file) => ({ file, what: FILE_NOT_LISTED })),
  ];
}

const FILE_NOT_LISTED = text(
  "this file does not belong to the bundle: it is not listed in SHA256SUMS",
  "引き継ぎデータのファイルではありません(SHA256SUMS にありません)",
);

/**
 * Does not verify the files.
 * @throws Failure `not-found`; `usage` for stdin; `input-rejected` if the path is not a readable bundle of clomoctl
 */
export async function openBundleFiles(
  name: string,
  { workingFolder, temporary }: BundleReadOptions,
): Promise<BundleFiles> {
  if (name === "-") throw STDIN_BUNDLE_FAILURE;
  const path = resolve(workingFolder, name);
  const file = await openRegularFile(path, { follow: true }).catch((cause: unknown) => {
    if (hasErrorCode(cause, "EISDIR")) return undefined;
    throw createUnreadableBundleFailure(name, cause);
  });
  if (file === undefined) {
    const entries = await readBundleTree(path, name);
    const isWhole = entries.length <= MAX_TREE_ENTRIES;
    if (isWhole && !entries.some((entry) => entry.path === HASHES_FILE)) throw createNotABundleFailure(name, NO_HASHES);
    return new BundleFiles(name, path, entries, async () => undefined);
  }
  await using archive = file;
  const head = await archive.readAt(0, Math.min(4, archive.bytes));
  if (head.toString("latin1") !== ZIP_PREFIX) throw createNotABundleFailure(name);
  const most = computeUnpackLimit(archive.bytes);
  const { readZip } = await import("./zip-read.ts");
  const folder = await unpackBundle(readZip(archive, name, most), { where: name, place: temporary, most });
  try {
    return new BundleFiles(name, folder.path, await readBundleTree(folder.path, name), () => folder.abandon());
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

const STDIN_BUNDLE_FAILURE = new Failure("usage", {
  what: text("a bundle cannot be read from stdin", "引き継ぎデータは標準入力から読み込めません"),
  where: "-",
  hint: text("specify a folder or a file", "フォルダーかファイルを指定してください"),
});

const readBundleTree = async (path: string, name: string): Promise<readonly TreeEntry[]> =>
  readFolderTree(path, { mostEntries: MAX_TREE_ENTRIES + 1, deepest: MAX_PATH_DEPTH }).catch((cause: unknown) => {
    throw hasErrorCode(cause, "ENOTDIR") ? createNotABundleFailure(name) : createUnreadableBundleFailure(name, cause);
  });

function createUnreadableBundleFailure(name: string, cause: unknown): unknown {
  const failure = createReadFailure(name, cause);
  if (!(failure instanceof Failure) || failure.code !== "usage") return failure;
  const { what, where, hint } = failure;
  return new Failure("input-rejected", { what, where, hint });
}

const ZIP_PREFIX = "PK\x03\x04";

export type BundleVerification = Awaited<ReturnType<typeof verifyBundle>>;

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export async function verifyBundle(found: BundleFiles, options: VerifyOptions) {
  const faults = [...found.faults];
  const content = await collectFault(HASHES_FILE, faults, () => found.text(HASHES_FILE));
  const sums = content === undefined ? undefined : parseHashes(content);
  const isList = sums !== undefined && sums.length <= MAX_BUNDLE_FILES;
  if (content !== undefined && !isList) faults.push({ file: HASHES_FILE, what: INVALID_HASH_LIST });
  faults.push(...(isList ? findHashListMismatches(found.files, sums) : []));
  const manifest = await collectFault(MANIFEST_FILE, faults, async () =>
    parseManifest(await found.text(MANIFEST_FILE), MANIFEST_FILE),
  );
  const hashes = new Map<string, string>();
  for (const { path } of found.files) if (path !== HASHES_FILE) hashes.set(path, await hashFile(found, path, options));
  const listed = isList ? sums : [];
  for (const { path, sha256 } of listed)
    if (hashes.has(path) && hashes.get(path) !== sha256) faults.push({ file: path, what: CHANGED_CONTENT });
  return {
    manifest,
    hashes,
    /** SHA-256 of `SHA256SUMS`; null if this file is missing or invalid */
    fingerprint: isList ? createHash("sha256").update(renderHashes(listed)).digest("hex") : null,
    faults,
  };
}

/** Later reads check the verified hashes. @throws `input-rejected` for the first fault */
export async function requireMatchingHashes(found: BundleFiles, options: VerifyOptions): Promise<void> {
  const { faults, hashes } = await verifyBundle(found, options);
  throwFirstFault(found.name, faults);
  found.setVerifiedHashes(hashes);
}

export function throwFirstFault(name: string, [fault, ...others]: readonly BundleFault[]): void {
  if (fault === undefined) return;
  const { file, what, hint = OTHER_COPY_HINT } = fault;
  const more = others.length;
  throw new Failure("input-rejected", {
    what: more === 0 ? what : text(`${what.en} (and ${more} more)`, `${what.ja}(ほか ${more} 件)`),
    where: `${name}: ${shortenText(file)}`,
    hint,
  });
}

async function collectFault<T>(file: string, faults: BundleFault[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
    faults.push({ file, what: error.what, hint: error.hint });
    return undefined;
  }
}

async function hashFile(found: BundleFiles, path: string, { signal, onProgress }: VerifyOptions): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of found.read(path)) {
    signal?.throwIfAborted();
    hash.update(chunk);
    onProgress?.(chunk.length);
  }
  return hash.digest("hex");
}

const CHANGED_CONTENT = text(
  "the content differs from what was exported (SHA-256 mismatch)",
  "内容が書き出したときと異なります(SHA-256 が一致しません)",
);
