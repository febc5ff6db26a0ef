import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasErrorCode, tryOrUndefined } from "../../errors/index.ts";
import { Database, isBusyError } from "../store/database.ts";

export const listStagingFiles = (folder: string): readonly string[] =>
  tryOrUndefined(() => readdirSync(folder).filter((file) => file.endsWith(".db"))) ?? [];

/** Creates a folder without parents, because the error of a recursive call would not say what failed. */
export const createStagingFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
  }
};

export const hasStagingFile = (path: string): boolean => existsSync(path);

/** Ignores errors, because the change may be committed and the next cleanup tries again. */
export const removeFilesIfPossible = (paths: readonly string[]): void => {
  for (const path of paths) tryOrUndefined(() => rmSync(path, { force: true }));
};

export const removeStagingFile = (path: string): void =>
  removeFilesIfPossible(["", "-journal", "-wal", "-shm"].map((suffix) => path + suffix));

export const removeStrayJournals = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const [staging = ""] = /^.*\.db(?=-(?:journal|wal|shm)$)/.exec(file) ?? [];
    if (staging !== "" && !existsSync(join(folder, staging))) rmSync(join(folder, file), { force: true });
  }
};

export const isStagingFileInUse = (path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  using database = new Database(path, { busyTimeoutMs: 0, plain: true });
  try {
    database.exec("begin exclusive");
    return false;
  } catch (error) {
    // a process that was killed during its first write leaves a file that is not a database
    return isBusyError(error);
  }
};
