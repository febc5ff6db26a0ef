import { join } from "node:path";
import { Failure } from "../../errors/index.ts";
import { FolderInMaking, type WrittenFile } from "../../files/folder-in-making.ts";
import { readChunks, type ContentWriter, type Outputs } from "../../files/index.ts";
import { text } from "../../text/index.ts";
import type { ArchiveKind, PackedEntry } from "./archive/seal.ts";
import type { Recipients } from "./encrypt.ts";
import { inByteOrder, isBundlePath, MANIFEST, MAX_FILES, sameName, SUMS, sumsText } from "./contents.ts";
import { manifestText, type Manifest } from "./manifest.ts";

/** The ending of an encrypted archive. */
const AGE_ENDING = ".age";

/** What a bundle is written as. */
type BundleKind = "folder" | ArchiveKind;

/** What a bundle becomes by the ending of its name; a name without one that is known is a folder. */
const kindOf = (target: string): BundleKind =>
  /\.(?:tar\.gz|tgz)$/i.test(target) ? "tar.gz" : /\.zip$/i.test(target) ? "zip" : "folder";

/** Whether a bundle of this name is a folder; any other is one file, which may be encrypted. */
export const isFolderName = (target: string): boolean => kindOf(target.replace(/\.age$/i, "")) === "folder";

/** A file of a bundle that is being written. */
export interface BundleFile {
  /** Takes the next bytes; what was passed must not change any more. Await it, so that memory stays bounded. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** @returns what is known of it then; `sha256` in lower-case hexadecimal digits */
  close(): Promise<WrittenFile>;
}

/**
 * Writes a bundle: file by file into a folder out of sight, beside the final name, which is packed if the bundle is to be
 * an archive, and gets its name when everything is on the disk. A process that dies leaves none of that name.
 */
export class BundleWriter implements AsyncDisposable {
  readonly #target: string;
  readonly #kind: BundleKind;
  readonly #outputs: Outputs;
  readonly #folder: FolderInMaking;
  readonly #written = new Map<string, WrittenFile | undefined>();
  readonly #names = new Set<string>();
  #isOver = false;
  readonly #recipients: Recipients | undefined;

  private constructor(target: string, outputs: Outputs, folder: FolderInMaking, recipients?: Recipients) {
    this.#target = target;
    this.#recipients = recipients;
    this.#kind = kindOf(recipients === undefined ? target : target.slice(0, -AGE_ENDING.length));
    this.#outputs = outputs;
    this.#folder = folder;
  }

  /**
   * @param target FOLDER, FILE.tar.gz or FILE.zip, declared as one of the outputs
   * @throws Failure `usage` where none can be made
   */
  static async create(target: string, outputs: Outputs): Promise<BundleWriter> {
    refuseOtherEnding(target);
    return new BundleWriter(target, outputs, await outputs.createFolder(target));
  }

  /**
   * A bundle that is encrypted: what is not lies in the home's temporary folder alone, while it is made.
   *
   * @param target FILE.tar.gz.age or FILE.zip.age
   * @param words recipients of age: `age1…`
   * @throws Failure `usage` as {@link create}, and for a recipient that is none
   */
  static async createEncrypted(target: string, outputs: Outputs, words: readonly string[]): Promise<BundleWriter> {
    if (!/\.(?:tar\.gz|tgz|zip)\.age$/i.test(target)) throw notEncryptable(target);
    const { Recipients: Loaded } = await import("./encrypt.ts");
    const recipients = new Loaded(words);
    const folder = await FolderInMaking.createUnnamed("handover", outputs.temporary);
    return new BundleWriter(target, outputs, folder, recipients);
  }

  /**
   * Opens a file of the bundle; several may be open.
   *
   * @param path with `/` between names: `resources/users.ndjson`; see `isBundlePath`
   * @throws TypeError for a path that no bundle has, one that is there, and the 1,001st file
   * @throws Failure `unexpected` on a full or faulty disk
   */
  async file(path: string): Promise<BundleFile> {
    const isPossible = isBundlePath(path) && !this.#names.has(sameName(path)) && this.#names.size <= MAX_FILES;
    if (!isPossible) throw new TypeError(`${path} cannot be in a bundle`);
    this.#names.add(sameName(path));
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
   * Writes the manifest and the hashes, packs, and gives the bundle its name.
   *
   * @returns its fingerprint: the SHA-256 of `SHA256SUMS`, which has the hashes of all the rest
   * @throws Failure `usage` where something took the name meanwhile
   */
  async finish(manifest: Manifest): Promise<string> {
    await this.#put(MANIFEST, manifestText(manifest));
    const { sha256 } = await this.#put(SUMS, sumsText(this.#sums()));
    if (this.#kind === "folder") await this.#folder.settle();
    else await this.#pack(this.#kind, manifest);
    this.#isOver = true;
    return sha256;
  }

  /** Removes all that was written; does nothing once the bundle has its name. */
  async abandon(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#folder.abandon();
  }

  /** {@link abandon}: `await using` leaves no half of a bundle behind */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon();
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

  async #pack(kind: ArchiveKind, { asOf }: Manifest): Promise<void> {
    const others = [...this.#written.keys()].filter((path) => path !== MANIFEST && path !== SUMS);
    const entries = [MANIFEST, SUMS, ...others.toSorted(inByteOrder)].map((path): PackedEntry => ({
      path,
      bytes: this.#written.get(path)?.bytes ?? 0,
      content: () => readChunks(join(this.#folder.path, path)),
    }));
    const pack = async (archive: ContentWriter): Promise<void> => {
      if (kind === "zip") await (await import("./archive/zip-write.ts")).packZip(entries, asOf, archive);
      else await (await import("./archive/tar-write.ts")).packTar(entries, asOf, archive);
    };
    const recipients = this.#recipients;
    if (recipients === undefined) await this.#outputs.write(this.#target, pack);
    else {
      const packed = await this.#folder.file(PACKED);
      await pack(packed);
      await packed.close();
      await this.#outputs.write(this.#target, async (file) => {
        for await (const chunk of recipients.encrypted(readChunks(join(this.#folder.path, PACKED)))) {
          await file.write(chunk);
        }
      });
    }
    await this.#folder.abandon();
  }
}

/** A name that no file of a bundle has. */
const PACKED = ".packed";

const notEncryptable = (target: string): Failure =>
  new Failure("usage", {
    what: text("an encrypted bundle is an archive", "暗号化できるのはアーカイブだけです"),
    where: target,
    hint: text("name it FILE.zip.age or FILE.tar.gz.age", "名前を FILE.zip.age か FILE.tar.gz.age にしてください"),
  });

/** Endings of archives that are not written: a folder of such a name would be taken for one. */
const OTHER_ENDING = /\.(?:tar|gz|bz2|xz|zst|7z|rar|age)$/i;

/** @throws Failure `usage` for a name that looks like an archive of another kind */
function refuseOtherEnding(target: string): void {
  if (kindOf(target) !== "folder" || !OTHER_ENDING.test(target)) return;
  throw new Failure("usage", {
    what: text(
      "a bundle is a folder, FILE.tar.gz or FILE.zip",
      "引き継ぎデータはフォルダー、FILE.tar.gz、FILE.zip のいずれかです",
    ),
    where: target,
    hint: target.toLowerCase().endsWith(AGE_ENDING)
      ? text("say for whom it is encrypted: --encrypt-to age1…", "暗号化の相手を指定してください: --encrypt-to age1…")
      : text("change the name's ending", "名前の末尾を変えてください"),
  });
}
