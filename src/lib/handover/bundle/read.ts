import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { reasonOf } from "../../errors/disk.ts";
import { Failure } from "../../errors/index.ts";
import { hasCode, unreadable, type TemporaryPlace } from "../../files/index.ts";
import { openPlain, readTree, type ByteRange, type PlainFile, type TreeEntry } from "../../files/plain.ts";
import { text, type Text } from "../../text/index.ts";
import { pathOfResource, type ResourceName } from "../resources.ts";
import { checkSeal, mostUnpacked, NO_LIST, refuse, unpack } from "./archive/unpack.ts";
import type { ArchiveKind } from "./archive/seal.ts";
import {
  DEEPEST,
  inByteOrder,
  isBundlePath,
  MANIFEST,
  MAX_FILES,
  parseSums,
  sameName,
  SUMS,
  type FileHash,
} from "./contents.ts";
import { blocksOf } from "./lines.ts";
import { parseManifest, type Manifest } from "./manifest.ts";

/** Something that is wrong with a bundle. */
export interface BundleFault {
  /** the file in the bundle */
  readonly file: string;
  /** of a file of records, from 1 */
  readonly line?: number | undefined;
  readonly what: Text;
  /** the way out, where it is not to take another copy */
  readonly hint?: Text | undefined;
}

/** A file of a bundle. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Where bundles are looked up, and unpacked. */
export interface BundlePlace {
  /** absolute; relative names are resolved against it */
  readonly workingFolder: string;
  readonly temporary: TemporaryPlace;
  /** secret keys of age, for an encrypted bundle */
  readonly identities?: readonly string[] | undefined;
}

const MAX_HEAD_BYTES = 16 * 1024 * 1024;

/**
 * What a person named as a bundle, before it is believed: its files in the order of their paths' bytes. Of a folder
 * they are read in place; an archive was unpacked, and is removed again by closing.
 */
export class BundleFiles implements AsyncDisposable {
  /** as typed */
  readonly name: string;
  readonly files: readonly ListedFile[];
  /** what is there beside files, or in place of them */
  readonly faults: readonly BundleFault[];
  readonly #root: string;
  readonly #remove: () => Promise<void>;
  #hashes: ReadonlyMap<string, string> | undefined;

  constructor(name: string, root: string, entries: readonly TreeEntry[], remove: () => Promise<void>) {
    this.name = name;
    this.#root = root;
    this.#remove = remove;
    const names = new Map<string, string>();
    const faults: BundleFault[] = [];
    const files: ListedFile[] = [];
    for (const { path, kind, bytes } of entries) {
      if (kind === "folder") continue;
      const twin = names.get(sameName(path));
      if (kind === "other") faults.push({ file: path, what: NO_FILE });
      else if (!isBundlePath(path)) faults.push({ file: path, what: NO_NAME });
      else if (twin !== undefined) faults.push({ file: path, what: sameAs(twin) });
      else files.push({ path, bytes });
      names.set(sameName(path), path);
    }
    if (entries.length > MAX_ENTRIES) faults.push({ file: ".", what: TOO_MANY });
    this.files = files.toSorted((one, other) => inByteOrder(one.path, other.path));
    this.faults = faults;
  }

  has(path: string): boolean {
    return this.files.some((file) => file.path === path);
  }

  /**
   * Holds all that is read from now on to what was verified.
   *
   * @param hashes SHA-256 by path; a file without one is not held to any
   */
  hold(hashes: ReadonlyMap<string, string>): void {
    this.#hashes = hashes;
  }

  /**
   * The bytes of a file, in large chunks.
   *
   * @param reuse as {@link ByteRange} has it
   * @throws Failure `input-rejected` where it is no file any more, or cannot be read; after its last chunk where it is not
   *   as it is held to
   */
  async *read(path: string, { reuse }: Pick<ByteRange, "reuse"> = {}): AsyncGenerator<Buffer> {
    await using file = await this.#open(path);
    const verified = this.#hashes?.get(path);
    if (verified === undefined) {
      yield* file.chunks({ reuse });
      return;
    }
    const hash = createHash("sha256");
    for await (const chunk of file.chunks({ reuse })) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest("hex") !== verified) throw refuse(this.name, CHANGED, path);
  }

  /** The text of a short file. @throws Failure `input-rejected` where it is missing, or longer than 16 MiB */
  async text(path: string): Promise<string> {
    const found = this.files.find((file) => file.path === path);
    if (found === undefined) throw refuse(this.name, MISSING, path);
    if (found.bytes > MAX_HEAD_BYTES)
      throw refuse(this.name, text("longer than 16 MiB", "16 MiB を超えています"), path);
    return Buffer.concat(await Array.fromAsync(this.read(path))).toString("utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }

  async #open(path: string): Promise<PlainFile> {
    const file = await openPlain(join(this.#root, ...path.split("/"))).catch((cause: unknown) => {
      throw hasCode(cause, "EIO")
        ? unreadable(`${this.name}: ${path}`, cause)
        : refuse(this.name, reasonOf(cause), path);
    });
    if (file === undefined) throw refuse(this.name, NO_FILE, path);
    return file;
  }
}

