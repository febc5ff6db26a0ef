import type { Dirent } from "node:fs";
import { opendir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { text, type Text } from "../text/index.ts";
import { NOT_A_FILE, reasonOf } from "../errors/disk.ts";
import { readStart } from "./read.ts";
import { hasCode } from "./temporary.ts";

/** A file that was read, or a path that was not and why. `where` names it: as typed, with the path below. */
export type ScannedFile =
  | {
      readonly where: string;
      /** its name without folders */
      readonly name: string;
      readonly bytes: Uint8Array;
      /** it was named itself, rather than found in a named folder */
      readonly named: boolean;
    }
  | { readonly where: string; readonly reason: Text };

/** Limits of a folder search. */
export interface ScanLimits {
  /** files, folders and all else, over all levels */
  readonly mostEntries: number;
  /** maximum depth of nested folders */
  readonly deepest: number;
}

const USUAL_LIMITS: ScanLimits = { mostEntries: 100_000, deepest: 32 };

/** Options of a scan. */
export interface ScanOptions {
  /** in a folder only files with matching names are read; a file that is named itself may have any name */
  readonly expected: RegExp;
  /** longer files are not read */
  readonly mostBytes: number;
  /** what a folder's files and folders are left out by: `*` and `?` in a name, `**` over folders; a path if it has a `/` */
  readonly exclude?: readonly string[] | undefined;
  readonly limits?: ScanLimits | undefined;
}

/**
 * Reads a named file, or the files with matching names in a named folder, sorted by name. It never waits for a pipe or
 * a device, and does not follow links out of the folder.
 *
 * @param where as the user typed it
 * @param workingFolder absolute; relative names are resolved against it
 */
export async function* scan(where: string, workingFolder: string, options: ScanOptions): AsyncGenerator<ScannedFile> {
  const path = resolve(workingFolder, where);
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      yield* new Search(where, await realpath(path), options).all();
    } else {
      yield found.isFile()
        ? await readOne({ where, path, named: true }, options.mostBytes)
        : { where, reason: NOT_A_FILE };
    }
  } catch (error) {
    yield { where, reason: followedReasonOf(error) };
  }
}

/** {@link reasonOf} for an error while links were followed. */
const followedReasonOf = (error: unknown): Text => (hasCode(error, "ELOOP") ? LOOP : reasonOf(error));

interface ScanTarget {
  readonly where: string;
  readonly path: string;
  readonly named: boolean;
}

async function readOne({ where, path, named }: ScanTarget, mostBytes: number): Promise<ScannedFile> {
  try {
    const start = await readStart(path, mostBytes, { follow: named });
    if (start === undefined) return { where, reason: NOT_A_FILE };
    const { bytes } = start;
    return bytes.length > mostBytes
      ? { where, reason: tooLong(mostBytes) }
      : { where, name: basename(path), bytes, named };
  } catch (error) {
    return { where, reason: reasonOf(error) };
  }
}

const tooLong = (mostBytes: number): Text =>
  text(`longer than ${mostBytes / 1024} KiB; not read`, `${mostBytes / 1024} KiB を超えているため読み込みません`);

/** A pattern for paths below a folder, with `/` between names; one without a `/` is for the last name. */
function patternOf(glob: string): RegExp {
  const written = glob.replace(/^\.?\//, "").replace(/\/$/, "");
  const inside = written
    .replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/?|\*|\?/g, (sign) => (sign === "?" ? "[^/]" : sign === "*" ? "[^/]*" : ".*"));
  return new RegExp(`${written.includes("/") ? "^" : "(?:^|/)"}${inside}$`, "su");
}

/** The search of one named folder. */
class Search {
  readonly #where: string;
  readonly #root: string;
  readonly #limits: ScanLimits;
  readonly #expected: RegExp;
  readonly #mostBytes: number;
  readonly #exclude: readonly RegExp[];
  #entries = 0;

  /** @param root the folder's real path */
  constructor(where: string, root: string, { expected, mostBytes, exclude = [], limits = USUAL_LIMITS }: ScanOptions) {
    this.#where = where;
    this.#root = root;
    this.#limits = limits;
    this.#expected = expected;
    this.#mostBytes = mostBytes;
    this.#exclude = exclude.map(patternOf);
  }

  async *all(): AsyncGenerator<ScannedFile> {
    yield* this.#folder("", 0);
    if (this.#full) {
      const most = this.#limits.mostEntries;
      const reason = text(
        `more than ${most} entries; the rest was skipped`,
        `${most} 件を超えています。残りは確認していません`,
      );
      yield { where: this.#where, reason };
    }
  }

  get #full(): boolean {
    return this.#entries > this.#limits.mostEntries;
  }

  /** @param below the folder's path from the root */
  async *#folder(below: string, depth: number): AsyncGenerator<ScannedFile> {
    const where = join(this.#where, below);
    if (depth > this.#limits.deepest) {
      yield { where, reason: text("folders nested too deeply", "フォルダーの階層が深すぎます") };
      return;
    }
    const entries = await this.#list(join(this.#root, below)).catch(reasonOf);
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
    const slashed = below.replaceAll(sep, "/");
    if (this.#exclude.some((pattern) => pattern.test(slashed))) return;
    const expected = this.#expected.test(entry.name);
    const where = join(this.#where, below);
    if (entry.isDirectory()) {
      yield* this.#folder(below, depth + 1);
    } else if (entry.isSymbolicLink()) {
      yield* this.#link(where, join(this.#root, below), expected);
    } else if (expected) {
      const path = join(this.#root, below);
      yield entry.isFile()
        ? await readOne({ where, path, named: false }, this.#mostBytes)
        : { where, reason: NOT_A_FILE };
    }
  }

  /** A link within the folder leads to a file found there anyway, unless that file's own name does not match. */
  async *#link(where: string, path: string, expected: boolean): AsyncGenerator<ScannedFile> {
    try {
      const target = await realpath(path);
      const isFolder = (await stat(target)).isDirectory();
      if (!this.#holds(target)) {
        const reason = text(
          "symbolic link out of the folder; not followed",
          "シンボリックリンクの参照先がフォルダーの外にあるためたどりません",
        );
        if (expected || isFolder) yield { where, reason };
      } else if (isFolder) {
        if (path.startsWith(join(target, sep))) yield { where, reason: LOOP };
      } else if (expected && !this.#expected.test(target)) {
        yield { ...(await readOne({ where, path: target, named: false }, this.#mostBytes)), where };
      }
    } catch (error) {
      const reason = followedReasonOf(error);
      if (expected || reason === LOOP) yield { where, reason };
    }
  }

  #holds(target: string): boolean {
    const way = relative(this.#root, target);
    return way !== ".." && !way.startsWith(`..${sep}`) && resolve(this.#root, way) === target;
  }
}

const LOOP = text("symbolic link loop", "シンボリックリンクが循環しています");
