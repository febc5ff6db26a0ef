import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { DEVICE_HEADER, deviceRecord } from "./devices.ts";
import { changedRecord, HEADER, personOf, personRecord } from "./people.ts";

/** The organisations of each of two divisions. */
export const DIVISION_ORGS = 10_000;

/** What files are made of: a header, a record for each number from 0, and the sources that say so. */
const KINDS = {
  users: { header: HEADER, record: personRecord, encoding: "cp932", source: "people.ts" },
  "users-of-divisions": {
    header: HEADER,
    record: (index: number) => personOf(index, DIVISION_ORGS * 2),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-changed-here": {
    header: HEADER,
    record: (index: number) => changedRecord(index, 50),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-changed-there": {
    header: HEADER,
    record: (index: number) => changedRecord(index, 150),
    encoding: "cp932",
    source: "people.ts",
  },
  // as its peer reads it
  devices: { header: DEVICE_HEADER, record: deviceRecord, encoding: "utf-8", source: "devices.ts" },
} as const;

export type InputKind = keyof typeof KINDS;

/** The file that is imported: a header and `rows` records, with CRLF. */
export interface Input {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Records that are encoded and written at a time. */
const AT_ONCE = 20_000;

/** What the file's bytes follow from: the sources that make it. */
async function recipe(kind: InputKind): Promise<string> {
  const hash = createHash("sha256");
  for (const source of [KINDS[kind].source, "input.ts"]) hash.update(await readFile(join(import.meta.dirname, source)));
  return hash.digest("hex").slice(0, 12);
}

async function write(path: string, kind: InputKind, rows: number): Promise<void> {
  const { header, record, encoding } = KINDS[kind];
  const unfinished = `${path}.${process.pid}.tmp`;
  await using file = await open(unfinished, "w");
  await file.write(iconv.encode(`${header.join(",")}\r\n`, encoding));
  for (let from = 0; from < rows; from += AT_ONCE) {
    let text = "";
    for (let index = from; index < Math.min(rows, from + AT_ONCE); index += 1) text += record(index);
    await file.write(iconv.encode(text, encoding));
  }
  await file.sync();
  await rename(unfinished, path);
}

/**
 * The input of that many rows in `folder`: the one that is there, if the sources that made it are still the same,
 * else a new one in its place.
 */
export async function inputOf(folder: string, rows: number, kind: InputKind = "users"): Promise<Input> {
  await mkdir(folder, { recursive: true });
  const prefix = `${kind}-${rows}-`;
  const name = `${prefix}${await recipe(kind)}.csv`;
  const path = join(folder, name);
  const present = await readdir(folder);
  if (!present.includes(name)) {
    for (const stale of present) if (stale.startsWith(prefix) && stale.endsWith(".csv")) await rm(join(folder, stale));
    await write(path, kind, rows);
  }
  const { size } = await stat(path);
  return { path, rows, bytes: size };
}