const MAX_ENTRIES = 2 * MAX_FILES;
const NO_FILE = text(
  "this is no plain file: a bundle has no links",
  "通常のファイルではありません(リンクなどは使えません)",
);
const NO_NAME = text("no bundle has a file of such a name", "引き継ぎデータにあり得ない名前のファイルです");
const TOO_MANY = text(`more than ${MAX_FILES} files`, `ファイルが ${MAX_FILES} 個を超えています`);
const CHANGED = text(
  "the file was changed while it was read, after it was verified",
  "検証した後、読み込み中にファイルが変更されました",
);
const MISSING = text("the file is missing", "ファイルがありません");

const sameAs = (other: string): Text =>
  text(`the same name as ${other} on some systems`, `システムによっては ${other} と同じ名前になります`);

/** A bundle whose list of files is what it says; its hashes may not have been compared. */
export interface Bundle extends AsyncDisposable {
  /** as typed */
  readonly name: string;
  readonly manifest: Manifest;
  /** the hashes of all files but the list's own */
  readonly sums: readonly FileHash[];
  readonly files: readonly ListedFile[];
  /** The bytes of a file. */
  read(path: string): AsyncGenerator<Buffer>;
  /** The lines of a resource's records, in blocks of whole lines that hold until the next is asked for; none if it has no file. */
  blocks(resource: ResourceName): AsyncGenerator<Buffer>;
  /** The records of a resource, in batches; none if it has no file. Their values are as they stand: `verify` checks them. */
  records(resource: ResourceName): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]>;
}

/**
 * Opens a bundle: FOLDER, FILE.tar.gz or FILE.zip, whatever it is called.
 *
 * @param name as typed
 * @throws Failure `not-found` if there is none, `input-rejected` for what is no bundle, or is not as an export writes one
 */
