import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Processes } from "../processes.ts";
import { Database } from "./database.ts";
import { checkIdentity } from "./identity.ts";
import { migrate, newer, SCHEMA_VERSION } from "./migrations.ts";
import { closeToOthers } from "./own-file.ts";
import { damaged, storageFailure } from "./storage-failure.ts";
import type { WriterNote } from "./writer-note.ts";

/** A tenant's file, and the initial data of a new one. */
export interface TenantFile {
  /** the tenant's name */
  readonly name: string;
  /** folder of all the tenant's files; created if missing */
  readonly folder: string;
  /** a UTC instant */
  readonly now: string;
  readonly processes: Processes;
  /** in memory only: a new tenant to read from where there is none yet, which reading must not make */
  readonly inMemory?: boolean | undefined;
  /** how long a change waits for another process's; by default five seconds */
  readonly busyTimeoutMs?: number | undefined;
}

/** Its name in the folder of the tenant. */
export const TENANT_FILE = "tenant.db";

/** `tenant.db.new-PID`: a tenant file under construction. */
const UNFINISHED = /^tenant\.db\.new-(\d+)(?:-wal|-shm|-journal)?$/;

/**
 * Opens the file of a tenant, creating or migrating it first. A new one is renamed only once it is complete, so
 * that an empty file, or a folder that lost it, is damage and never a tenant without users.
 *
 * @throws Failure `unexpected` when the file is damaged, or the disk full or faulty
 * @throws Failure `input-rejected`, `locked`, `unavailable` or `not-permitted`; see {@link checkIdentity} and {@link migrate}
 */
export const openTenantFile = (file: TenantFile, note: WriterNote): Database => {
  if (file.inMemory === true) return opened(memory(), file);
  const path = join(file.folder, TENANT_FILE);
  try {
    if (!existsSync(path)) make(path, file);
    if (statSync(path).size === 0) throw damaged(path);
    if (checkIdentity(path) > SCHEMA_VERSION) throw newer(path);
    const database = opened(path, file);
    if (!database.isReadOnly) closeToOthers(path, file.folder);
    return database;
  } catch (error) {
    throw storageFailure(note.explain(error), path);
  }
};

let memories = 0;

/** A database that all connections of this process to it share. @see https://sqlite.org/inmemorydb.html */
const memory = (): string => `file:tenant-${(memories += 1)}?mode=memory&cache=shared`;

function opened(path: string, { name, now, busyTimeoutMs }: TenantFile): Database {
  const database = Database.orReadOnly(path, { busyTimeoutMs });
  try {
    migrate(database, { name, now });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function make(path: string, file: TenantFile): void {
  const { folder, processes } = file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // another process may have created it meanwhile
  if (removeUnfinished(folder, processes).length > 0 && !existsSync(path)) throw damaged(path);
  const unfinished = `${path}.new-${processes.self}`;
  try {
    const database = opened(unfinished, file);
    try {
      // its log does not come along: closing would tell nobody that it could not be folded in
      database.foldLog();
    } finally {
      database.close();
    }
    linkOnce(unfinished, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(unfinished + suffix, { force: true });
  }
}

/** Removes the tenant files that dead processes were making. @returns the other names in the folder */
export const removeUnfinished = (folder: string, processes: Processes): readonly string[] =>
  readdirSync(folder).filter((entry) => {
    const pid = UNFINISHED.exec(entry)?.[1];
    if (pid !== undefined && !processes.isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
    return pid === undefined;
  });

/** A link, unlike a rename, never replaces a tenant that another process has created meanwhile. */
function linkOnce(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // some file systems do not support links
    if (!existsSync(to)) renameSync(from, to);
  }
}
