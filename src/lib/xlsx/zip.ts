import { crc32, createInflateRaw } from "node:zlib";
import {
  createDamagedWorkbookFailure,
  createWorkbookTooLargeFailure,
  createProtectedWorkbookFailure,
} from "./workbook-failures.ts";

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ZIP64_MARKER = 0xffffffff;
const STORED_METHOD = 0;
const DEFLATE_METHOD = 8;
const CHUNK_BYTES = 128 * 1024;

/**
 * The files of a ZIP archive that is held in memory. File names are kept in lower case, because the names of workbook
 * parts are not case-sensitive.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3
 */
export class Zip {
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, ZipEntry>();

  /** Reads the directory of an archive. @throws Failure `input-rejected` if the archive is damaged or encrypted */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
    if (end < 0 || end + END_RECORD_BYTES > bytes.length || end < bytes.length - END_RECORD_BYTES - MAX_COMMENT_BYTES)
      throw createDamagedWorkbookFailure();
    const count = bytes.readUInt16LE(end + 10);
    let at = bytes.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) at = this.#readEntry(at);
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  sizeOf(name: string): number {
    return this.#entries.get(name.toLowerCase())?.size ?? 0;
  }

  /**
   * Unpacks a file piece by piece. Yields nothing if the archive does not contain the file.
   *
   * @param most maximum number of unpacked bytes, whatever size the archive states
   * @throws Failure `input-rejected` if the file is larger or damaged
   */
  async *chunks(name: string, most: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    const { method, crc, size } = entry;
    if (size > most) throw createWorkbookTooLargeFailure();
    const packed = this.#packedBytes(entry);
    let passed = 0;
    let sum = 0;
    for await (const chunk of method === STORED_METHOD ? splitIntoChunks(packed) : inflateContent(packed)) {
      passed += chunk.length;
      if (passed > most) throw createWorkbookTooLargeFailure();
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (passed !== size || sum !== crc) throw createDamagedWorkbookFailure();
  }

  /** Reads a whole file as text. @throws Failure as {@link chunks} */
  async read(name: string, most: number): Promise<string> {
    return Buffer.concat(await Array.fromAsync(this.chunks(name, most))).toString("utf8");
  }

  #packedBytes({ offset, packed, method }: ZipEntry): Buffer {
    const bytes = this.#bytes;
    if (method !== STORED_METHOD && method !== DEFLATE_METHOD) throw createDamagedWorkbookFailure();
    if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE)
      throw createDamagedWorkbookFailure();
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    if (from + packed > bytes.length) throw createDamagedWorkbookFailure();
    return bytes.subarray(from, from + packed);
  }

  #readEntry(at: number): number {
    const bytes = this.#bytes;
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw createDamagedWorkbookFailure();
    if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw createProtectedWorkbookFailure();
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    if (extraEnd > bytes.length) throw createDamagedWorkbookFailure();
    const name = bytes.toString("utf8", at + 46, nameEnd);
    const key = name.replace(/^\//, "").toLowerCase();
    // if two files have the same name, it is unknown which of them an office program would read
    if (this.#entries.has(key)) throw createDamagedWorkbookFailure();
    const wide = readZip64Fields(bytes.subarray(nameEnd, extraEnd));
    const field = (from: number): number => {
      const value = bytes.readUInt32LE(at + from);
      return value === ZIP64_MARKER ? (wide.shift() ?? ZIP64_MARKER) : value;
    };
    const size = field(24);
    const packed = field(20);
    const [method, crc, offset] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16), field(42)];
    this.#entries.set(key, { name, method, crc, packed, size, offset });
    return extraEnd + bytes.readUInt16LE(at + 32);
  }
}

function readZip64Fields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const fields = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(fields.length / 8) }, (_, i) => Number(fields.readBigUInt64LE(i * 8)));
  }
  return [];
}

function* splitIntoChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

async function* inflateContent(packed: Buffer): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  inflate.end(packed);
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (cause) {
    throw createDamagedWorkbookFailure(cause);
  }
}
