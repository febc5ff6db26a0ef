import { join } from "node:path";
import { Failure } from "../../errors/index.ts";
import type { FolderWriter, HashedFileWriter, WrittenFile } from "../../files/folder-writer.ts";
import { readChunks, type ContentWriter, type Outputs } from "../../files/index.ts";
import { text } from "../../text/index.ts";
import {
  compareByteOrder,
  isBundlePath,
  MANIFEST_FILE,
  MAX_BUNDLE_FILES,
  toPathKey,
  HASHES_FILE,
  renderHashes,
} from "./contents.ts";
import { renderManifest, type Manifest } from "./manifest.ts";
import { once } from "node:events";
import { Readable } from "node:stream";
import type { ArchiveEntry } from "./unpack.ts";

export const isBundleFolderName = (target: string): boolean => !/\.zip$/i.test(target);

/** The bundle has a temporary name until all its files are on disk. */
export class BundleWriter implements AsyncDisposable {
  readonly #target: string;
  readonly #outputs: Outputs;
  readonly #folder: FolderWriter;
  readonly #written = new Map<string, WrittenFile | undefined>();
  #isOver = false;

  private constructor(target: string, outputs: Outputs, folder: FolderWriter) {
    this.#target = target;
    this.#outputs = outputs;
    this.#folder = folder;
  }

  /** @param target FOLDER or FILE.zip @throws Failure `usage` for an invalid target */
  static async create(target: string, outputs: Outputs): Promise<BundleWriter> {
    if (UNSUPPORTED_EXTENSION.test(target)) throw createExtensionFailure(target);
    return new BundleWriter(target, outputs, await outputs.createFolder(target));
  }

  /**
   * Several files can be open at the same time. @param path such as `resources/users.ndjson`
   * @throws TypeError if the path is not allowed or already exists; Failure `unexpected` if the disk is full or faulty
   */
  async file(path: string): Promise<HashedFileWriter> {
    const isTaken = [...this.#written.keys()].some((one) => toPathKey(one) === toPathKey(path));
    if (isTaken || !isBundlePath(path) || this.#written.size > MAX_BUNDLE_FILES)
      throw new TypeError(`${path} cannot be in a bundle`);
    this.#written.set(path, undefined);
    const file = await this.#folder.file(path);
    return {
      write: (chunk) => file.write(chunk),
      close: async () => {
        const written = await file.close();
        this.#written.set(path, written);
        return written;
      },
    };
  }

  /**
   * Writes the manifest and the list of hashes. @returns the bundle's fingerprint: the SHA-256 of the list of hashes
   */
  async seal(manifest: Manifest): Promise<string> {
    await this.#put(MANIFEST_FILE, renderManifest(manifest));
    return (await this.#put(HASHES_FILE, renderHashes(this.#sums()))).sha256;
  }

  async finish(manifest: Manifest): Promise<void> {
    if (isBundleFolderName(this.#target)) await this.#folder.settle();
    else await this.#pack(manifest);
    this.#isOver = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#folder.abandon();
  }

  #sums(): { path: string; sha256: string }[] {
    return [...this.#written].map(([path, written]) => {
      if (written === undefined) throw new TypeError(`${path} was not closed`);
      return { path, sha256: written.sha256 };
    });
  }

  async #put(path: string, content: string): Promise<WrittenFile> {
    const file = await this.file(path);
    await file.write(content);
    return file.close();
  }

  async #pack({ asOf }: Manifest): Promise<void> {
    const others = [...this.#written.keys()].filter((path) => path !== MANIFEST_FILE && path !== HASHES_FILE);
    const entries = [MANIFEST_FILE, HASHES_FILE, ...others.toSorted(compareByteOrder)].map((path): ArchiveEntry => ({
      path,
      bytes: this.#written.get(path)?.bytes ?? 0,
      content: () => readChunks(join(this.#folder.path, path)),
    }));
    await this.#outputs.write(this.#target, (archive) => packZip(entries, asOf, archive));
    await this.#folder.abandon();
  }
}

/** Folders must not have these extensions either, to avoid confusion. */
const UNSUPPORTED_EXTENSION = /\.(?:tar|t?gz|bz2|xz|zst|7z|rar|age)$/i;

const createExtensionFailure = (target: string): Failure =>
  new Failure("usage", {
    what: text("a bundle must be FOLDER or FILE.zip", "引き継ぎデータの出力先は、フォルダーか FILE.zip にしてください"),
    where: target,
    hint: text("use another file name extension", "別の拡張子にしてください"),
  });

const REGULAR_FILE_MODE = 0o100600;

async function packZip(entries: readonly ArchiveEntry[], asOf: string, into: ContentWriter): Promise<void> {
  const { ZipFile } = await import("yazl");
  const zip = new ZipFile();
  // ZIP entries contain local time; noon exists on every day in every time zone
  const mtime = new Date(`${asOf}T12:00:00`);
  for (const { path, bytes, content } of entries) {
    zip.addReadStreamLazy(path, { mtime, mode: REGULAR_FILE_MODE, size: bytes, forceDosTimestamp: true }, (give) => {
      const stream = Readable.from(content(), { objectMode: false });
      stream.once("error", (error) => zip.emit("error", error));
      give(null, stream);
    });
  }
  zip.end();
  const write = async (): Promise<void> => {
    for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) await into.write(chunk);
  };
  const failed = once(zip, "error").then(([error]) => Promise.reject(error as Error));
  await Promise.race([write(), failed]);
}
