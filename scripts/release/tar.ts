import { gzipSync } from "node:zlib";
import { listFolders, sortEntries, type ArchiveEntry } from "./entry.ts";

const BLOCK_BYTES = 512;
const FILE_TYPE = "0";
const FOLDER_TYPE = "5";

/** Offset of the checksum in a header. For its calculation, the checksum's own bytes count as spaces. */
const CHECKSUM_OFFSET = 148;
const CHECKSUM_BYTES = 8;

const formatOctal = (value: number, bytes: number): string => `${value.toString(8).padStart(bytes - 1, "0")}\0`;

/**
 * Splits a path into a name of up to 100 bytes and the prefix before it.
 *
 * @throws Error if the path does not fit into a header
 */
function splitPath(name: string): readonly [prefix: string, rest: string] {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  const at = name.lastIndexOf("/", name.length - 2);
  const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
  if (at === -1 || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(rest) > 100) {
    throw new Error(`${name} is too long for an archive`);
  }
  return [prefix, rest];
}

/** Builds a POSIX ustar header for a file owned by root. */
function buildHeader(name: string, kind: string, size: number, mode: number, seconds: number): Buffer {
  const [prefix, rest] = splitPath(name);
  const block = Buffer.alloc(BLOCK_BYTES);
  const put = (value: string, at: number): void => void block.write(value, at);
  put(rest, 0);
  put(formatOctal(mode, 8), 100);
  put(formatOctal(0, 8), 108);
  put(formatOctal(0, 8), 116);
  put(formatOctal(size, 12), 124);
  put(formatOctal(seconds, 12), 136);
  block.fill(" ", CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_BYTES);
  put(kind, 156);
  put("ustar\x0000root", 257);
  put("root", 297);
  put(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, CHECKSUM_OFFSET);
  return block;
}

const createPadding = (size: number): Buffer => Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);

/**
 * Builds a gzip-compressed tar archive.
 *
 * @param seconds modification time of every entry, in seconds since 1970
 * @param above prefix of each name: `./` in Debian packages
 */
export function buildTarGz(entries: readonly ArchiveEntry[], seconds: number, above = ""): Buffer {
  const folders = listFolders(entries).map((name) => buildHeader(`${above}${name}/`, FOLDER_TYPE, 0, 0o755, seconds));
  const files = sortEntries(entries).flatMap(({ name, bytes, runs = false }) => [
    buildHeader(above + name, FILE_TYPE, bytes.length, runs ? 0o755 : 0o644, seconds),
    bytes,
    createPadding(bytes.length),
  ]);
  const root = above === "" ? [] : [buildHeader(above, FOLDER_TYPE, 0, 0o755, seconds)];
  const packed = gzipSync(Buffer.concat([...root, ...folders, ...files, Buffer.alloc(2 * BLOCK_BYTES)]), { level: 9 });
  // do not record the operating system on which the archive was created
  packed[9] = 0xff;
  return packed;
}
