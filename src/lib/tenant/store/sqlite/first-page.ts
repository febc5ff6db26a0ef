import { closeSync, openSync, readSync } from "node:fs";

/** The beginning of a write-ahead log. @see https://sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG = { magic: 0x37_7f_06_82, pageSize: 8, salts: 16, checksum: 24, bytes: 32 } as const;

/** What is in front of each page there: its number, and in the last one of a transaction the size of the database. */
const FRAME = { page: 0, size: 4, salts: 8, checksum: 16, bytes: 24 } as const;

const SALT_BYTES = 8;

/**
 * Returns the first page of an SQLite file as its write-ahead log has it, after the last transaction that wrote it;
 * undefined where the log has none, or cannot be read. SQLite could only tell by opening the file, which writes.
 */
export const loggedFirstPage = (path: string): Buffer | undefined => {
  try {
    const log = openSync(`${path}-wal`, "r");
    try {
      return firstPageIn(log);
    } finally {
      closeSync(log);
    }
  } catch {
    return undefined;
  }
};

function firstPageIn(log: number): Buffer | undefined {
  const head = Buffer.alloc(LOG.bytes);
  if (readSync(log, head) < LOG.bytes || (head.readUInt32BE() & ~1) >>> 0 !== LOG.magic) return undefined;
  const salts = head.subarray(LOG.salts, LOG.salts + SALT_BYTES);
  const page = Buffer.alloc(head.readUInt32BE(LOG.pageSize));
  const isBigEndian = head.readUInt32BE() !== LOG.magic;
  let [frame, other] = [Buffer.alloc(FRAME.bytes), Buffer.alloc(FRAME.bytes)];
  let before = head.subarray(LOG.checksum);
  let written: Buffer | undefined;
  let committed: Buffer | undefined;
  for (let at = LOG.bytes; readSync(log, frame, 0, FRAME.bytes, at) === FRAME.bytes; at += FRAME.bytes + page.length) {
    // from an earlier round
    if (!frame.subarray(FRAME.salts, FRAME.checksum).equals(salts)) break;
    const isFirst = frame.readUInt32BE(FRAME.page) === 1;
    const isLast = frame.readUInt32BE(FRAME.size) > 0;
    if (isFirst || (isLast && written !== undefined)) {
      if (readSync(log, page, 0, page.length, at + FRAME.bytes) < page.length) break;
      const sums = checksum([frame.subarray(0, FRAME.salts), page], before, isBigEndian);
      // torn, as by a power cut
      if (!frame.subarray(FRAME.checksum).equals(sums)) break;
    }
    if (isFirst) written = Buffer.from(page);
    if (isLast) committed = written ?? committed;
    if (isLast) written = undefined;
    before = frame.subarray(FRAME.checksum);
    [frame, other] = [other, frame];
  }
  return committed;
}

/** Returns the sums over some bytes that follow those of `before`. */
function checksum(parts: readonly Buffer[], before: Buffer, isBigEndian: boolean): Buffer {
  let [first, second] = [before.readUInt32BE(0), before.readUInt32BE(4)];
  for (const part of parts) {
    const words = new DataView(part.buffer, part.byteOffset, part.length);
    for (let at = 0; at < part.length; at += 8) {
      first = (first + words.getUint32(at, !isBigEndian) + second) >>> 0;
      second = (second + words.getUint32(at + 4, !isBigEndian) + first) >>> 0;
    }
  }
  const sums = Buffer.alloc(8);
  sums.writeUInt32BE(first, 0);
  sums.writeUInt32BE(second, 4);
  return sums;
}