export async function openBundle(name: string, place: BundlePlace): Promise<Bundle> {
  const found = await openFiles(name, place);
  try {
    return await asBundle(found);
  } catch (error) {
    await found[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * The bundle that files are; closing it closes them.
 *
 * @throws Failure `input-rejected` where they are not as an export writes them
 */
export async function asBundle(found: BundleFiles): Promise<Bundle> {
  const { name } = found;
  const [fault] = found.faults;
  if (fault !== undefined) throw refuse(name, fault.what, fault.file);
  const manifest = parseManifest(await found.text(MANIFEST), `${name}: ${MANIFEST}`);
  const sums = parseSums(await found.text(SUMS));
  if (sums === undefined) throw refuse(name, NO_LIST, SUMS);
  const [odd] = notListed(found.files, sums);
  if (odd !== undefined) throw refuse(name, odd.what, odd.file);
  return new OpenBundle(found, manifest, sums);
}

class OpenBundle implements Bundle {
  readonly manifest: Manifest;
  readonly sums: readonly FileHash[];
  readonly #found: BundleFiles;

  constructor(found: BundleFiles, manifest: Manifest, sums: readonly FileHash[]) {
    this.#found = found;
    this.manifest = manifest;
    this.sums = sums;
  }

  get name(): string {
    return this.#found.name;
  }

  get files(): readonly ListedFile[] {
    return this.#found.files;
  }

  read(path: string): AsyncGenerator<Buffer> {
    return this.#found.read(path);
  }

  async *blocks(resource: ResourceName): AsyncGenerator<Buffer> {
    const path = pathOfResource(resource);
    if (this.#found.has(path)) yield* blocksOf(this.#found.read(path, { reuse: true }), `${this.name}: ${path}`);
  }

  async *records(resource: ResourceName): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
    for await (const block of this.blocks(resource)) {
      try {
        const lines = block.toString("utf8").trimEnd().split("\n");
        yield lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      } catch {
        throw refuse(this.name, NO_RECORDS, pathOfResource(resource));
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#found[Symbol.asyncDispose]();
  }
}

const NO_RECORDS = text("a line is no JSON", "JSON でない行があります");

/** Files that are there and not listed, and those that are listed and not there. */
export function notListed(files: readonly ListedFile[], sums: readonly FileHash[]): readonly BundleFault[] {
  const there = new Set(files.map(({ path }) => path));
  const listed = new Set([...sums.map(({ path }) => path), SUMS]);
  return [
    ...[...listed].filter((path) => !there.has(path)).map((file) => ({ file, what: MISSING })),
    ...[...there].filter((path) => !listed.has(path)).map((file) => ({ file, what: NOT_LISTED })),
  ];
}

const NOT_LISTED = text(
  "this file is not of the bundle: SHA256SUMS lacks it",
  "引き継ぎデータのファイルではありません(SHA256SUMS にありません)",
);

/**
 * Opens what is to be a bundle, without believing it: see {@link BundleFiles}.
 *
 * @throws Failure `not-found` if there is nothing, `usage` for stdin, `input-rejected` for what is neither folder nor
 *   archive, for an archive that is not as an export packs it, and for one that cannot be decrypted
 */
export async function openFiles(name: string, place: BundlePlace): Promise<BundleFiles> {
  if (name === "-") throw FROM_STDIN;
  return openPath(resolve(place.workingFolder, name), name, place);
}

/** @param name of the bundle, for messages */
async function openPath(
  path: string,
  name: string,
  { temporary, identities }: Pick<BundlePlace, "temporary" | "identities">,
): Promise<BundleFiles> {
  const file = await openPlain(path, { follow: true }).catch((cause: unknown) => {
    if (hasCode(cause, "EISDIR")) return undefined;
    throw unreadableBundle(name, cause);
  });
  if (file === undefined) return new BundleFiles(name, path, await treeOf(path, name), async () => undefined);
  await using archive = file;
  const head = await archive.readAt(0, Math.min(4, archive.bytes));
  const kind = kindOf(head);
  if (kind === undefined) {
    if (head.toString("latin1") !== AGE_HEAD) throw noBundle(name);
    if (identities === undefined) throw encrypted(name);
    const { decryptArchive } = await import("./decrypt.ts");
    const decrypted = await decryptArchive(archive, identities, { where: name, place: temporary });
    try {
      // what is encrypted twice is no bundle
      return await openPath(decrypted.path, name, { temporary });
    } finally {
      await decrypted.remove();
    }
  }
  await checkSeal(kind, archive, name);
  const most = mostUnpacked(archive.bytes);
  const entries =
    kind === "zip"
      ? (await import("./archive/zip-read.ts")).readZip(archive, name, most)
      : (await import("./archive/tar-read.ts")).readTar(archive, name, most);
  const folder = await unpack(entries, { where: name, place: temporary, most });
  try {
    return new BundleFiles(name, folder.path, await treeOf(folder.path, name), () => folder.abandon());
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

const FROM_STDIN = new Failure("usage", {
  what: text("a bundle is not read from stdin", "引き継ぎデータは標準入力から読み込めません"),
  where: "-",
  hint: text("name a folder or a file", "フォルダーかファイルを指定してください"),
});

const treeOf = async (path: string, name: string): Promise<readonly TreeEntry[]> =>
  readTree(path, { mostEntries: MAX_ENTRIES + 1, deepest: DEEPEST }).catch((cause: unknown) => {
    throw hasCode(cause, "ENOTDIR") ? noBundle(name) : unreadableBundle(name, cause);
  });

/** What cannot be read is no bundle, whoever may read it: only one that is not there, or a faulty disk, is something else. */
function unreadableBundle(name: string, cause: unknown): unknown {
  const failure = unreadable(name, cause);
  if (!(failure instanceof Failure) || failure.code !== "usage") return failure;
  const { what, where, hint } = failure;
  return new Failure("input-rejected", { what, where, hint });
}

const kindOf = (head: Buffer): ArchiveKind | undefined =>
  head[0] === 0x1f && head[1] === 0x8b ? "tar.gz" : head.toString("latin1") === "PK\x03\x04" ? "zip" : undefined;

/** The first bytes of what age has encrypted. @see https://age-encryption.org/v1 */
const AGE_HEAD = "age-";

const encrypted = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("this bundle is encrypted by age", "age で暗号化された引き継ぎデータです"),
    where,
    hint: text(
      "name your identity file: --identity KEY-FILE",
      "自分の鍵ファイルを指定してください: --identity KEY-FILE",
    ),
  });

const noBundle = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "this is no bundle: neither a folder nor .tar.gz nor .zip",
      "引き継ぎデータ(フォルダー、.tar.gz、.zip)ではありません",
    ),
    where,
    hint: text("name what `handover export -o` has written", "handover export -o で書き出したものを指定してください"),
  });
