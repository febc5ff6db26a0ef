import { crc32 } from "node:zlib";
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";
import { Failure } from "../errors/index.ts";
import { createDamagedWorkbookFailure, createWorkbookTooLargeFailure } from "./workbook-failures.ts";

const toWorkbookFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : createDamagedWorkbookFailure(error);

/** Stores names in lower case, because names in workbooks are case-insensitive. */
export class Zip {
  readonly #file: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws `input-rejected` if the archive is damaged or encrypted */
  static async open(bytes: Buffer): Promise<Zip> {
    const entries = new Map<string, Entry>();
    try {
      // Without this option, names that contain backslashes or begin with a slash would be rejected.
      const file = await fromBufferPromise(bytes, { decodeStrings: false });
      for await (const entry of file.eachEntry()) {
        const key = entry.fileNameRaw.toString("utf8").replace(/^\//, "").toLowerCase();
        // Archives with repeated names are rejected, because office programs differ in which file they read.
        if (entry.isEncrypted() || entries.has(key)) throw createDamagedWorkbookFailure();
        entries.set(key, entry);
      }
      return new Zip(file, entries);
    } catch (error) {
      throw toWorkbookFailure(error);
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** Yields nothing if the file is missing. @throws `input-rejected` if damaged or above `most` bytes */
  async *chunks(name: string, most: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    if (entry.uncompressedSize > most) throw createWorkbookTooLargeFailure();
    let sum = 0;
    try {
      for await (const chunk of (await this.#file.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      throw toWorkbookFailure(error);
    }
    if (sum !== entry.crc32) throw createDamagedWorkbookFailure();
  }
}
