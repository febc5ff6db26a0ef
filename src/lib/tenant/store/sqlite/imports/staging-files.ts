import { readdirSync, statSync } from "node:fs";
import { Database } from "../database.ts";

/** The names of the staging files in a folder, which may not be there. */
export const stagingFiles = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".db"));
  } catch {
    return [];
  }
};

/** True where a running import holds the staging file. */
export const isHeld = (path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  const database = new Database(path, { busyTimeoutMs: 0, plain: true });
  try {
    database.exec("begin exclusive");
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
};
