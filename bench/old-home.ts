import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { DATA } from "./bench.ts";
import type { Checkout } from "./checkout.ts";
import { inputOf } from "./input.ts";
import { HEADER, personRecord } from "./people.ts";
import { Program } from "./program.ts";

/** One person in this many is changed. */
const CHANGED_EVERY = 10;

/** People whose records are encoded and written at a time. */
const PEOPLE_AT_ONCE = 20_000;

/** The people of the input, a tenth of them with another number. */
async function writeChanged(path: string, rows: number): Promise<void> {
  await using file = await open(path, "w");
  await file.write(iconv.encode(`${HEADER.join(",")}\r\n`, "cp932"));
  for (let from = 0; from < rows; from += PEOPLE_AT_ONCE) {
    const records = Array.from({ length: Math.min(PEOPLE_AT_ONCE, rows - from) }, (_, at) => {
      const record = personRecord(from + at);
      return (from + at) % CHANGED_EVERY === 0 ? record.replace(",03-0000-", ",03-9999-") : record;
    });
    await file.write(iconv.encode(records.join(""), "cp932"));
  }
}

/** What the tenant follows from, beside the commit that makes it. */
async function recipe(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of ["people.ts", "input.ts", "old-home.ts"]) {
    hash.update(await readFile(join(import.meta.dirname, source)));
  }
  return hash.digest("hex").slice(0, 12);
}

async function make(old: Checkout, folder: string, rows: number, signal: AbortSignal): Promise<void> {
  const { path } = await inputOf(DATA, rows);
  const program = await Program.at(old, join(folder, "home"), signal);
  await program.importUsers(path, { create: rows, committed: true });
  const changed = join(folder, "changed.csv");
  await writeChanged(changed, rows);
  const counts = { create: 0, update: Math.ceil(rows / CHANGED_EVERY), delete: 0, committed: true };
  await program.importUsers(changed, counts, "--mode", "replace");
  for (const rest of await readdir(folder)) if (rest !== "home") await rm(join(folder, rest));
  // the compile cache of another program
  await rm(join(folder, "home", "cache"), { recursive: true, force: true });
}

/**
 * A home whose tenant another commit filled: that many users, and one committed import that replaced them and changed a
 * tenth. The one that is there, if commit and sources are the same, else a new one in its place.
 */
export async function oldHomeOf(old: Checkout, rows: number, signal: AbortSignal): Promise<string> {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: old.folder, encoding: "utf8" }).trim();
  const prefix = `old-home-${rows}-${commit}-`;
  const name = `${prefix}${await recipe()}`;
  await mkdir(DATA, { recursive: true });
  const present = await readdir(DATA);
  if (!present.includes(name)) {
    for (const stale of present) if (stale.startsWith(prefix)) await rm(join(DATA, stale), { recursive: true });
    const unfinished = join(DATA, `${prefix}${process.pid}.tmp`);
    try {
      await make(old, unfinished, rows, signal);
      await rename(unfinished, join(DATA, name));
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return join(DATA, name, "home");
}
