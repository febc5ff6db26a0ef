import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { HEADER, personRecord } from "./people.ts";

/** The file that is imported: CP932, CRLF, a header and `rows` people. */
export interface Input {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** People whose records are encoded and written at a time. */
const PEOPLE_AT_ONCE = 20_000;

/** What the file's bytes follow from: the sources that make it. */
async function recipe(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of ["people.ts", "input.ts"]) hash.update(await readFile(join(import.meta.dirname, source)));
  return hash.digest("hex").slice(0, 12);
}

async function write(path: string, rows: number): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await using file = await open(unfinished, "w");
  await file.write(iconv.encode(`${HEADER.join(",")}\r\n`, "cp932"));
  for (let from = 0; from < rows; from += PEOPLE_AT_ONCE) {
    let text = "";
    for (let index = from; index < Math.min(rows, from + PEOPLE_AT_ONCE); index += 1) text += personRecord(index);
    await file.write(iconv.encode(text, "cp932"));
  }
  await file.sync();
  await rename(unfinished, path);
}

/**
 * The input of that many rows in `folder`: the one that is there, if the sources that made it are still the same,
 * else a new one in its place.
 */
export async function inputOf(folder: string, rows: number): Promise<Input> {
  await mkdir(folder, { recursive: true });
  const prefix = `users-${rows}-`;
  const name = `${prefix}${await recipe()}.csv`;
  const path = join(folder, name);
  const present = await readdir(folder);
  if (!present.includes(name)) {
    for (const stale of present) if (stale.startsWith(prefix) && stale.endsWith(".csv")) await rm(join(folder, stale));
    await write(path, rows);
  }
  const { size } = await stat(path);
  return { path, rows, bytes: size };
}
