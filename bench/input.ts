import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { DEVICE_HEADER, formatDeviceRecord } from "./devices.ts";
import {
  CUSTOM_FIELDS,
  formatChangedRecord,
  formatPersonInOrgs,
  formatPersonRecord,
  formatRecordWithFields,
  USER_HEADER,
} from "./people.ts";

/** Number of organisations in each of the two divisions. */
export const ORGS_PER_DIVISION = 10_000;

/**
 * How to generate each kind of file: its header, a function that returns the record with a given number (from 0), and
 * the source file that defines them.
 */
const INPUT_KINDS = {
  users: { header: USER_HEADER, record: formatPersonRecord, encoding: "cp932", source: "people.ts" },
  "users-of-divisions": {
    header: USER_HEADER,
    record: (index: number) => formatPersonInOrgs(index, ORGS_PER_DIVISION * 2),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-of-two-orgs": {
    header: USER_HEADER,
    record: (index: number) => formatPersonInOrgs(index, 2),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-changed-here": {
    header: USER_HEADER,
    record: (index: number) => formatChangedRecord(index, 50),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-changed-there": {
    header: USER_HEADER,
    record: (index: number) => formatChangedRecord(index, 150),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-with-fields": {
    header: [...USER_HEADER, ...CUSTOM_FIELDS],
    record: (index: number) => formatRecordWithFields(index, "前"),
    encoding: "cp932",
    source: "people.ts",
  },
  "users-with-changed-field": {
    header: [...USER_HEADER, ...CUSTOM_FIELDS],
    record: (index: number) => formatRecordWithFields(index, "後"),
    encoding: "cp932",
    source: "people.ts",
  },
  // the encoding that its peer reads
  devices: { header: DEVICE_HEADER, record: formatDeviceRecord, encoding: "utf-8", source: "devices.ts" },
} as const;

export type InputKind = keyof typeof INPUT_KINDS;

/** A generated file for an import: a header and `rows` records, with CRLF line ends. */
export interface InputFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Number of records that are encoded and written at a time. */
const BATCH_RECORDS = 20_000;

/** Returns a hash of the sources that determine the bytes of the file. */
async function hashInputSources(kind: InputKind): Promise<string> {
  const hash = createHash("sha256");
  for (const source of [INPUT_KINDS[kind].source, "input.ts"])
    hash.update(await readFile(join(import.meta.dirname, source)));
  return hash.digest("hex").slice(0, 12);
}

async function writeInputFile(path: string, kind: InputKind, rows: number): Promise<void> {
  const { header, record, encoding } = INPUT_KINDS[kind];
  const unfinished = `${path}.${process.pid}.tmp`;
  await using file = await open(unfinished, "w");
  await file.write(iconv.encode(`${header.join(",")}\r\n`, encoding));
  for (let from = 0; from < rows; from += BATCH_RECORDS) {
    let text = "";
    for (let index = from; index < Math.min(rows, from + BATCH_RECORDS); index += 1) text += record(index);
    await file.write(iconv.encode(text, encoding));
  }
  await file.sync();
  await rename(unfinished, path);
}

/**
 * Returns the input with that many rows in `folder`. Reuses the existing file if the sources that generated it have not
 * changed; otherwise replaces it.
 */
export async function prepareInputFile(folder: string, rows: number, kind: InputKind = "users"): Promise<InputFile> {
  await mkdir(folder, { recursive: true });
  const prefix = `${kind}-${rows}-`;
  const name = `${prefix}${await hashInputSources(kind)}.csv`;
  const path = join(folder, name);
  const present = await readdir(folder);
  if (!present.includes(name)) {
    for (const stale of present) if (stale.startsWith(prefix) && stale.endsWith(".csv")) await rm(join(folder, stale));
    await writeInputFile(path, kind, rows);
  }
  const { size } = await stat(path);
  return { path, rows, bytes: size };
}
