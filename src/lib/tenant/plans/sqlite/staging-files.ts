import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Database, isBusy } from "../../store/sqlite/database.ts";

/** The names of the staging files in a folder, which may not exist. */
export const stagingFiles = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".db"));
  } catch {
    return [];
  }
};

/** Creates the folder of the staging files, accessible to its owner only. */
export const makeStagingFolder = (folder: string): void => void mkdirSync(folder, { recursive: true, mode: 0o700 });

/** Whether the staging file exists. */
export const isThere = (path: string): boolean => existsSync(path);

/** Removes files. Never fails, as what they were for may be committed: the next sweep removes what is left. */
export const removeUnneeded = (paths: readonly string[]): void => {
  for (const path of paths) {
    try {
      rmSync(path, { force: true });
    } catch {
      continue;
    }
  }
};

/** {@link removeUnneeded} of a staging file and SQLite's files next to it. */
export const removeStaging = (path: string): void =>
  removeUnneeded(["", "-journal", "-wal", "-shm"].map((suffix) => path + suffix));

/** Removes SQLite's files next to staging files that no longer exist. */
export const removeStrayJournals = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const [staging = ""] = /^.*\.db(?=-(?:journal|wal|shm)$)/.exec(file) ?? [];
    if (staging !== "" && !existsSync(join(folder, staging))) rmSync(join(folder, file), { force: true });
  }
};

/** True if a running import holds the staging file. */
export const isHeld = (path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  const database = new Database(path, { busyTimeoutMs: 0, plain: true });
  try {
    database.exec("begin exclusive");
    return false;
  } catch (error) {
    // a file whose process was killed while writing its first pages is not a database, and is held by nobody
    return isBusy(error);
  } finally {
    database.close();
  }
};
