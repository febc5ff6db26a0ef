import { gzipSync } from "node:zlib";
import { foldersOf, inOrder, type Entry } from "./entry.ts";

const BLOCK = 512;
const FILE = "0";
const FOLDER = "5";

/** Bytes of a header that are its own checksum, and count as blanks in it. */
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

const octal = (value: number, bytes: number): string => `${value.toString(8).padStart(bytes - 1, "0")}\0`;

/** A name of up to 100 bytes, and what stands before it. @throws Error for a name that no header holds */
function split(name: string): readonly [prefix: string, rest: string] {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  const at = name.lastIndexOf("/", name.length - 2);
  const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
  if (at === -1 || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(rest) > 100) {
    throw new Error(`${name} is too long for an archive`);
  }
  return [prefix, rest];
}

/** The header of POSIX's ustar: owned by root, of the time that is given. */
function header(name: string, kind: string, size: number, mode: number, seconds: number): Buffer {
  const [prefix, rest] = split(name);
  const block = Buffer.alloc(BLOCK);
  const put = (value: string, at: number): void => void block.write(value, at);
  put(rest, 0);
  put(octal(mode, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(size, 12), 124);
  put(octal(seconds, 12), 136);
  block.fill(" ", CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES);
  put(kind, 156);
  put("ustar\x0000root", 257);
  put("root", 297);
  put(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, CHECKSUM_AT);
  return block;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/**
 * A tar archive of some files, compressed by gzip.
 *
 * @param seconds since 1970: the time of every entry
 * @param above stands before each name: `./` in Debian's packages
 */
export function tarGz(entries: readonly Entry[], seconds: number, above = ""): Buffer {
  const folders = foldersOf(entries).map((name) => header(`${above}${name}/`, FOLDER, 0, 0o755, seconds));
  const files = inOrder(entries).flatMap(({ name, bytes, runs = false }) => [
    header(above + name, FILE, bytes.length, runs ? 0o755 : 0o644, seconds),
    bytes,
    padding(bytes.length),
  ]);
  const root = above === "" ? [] : [header(above, FOLDER, 0, 0o755, seconds)];
  const packed = gzipSync(Buffer.concat([...root, ...folders, ...files, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // the system that packed it is no part of it
  packed[9] = 0xff;
  return packed;
}
