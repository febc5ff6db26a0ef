import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { Processes } from "../processes.ts";
import { createOwnerOnlyFile, Database } from "./database.ts";
import { checkIdentity, migrate, createNewerVersionFailure, SCHEMA_VERSION } from "./migrations.ts";
import { createUnusableFileFailure, toStorageFailure } from "./storage-failure.ts";
import type { WriterNote } from "./writer-note.ts";

export interface TenantFileOptions {
  readonly name: string;
  readonly folder: string;
  /** a UTC instant */
  readonly now: string;
  readonly processes: Processes;
  /** true to create a new tenant in memory, because reading must not create a file */
  readonly inMemory?: boolean | undefined;
  /** maximum time that a change waits for another process; default: five seconds */
  readonly busyTimeoutMs?: number | undefined;
}

export const TENANT_FILE_NAME = "tenant.db";

/** Matches `tenant.db.new-PID` and `tenant.db.new-PID-COUNT`: a tenant file that is being created or copied. */
const UNFINISHED_FILE_PATTERN = /^tenant\.db\.new-(\d+)(?:-(?:\d+|wal|shm|journal))?$/;

/**
 * Opens a tenant's file, and creates or migrates it if necessary. A new file is renamed when it is complete, so an
 * empty or missing file in a tenant's folder is damage. @throws Failure `unexpected` for damage or disk errors;
 * `input-rejected`, `locked`, `unavailable` or `not-permitted`; see {@link checkIdentity}, {@link migrate}
 */
export const openTenantFile = (file: TenantFileOptions, note: WriterNote): Database => {
  if (file.inMemory === true) return openAndMigrate(buildMemoryDatabasePath(), file);
  const path = join(file.folder, TENANT_FILE_NAME);
  try {
    if (!existsSync(path)) createTenantFile(path, file);
    if (statSync(path).size === 0) throw createUnusableFileFailure(path, "file is empty");
    if (checkIdentity(path) > SCHEMA_VERSION) throw createNewerVersionFailure(path);
    const database = openAndMigrate(path, file);
    if (!database.isReadOnly) restrictToOwner(path, file.folder);
    return database;
  } catch (error) {
    throw toStorageFailure(note.explain(error), path);
  }
};

const GROUP_AND_OTHERS_MASK = 0o077;

/** Removes other users' permissions from a tenant's files, for example after copying. Ignores errors. */
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

let memoryDatabaseCount = 0;

/** Returns the path of a new in-memory database that connections share. @see https://sqlite.org/inmemorydb.html */
const buildMemoryDatabasePath = (): string => `file:tenant-${(memoryDatabaseCount += 1)}?mode=memory&cache=shared`;

function openAndMigrate(path: string, { name, now, busyTimeoutMs }: TenantFileOptions): Database {
  const database = Database.orReadOnly(path, { busyTimeoutMs });
  try {
    migrate(database, { name, now });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function createTenantFile(path: string, file: TenantFileOptions): void {
  const { folder, processes } = file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // another process may have created the tenant in the meantime
  if (removeUnfinishedFiles(folder, processes).length > 0 && !existsSync(path))
    throw createUnusableFileFailure(path, "file is missing");
  const unfinished = `${path}.new-${processes.self}`;
  try {
    const database = openAndMigrate(unfinished, file);
    try {
      // only the file gets the final name, not its log; closing the file would not report errors while the log is
      // merged
      database.foldLog();
    } finally {
      database.close();
    }
    linkIfAbsent(unfinished, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(unfinished + suffix, { force: true });
  }
}

export const receiveTenantFile = (copy: string, file: TenantFileOptions): void => {
  const path = join(file.folder, TENANT_FILE_NAME);
  try {
    // SQLite does not report that merging the log failed when the file was closed
    const closed = new Database(copy, { plain: true });
    try {
      closed.foldLog();
    } finally {
      closed.close();
    }
    createOwnerOnlyFile(path);
    copyFileSync(copy, path);
    const database = openAndMigrate(path, file);
    try {
      database.run("update tenant set name = :name", { name: file.name });
      database.foldLog();
    } finally {
      database.close();
    }
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Removes unfinished tenant files of dead processes. Returns the other names in the folder. */
export const removeUnfinishedFiles = (folder: string, processes: Processes): readonly string[] =>
  readdirSync(folder).filter((entry) => {
    const pid = UNFINISHED_FILE_PATTERN.exec(entry)?.[1];
    if (pid !== undefined && !processes.isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
    return pid === undefined;
  });

/** Gives a file its final name by a link, because a rename could replace a tenant that was created meanwhile. */
function linkIfAbsent(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // for file systems without links
    if (!existsSync(to)) renameSync(from, to);
  }
}
