import { rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { diskFailureOf } from "../errors/disk.ts";
import { asRefusal, checkNew, type ContentWriter, type OutputPlace } from "./atomic.ts";
import { createTemporary, type TemporaryFile } from "./temporary.ts";

/**
 * A file, 0600, that is filled out of sight, as `.NAME.PID.tmp` beside its final name, and gets that name when it is whole.
 * Unlike `writeFileAtomically` it never replaces one, and what was written can be corrected before.
 */
export class NewFile implements ContentWriter {
  readonly #target: string;
  readonly #file: TemporaryFile;
  #bytes = 0;

  private constructor(target: string, file: TemporaryFile) {
    this.#target = target;
    this.#file = file;
  }

  /** @throws `usage` where there is something of that name already, and where none can be made */
  static async create(target: string, place: OutputPlace): Promise<NewFile> {
    const full = await checkNew(target, place);
    const file = await createTemporary(place, dirname(full), basename(full), 0o600).catch((error: unknown) => {
      throw asRefusal(error, target);
    });
    return new NewFile(full, file);
  }

  /** bytes written so far */
  get bytes(): number {
    return this.#bytes;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    const content = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    await this.writeAt(this.#bytes, content);
    this.#bytes += content.length;
  }

  /** Writes over what was written already. */
  async writeAt(position: number, content: Uint8Array): Promise<void> {
    let done = 0;
    while (done < content.length) {
      const { bytesWritten } = await this.#file.handle
        .write(content, done, content.length - done, position + done)
        .catch(this.#onDisk);
      done += bytesWritten;
    }
  }

  /** Gives it its final name. @throws `usage` where something took the name meanwhile */
  async settle(): Promise<void> {
    const { handle, path, forget } = this.#file;
    await handle.sync().catch(this.#onDisk);
    await handle.close();
    await checkNew(this.#target);
    await rename(path, this.#target).catch(this.#onDisk);
    await forget();
  }

  /** Removes it. */
  async abandon(): Promise<void> {
    const { handle, path, forget } = this.#file;
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    await forget();
  }

  readonly #onDisk = (cause: unknown): never => {
    throw diskFailureOf(cause, this.#target) ?? cause;
  };
}
