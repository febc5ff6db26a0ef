import { createHash } from "node:crypto";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asRefusal, type ContentWriter, type WriteOptions } from "./atomic.ts";
import { createTemporaryFolder, type TemporaryFolder, type TemporaryPlace } from "./temporary.ts";

/** A file that was written. */
export interface WrittenFile {
  readonly bytes: number;
  /** in lower-case hexadecimal digits */
  readonly sha256: string;
}

/** A file that is being written, and hashed on the way. */
export interface FileInMaking extends ContentWriter {
  /** its content is on the disk then */
  close(): Promise<WrittenFile>;
}

/** Handed to the disk at once: smaller pieces are gathered. */
const GATHERED_BYTES = 256 * 1024;

/**
 * A folder that is filled out of sight, as `.NAME.PID.tmp` beside its final name, and gets that name when it is whole: a
 * process that dies leaves none of that name, and what it leaves is removed by the next command. Folders are 0700, files 0600.
 */
export class FolderInMaking {
  readonly #target: string;
  readonly #folder: TemporaryFolder;
  readonly #naming: Pick<WriteOptions<void>, "beforeNaming"> | undefined;
  readonly #open = new Set<FileHandle>();

  private constructor(target: string, folder: TemporaryFolder, naming?: Pick<WriteOptions<void>, "beforeNaming">) {
    this.#target = target;
    this.#folder = folder;
    this.#naming = naming;
  }

  /**
   * @param target absolute; a folder of that name is replaced unless `beforeNaming` throws
   * @throws `usage` where none can be made
   */
  static async create(
    target: string,
    { beforeNaming, ...place }: Omit<WriteOptions<void>, "mode" | "settle" | "isEmpty">,
  ): Promise<FolderInMaking> {
    const folder = await createTemporaryFolder(place, basename(target), dirname(target)).catch((error: unknown) => {
      throw asRefusal(error, target);
    });
    return new FolderInMaking(target, folder, { beforeNaming });
  }

  /** A folder that never gets a name: in the temporary folder, until it is abandoned. */
  static async createUnnamed(name: string, place: TemporaryPlace): Promise<FolderInMaking> {
    const folder = await createTemporaryFolder(place, name);
    return new FolderInMaking(folder.path, folder);
  }

  /** where it is now */
  get path(): string {
    return this.#folder.path;
  }

  /**
   * Opens a new file in it; several may be open.
   *
   * @param path with `/` between names
   * @throws `usage` where none can be made, `unexpected` on a full or faulty disk, also later
   */
  async file(path: string): Promise<FileInMaking> {
    const full = join(this.path, path);
    await mkdir(dirname(full), { recursive: true, mode: 0o700 }).catch(this.#onDisk);
    const handle = await open(full, "wx", 0o600).catch(this.#onDisk);
    this.#open.add(handle);
    const hash = createHash("sha256");
    let bytes = 0;
    let gathered: Uint8Array[] = [];
    let waiting = 0;
    /** what was handed to the disk last, while more is gathered */
    let writing: Promise<void> = Promise.resolve();
    const flush = async (): Promise<void> => {
      const content = Buffer.concat(gathered);
      gathered = [];
      waiting = 0;
      await writing;
      writing = handle.writeFile(content).catch(this.#onDisk);
      // heard of by the next flush, or as it is closed
      writing.catch(() => undefined);
      hash.update(content);
    };
    return {
      write: async (chunk) => {
        const content = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
        gathered.push(content);
        bytes += content.length;
        waiting += content.length;
        if (waiting >= GATHERED_BYTES) await flush();
      },
      close: async () => {
        await flush();
        await writing;
        if (this.#naming !== undefined) await handle.sync().catch(this.#onDisk);
        this.#open.delete(handle);
        await handle.close();
        return { bytes, sha256: hash.digest("hex") };
      },
    };
  }

  /** Gives it its final name; a folder that has the name is removed. @throws what `beforeNaming` throws */
  async settle(): Promise<void> {
    await this.#naming?.beforeNaming?.();
    await this.#folder.nameAs(this.#target).catch(this.#onDisk);
  }

  /** Removes it with all that is in it. */
  async abandon(): Promise<void> {
    for (const handle of this.#open) await handle.close().catch(() => undefined);
    this.#open.clear();
    await this.#folder.remove();
  }

  readonly #onDisk = (cause: unknown): never => {
    throw asRefusal(cause, this.#target);
  };
}
