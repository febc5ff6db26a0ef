import { chmodSync, closeSync, existsSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Readable and writable by its owner alone. */
export const OWN_FILE = 0o600;

const OTHERS = 0o077;

/**
 * Makes an empty file that is its owner's alone, where there is none: SQLite makes its own readable by all, and those
 * beside a file as that is. One that cannot be made is left to SQLite to tell.
 *
 * @see https://www.sqlite.org/tempfiles.html
 */
export const makeOwn = (path: string): void => {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, "wx", OWN_FILE));
  } catch {
    return;
  }
};

/**
 * Takes from others what they may do with the files of a tenant, if its own file is open to them, as one may be that was
 * copied or restored. Never fails: what is another user's, or on a disk without permissions, stays.
 *
 * @param path of the tenant's file
 */
export const closeToOthers = (path: string, folder: string): void => {
  if ((statSync(path).mode & OTHERS) === 0) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    try {
      chmodSync(file, statSync(file).mode & 0o700);
    } catch {
      continue;
    }
  }
};
