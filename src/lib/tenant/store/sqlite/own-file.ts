import { chmodSync, closeSync, existsSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** File mode: only the owner can read and write the file. */
export const OWNER_ONLY_MODE = 0o600;

const GROUP_AND_OTHERS_MASK = 0o077;

/**
 * Creates an empty file that only its owner can access, unless the file exists. Files that SQLite creates itself can be
 * read by all users, but SQLite gives files next to an existing file the permissions of that file. If the file cannot
 * be created, SQLite reports the error later.
 *
 * @see https://www.sqlite.org/tempfiles.html
 */
export const createOwnerOnlyFile = (path: string): void => {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, "wx", OWNER_ONLY_MODE));
  } catch {
    return;
  }
};

/**
 * Removes the permissions of other users on all files of a tenant if other users can access the tenant's file, for
 * example after it was copied or restored. Never fails: files that belong to another user, or that are on a disk
 * without permissions, do not change.
 *
 * @param path path of the tenant's file
 */
export const restrictToOwner = (path: string, folder: string): void => {
  if ((statSync(path).mode & GROUP_AND_OTHERS_MASK) === 0) return;
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
