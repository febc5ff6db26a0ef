import type { Dirent } from "node:fs";
import { opendir, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { text, type Text } from "../text/index.ts";
import { NOT_A_FILE, describeReadError } from "../errors/disk.ts";
import { readFileStart } from "./read.ts";

/**
 * A file that was read, or a path that was not read, with the reason. `where`: the name as typed, followed by the path
 * below it.
 */
export type ScannedFile =
  | {
      readonly where: string;
      /** file name without folders */
      readonly name: string;
      readonly bytes: Uint8Array;
      /** true if the user named this file; false if it was found in a named folder */
      readonly named: boolean;
    }
  | { readonly where: string; readonly reason: Text };

/** Maximum number of files, folders and other entries, over all levels, and maximum depth of nested folders. */
const [MAX_ENTRIES, MAX_DEPTH] = [100_000, 32];

export interface ScanOptions {
  readonly expected: RegExp;
  readonly mostBytes: number;
}

/**
 * Reads the named file, or the files with matching names in the named folder, sorted by name. Never waits for a pipe or
 * a device, and does not follow the links in a folder.
 *
 * @param where the name as typed by the user
 * @param workingFolder absolute path against which relative names are resolved
 */
export async function* scanFiles(
  where: string,
  workingFolder: string,
  options: ScanOptions,
): AsyncGenerator<ScannedFile> {
  const path = resolve(workingFolder, where);
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      yield* new FolderSearch(where, await realpath(path), options).all();
    } else {
      yield found.isFile()
        ? await readScannedFile({ where, path, named: true }, options.mostBytes)
        : { where, reason: NOT_A_FILE };
    }
  } catch (error) {
    yield { where, reason: describeReadError(error) };
  }
}

interface ScanTarget {
  readonly where: string;
  readonly path: string;
  readonly named: boolean;
}

async function readScannedFile({ where, path, named }: ScanTarget, mostBytes: number): Promise<ScannedFile> {
  try {
    const start = await readFileStart(path, mostBytes, { follow: named });
    if (start === undefined) return { where, reason: NOT_A_FILE };
    const { bytes } = start;
    return bytes.length > mostBytes
      ? { where, reason: describeSizeLimit(mostBytes) }
      : { where, name: basename(path), bytes, named };
  } catch (error) {
    return { where, reason: describeReadError(error) };
  }
}

const describeSizeLimit = (mostBytes: number): Text =>
  text(
    `the file is larger than ${mostBytes / 1024} KiB, so it is not read`,
    `ファイルが ${mostBytes / 1024} KiB を超えているため、読み込みません`,
  );

class FolderSearch {
  readonly #where: string;
  readonly #root: string;
  readonly #expected: RegExp;
  readonly #mostBytes: number;
  #entries = 0;

  constructor(where: string, root: string, { expected, mostBytes }: ScanOptions) {
    this.#where = where;
    this.#root = root;
    this.#expected = expected;
    this.#mostBytes = mostBytes;
  }

  async *all(): AsyncGenerator<ScannedFile> {
    yield* this.#folder("", 0);
    if (this.#full) {
      const reason = text(
        `the folder has more than ${MAX_ENTRIES} entries; the remaining entries were skipped`,
        `フォルダーの内容が ${MAX_ENTRIES} 件を超えています。残りは確認していません`,
      );
      yield { where: this.#where, reason };
    }
  }

  get #full(): boolean {
    return this.#entries > MAX_ENTRIES;
  }

  async *#folder(below: string, depth: number): AsyncGenerator<ScannedFile> {
    const where = join(this.#where, below);
    if (depth > MAX_DEPTH) {
      yield { where, reason: text("the folders are nested too deeply", "フォルダーの階層が深すぎます") };
      return;
    }
    const entries = await this.#list(join(this.#root, below)).catch(describeReadError);
    if ("en" in entries) {
      yield { where, reason: entries };
      return;
    }
    for (const entry of entries) yield* this.#entry(entry, join(below, entry.name), depth);
  }

  async #list(folder: string): Promise<readonly Dirent[]> {
    const entries: Dirent[] = [];
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      this.#entries += 1;
      if (this.#full) break;
      entries.push(entry);
    }
    return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  async *#entry(entry: Dirent, below: string, depth: number): AsyncGenerator<ScannedFile> {
    const expected = this.#expected.test(entry.name);
    const where = join(this.#where, below);
    if (entry.isDirectory()) {
      yield* this.#folder(below, depth + 1);
    } else if (expected) {
      const path = join(this.#root, below);
      yield entry.isFile()
        ? await readScannedFile({ where, path, named: false }, this.#mostBytes)
        : { where, reason: entry.isSymbolicLink() ? LINK_NOT_FOLLOWED : NOT_A_FILE };
    }
  }
}

const LINK_NOT_FOLLOWED = text(
  "the symbolic link is not followed; name its target, if it is not in this folder",
  "シンボリックリンクのため、たどりません。参照先がこのフォルダーになければ、参照先を指定してください",
);
