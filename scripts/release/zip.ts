import { crc32, deflateRawSync } from "node:zlib";
import { inOrder, type Entry } from "./entry.ts";

const VERSION = 20;
/** Made on Unix, where files have modes. */
const MADE_BY = (3 << 8) | VERSION;
const DEFLATED = 8;
/** Names are UTF-8. */
const FLAGS = 0x0800;

/** A time of a zip archive, two seconds exact; in UTC, since it has no zone. */
function dosTime(seconds: number): readonly [time: number, date: number] {
  const at = new Date(seconds * 1000);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return [time, ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()];
}

/** Numbers in the order of their fields: [bytes, value]. */
function fields(...all: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  return Buffer.concat(
    all.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

/** A zip archive of some files. @param seconds since 1970: the time of every entry */
export function zip(entries: readonly Entry[], seconds: number): Buffer {
  const [time, date] = dosTime(seconds);
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  const sorted = inOrder(entries);
  for (const { name, bytes, runs = false } of sorted) {
    const packed = deflateRawSync(bytes, { level: 9 });
    const label = Buffer.from(name);
    const common = fields(
      [2, VERSION],
      [2, FLAGS],
      [2, DEFLATED],
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
      fields([4, 0x02014b50], [2, MADE_BY]),
      common,
      fields([2, 0], [2, 0], [2, 0], [4, mode], [4, offset]),
      label,
    );
    const whole = Buffer.concat([fields([4, 0x04034b50]), common, label, packed]);
    local.push(whole);
    offset += whole.length;
  }
  const directory = Buffer.concat(central);
  const count = sorted.length;
  const end = fields(
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
