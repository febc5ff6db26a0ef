import { createHash } from "node:crypto";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ContentWriter, WriteOptions } from "./atomic.ts";
import { rethrowAsOutputFailure } from "./folder.ts";
import { createTemporaryFolder, type TemporaryFolder, type TemporaryStorage } from "./temporary.ts";

export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Do not change a chunk after it was written. */
export interface HashedFileWriter extends ContentWriter {
  close(): Promise<WrittenFile>;
}

const WRITE_BATCH_BYTES = 256 * 1024;

/** The folder (mode 0700, files 0600) has a temporary name until it is complete. */
export class FolderWriter {
  readonly #target: string;
  readonly #folder: TemporaryFolder;
  readonly #naming: Pick<WriteOptions, "beforeNaming"> | undefined;
  readonly #open = new Set<FileHandle>();
  readonly #onDisk: (cause: unknown) => never;

  private constructor(target: string, folder: TemporaryFolder, naming?: Pick<WriteOptions, "beforeNaming">) {
    this.#target = target;
    this.#folder = folder;
    this.#naming = naming;
    this.#onDisk = rethrowAsOutputFailure(target);
  }

  static async create(
    target: string,
    { beforeNaming, ...place }: Omit<WriteOptions, "mode" | "settle">,
  ): Promise<FolderWriter> {
    const making = createTemporaryFolder(place, basename(target), dirname(target));
    return new FolderWriter(target, await making.catch(rethrowAsOutputFailure(target)), { beforeNaming });
  }

  /** The folder keeps its temporary name. */
  static async createUnnamed(name: string, place: TemporaryStorage): Promise<FolderWriter> {
    const folder = await createTemporaryFolder(place, name);
    return new FolderWriter(folder.path, folder);
  }

  get path(): string {
    return this.#folder.path;
  }

  async file(path: string): Promise<HashedFileWriter> {
    const full = join(this.path, path);
    await mkdir(dirname(full), { recursive: true, mode: 0o700 }).catch(this.#onDisk);
    const handle = await open(full, "wx", 0o600).catch(this.#onDisk);
    this.#open.add(handle);
    const hash = createHash("sha256");
    let bytes = 0;
    let gathered: Uint8Array[] = [];
    let waiting = 0;
    const flush = async (): Promise<void> => {
      const content = Buffer.concat(gathered);
      gathered = [];
      waiting = 0;
      await handle.writeFile(content).catch(this.#onDisk);
      hash.update(content);
    };
    return {
      write: async (chunk) => {
        const content = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
        gathered.push(content);
        bytes += content.length;
        waiting += content.length;
        if (waiting >= WRITE_BATCH_BYTES) await flush();
      },
      close: async () => {
        await flush();
        if (this.#naming !== undefined) await handle.sync().catch(this.#onDisk);
        this.#open.delete(handle);
        await handle.close();
        return { bytes, sha256: hash.digest("hex") };
      },
    };
  }

  async settle(): Promise<void> {
    await this.#naming?.beforeNaming?.();
    await this.#folder.nameAs(this.#target).catch(this.#onDisk);
  }

  async abandon(): Promise<void> {
    for (const handle of this.#open) await handle.close().catch(() => undefined);
    this.#open.clear();
    await this.#folder.remove();
  }
}
