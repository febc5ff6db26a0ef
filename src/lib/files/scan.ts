import { statSync, type Dirent, type Stats } from "node:fs";
import { opendir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { text, type Text } from "../text/index.ts";
import { NOT_A_REGULAR_FILE, describeReadError } from "../errors/index.ts";
import { readFileStart } from "./read.ts";

export type ScannedFile =
  | {
      readonly where: string;
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly named: boolean;
    }
  | { readonly where: string; readonly reason: Text };

const MAX_ENTRIES = 100_000;

export interface ScanOptions {
  readonly expected: RegExp;
  readonly maxBytes: number;
}

/** Sorts files by name. Skips pipes, devices, and links in a folder. @param where name as typed by the user */
export async function* scanFiles(
  where: string,
  workingFolder: string,
  options: ScanOptions,
): AsyncGenerator<ScannedFile> {
  const path = resolve(workingFolder, where);
  const found = await new Promise<Stats>((settle) => settle(statSync(path))).catch(describeReadError);
  if ("en" in found) yield { where, reason: found };
  else if (!found.isDirectory()) yield await readScannedFile({ where, path, named: true }, options);
  else {
    const count = { entries: 0 };
    yield* scanFolder({ where, path, count }, options);
    if (count.entries > MAX_ENTRIES) yield { where, reason: TOO_MANY_ENTRIES };
  }
}

interface ScanTarget {
  readonly where: string;
  readonly path: string;
  readonly named: boolean;
}

async function readScannedFile({ where, path, named }: ScanTarget, { maxBytes }: ScanOptions): Promise<ScannedFile> {
  try {
    const start = await readFileStart(path, maxBytes, { follow: named });
    if (start === undefined) return { where, reason: NOT_A_REGULAR_FILE };
    if (start.bytes.length <= maxBytes) return { where, name: basename(path), bytes: start.bytes, named };
    const size = `${maxBytes / 1024} KiB`;
    const reason = text(
      `the file is larger than ${size}, so it is not read`,
      `ファイルが ${size} を超えているため、読み込みません`,
    );
    return { where, reason };
  } catch (error) {
    return { where, reason: describeReadError(error) };
  }
}

interface ScannedFolder extends Omit<ScanTarget, "named"> {
  readonly count: { entries: number };
}

async function* scanFolder({ where, path, count }: ScannedFolder, options: ScanOptions): AsyncGenerator<ScannedFile> {
  const entries = await listEntries(path, count).catch(describeReadError);
  if ("en" in entries) yield { where, reason: entries };
  for (const entry of "en" in entries ? [] : entries) {
    const below = { where: join(where, entry.name), path: join(path, entry.name) };
    if (entry.isDirectory()) yield* scanFolder({ ...below, count }, options);
    else if (!options.expected.test(entry.name)) continue;
    else if (entry.isFile()) yield await readScannedFile({ ...below, named: false }, options);
    else yield { where: below.where, reason: entry.isSymbolicLink() ? LINK_NOT_FOLLOWED : NOT_A_REGULAR_FILE };
  }
}

async function listEntries(folder: string, count: ScannedFolder["count"]): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    count.entries += 1;
    if (count.entries > MAX_ENTRIES) break;
    entries.push(entry);
  }
  return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const TOO_MANY_ENTRIES = text(
  `the folder has more than ${MAX_ENTRIES} entries; the remaining entries were skipped`,
  `フォルダーの内容が ${MAX_ENTRIES} 件を超えています。残りは読み込んでいません`,
);
const LINK_NOT_FOLLOWED = text(
  "the symbolic link is not followed; if its target is not in this folder, specify the target",
  "シンボリックリンクのため、たどりません。参照先がこのフォルダーになければ、参照先を指定してください",
);
