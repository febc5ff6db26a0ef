import { crc32, deflateRawSync } from "node:zlib";
import { sortEntries, type ArchiveEntry } from "./entry.ts";

const ZIP_VERSION = 20;
/** Marks the archive as created on Unix, where files have modes. */
const MADE_BY_UNIX = (3 << 8) | ZIP_VERSION;
const DEFLATE_METHOD = 8;
/** Marks file names as UTF-8. */
const UTF8_FLAG = 0x0800;

/**
 * Returns a time in the format of zip archives: in UTC, because the format has no time zone, and with a resolution of
 * two seconds.
 */
function toDosTime(seconds: number): readonly [time: number, date: number] {
  const at = new Date(seconds * 1000);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return [time, ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()];
}

/** Encodes numbers as consecutive fields, each given as [bytes, value]. */
function encodeFields(...all: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  return Buffer.concat(
    all.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

/**
 * Builds a zip archive.
 *
 * @param seconds modification time of every entry, in seconds since 1970
 */
export function buildZip(entries: readonly ArchiveEntry[], seconds: number): Buffer {
  const [time, date] = toDosTime(seconds);
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  const sorted = sortEntries(entries);
  for (const { name, bytes, runs = false } of sorted) {
    const packed = deflateRawSync(bytes, { level: 9 });
    const label = Buffer.from(name);
    const common = encodeFields(
      [2, ZIP_VERSION],
      [2, UTF8_FLAG],
      [2, DEFLATE_METHOD],
      [2, time],
      [2, date],
      [4, crc32(bytes)],
      [4, packed.length],
      [4, bytes.length],
      [2, label.length],
      [2, 0],
    );
    const mode = (runs ? 0o100755 : 0o100644) * 0x10000;
    central.push(
      encodeFields([4, 0x02014b50], [2, MADE_BY_UNIX]),
      common,
      encodeFields([2, 0], [2, 0], [2, 0], [4, mode], [4, offset]),
      label,
    );
    const whole = Buffer.concat([encodeFields([4, 0x04034b50]), common, label, packed]);
    local.push(whole);
    offset += whole.length;
  }
  const directory = Buffer.concat(central);
  const count = sorted.length;
  const end = encodeFields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directory.length],
    [4, offset],
    [2, 0],
  );
  return Buffer.concat([...local, directory, end]);
}
