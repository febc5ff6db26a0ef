import { crc32, createInflateRaw } from "node:zlib";
import { damaged, tooLarge, withPassword } from "./refusals.ts";

/** One file of a ZIP archive, as its central directory describes it. */
interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** A 32-bit field whose value is in the ZIP64 extra field. */
const ELSEWHERE = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const CHUNK_BYTES = 128 * 1024;

/**
 * The files of a ZIP archive that is in memory, by their names in lower case: part names ignore case.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3
 */
export class Zip {
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, ZipEntry>();

  /** @throws Failure `input-rejected` if it is damaged, or encrypted */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
    if (end < 0 || end + END_BYTES > bytes.length || end < bytes.length - END_BYTES - LONGEST_COMMENT) throw damaged();
    const count = bytes.readUInt16LE(end + 10);
    let at = bytes.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) at = this.#readEntry(at);
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** The unpacked size that the archive gives for a file; 0 if it lacks it. */
  sizeOf(name: string): number {
    return this.#entries.get(name.toLowerCase())?.size ?? 0;
  }

  /**
   * Unpacks a file piece by piece; nothing if the archive lacks it.
   *
   * @param most maximum number of unpacked bytes, whatever the archive says of it
   * @throws Failure `input-rejected` if it is longer, or damaged
   */
  async *chunks(name: string, most: number): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    const { method, crc, size } = entry;
    if (size > most) throw tooLarge();
    const packed = this.#packedBytes(entry);
    let passed = 0;
    let sum = 0;
    for await (const chunk of method === STORED ? pieces(packed) : inflated(packed)) {
      passed += chunk.length;
      if (passed > most) throw tooLarge();
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (passed !== size || sum !== crc) throw damaged();
  }

  /** A whole file. @throws Failure as {@link chunks} */
  async read(name: string, most: number): Promise<string> {
    return Buffer.concat(await Array.fromAsync(this.chunks(name, most))).toString("utf8");
  }

  #packedBytes({ offset, packed, method }: ZipEntry): Buffer {
    const bytes = this.#bytes;
    if (method !== STORED && method !== DEFLATED) throw damaged();
    if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) throw damaged();
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    if (from + packed > bytes.length) throw damaged();
    return bytes.subarray(from, from + packed);
  }

  #readEntry(at: number): number {
    const bytes = this.#bytes;
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw damaged();
    if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw withPassword();
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    if (extraEnd > bytes.length) throw damaged();
    const name = bytes.toString("utf8", at + 46, nameEnd);
    const key = name.replace(/^\//, "").toLowerCase();
    // which of two an office program would read is not known
    if (this.#entries.has(key)) throw damaged();
    const wide = wideFields(bytes.subarray(nameEnd, extraEnd));
    const field = (from: number): number => {
      const value = bytes.readUInt32LE(at + from);
      return value === ELSEWHERE ? (wide.shift() ?? ELSEWHERE) : value;
    };
    const size = field(24);
    const packed = field(20);
    const [method, crc, offset] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16), field(42)];
    this.#entries.set(key, { name, method, crc, packed, size, offset });
    return extraEnd + bytes.readUInt16LE(at + 32);
  }
}

/** The numbers of a ZIP64 extra field, in the order of the fields they stand for. */
function wideFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const fields = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(fields.length / 8) }, (_, i) => Number(fields.readBigUInt64LE(i * 8)));
  }
  return [];
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

async function* inflated(packed: Buffer): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  inflate.end(packed);
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (cause) {
    throw damaged(cause);
  }
}
