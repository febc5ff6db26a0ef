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
  /** true to keep a new tenant in memory, because reading from a tenant that does not exist must not create its file */
  readonly inMemory?: boolean | undefined;
  /** maximum time that a change waits for a change by another process; default: five seconds */
  readonly busyTimeoutMs?: number | undefined;
}

export const TENANT_FILE_NAME = "tenant.db";

/** Pattern of `tenant.db.new-PID` and `tenant.db.new-PID-COUNT`: a tenant file that is being created, or a copy. */
const UNFINISHED_FILE_PATTERN = /^tenant\.db\.new-(\d+)(?:-(?:\d+|wal|shm|journal))?$/;

/**
 * Opens a tenant's file, created or migrated first. A new file gets its name only when complete; an empty or missing
 * one in a folder is damage, never a tenant without users. @throws Failure `unexpected` for damage or the disk;
 * `input-rejected`, `locked`, `unavailable` or `not-permitted`; see {@link checkIdentity}, {@link migrate}
 */
export const openTenantFile = (file: TenantFileOptions, note: WriterNote): Database => {
  const path = join(file.folder, TENANT_FILE_NAME);
  try {
    if (file.inMemory === true) return openAndMigrate(buildMemoryDatabasePath(), file);
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

/** Removes other users' permissions on a tenant's files, for example copied ones. Never fails. */
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

/** Returns the path of a new shared in-memory database. @see https://sqlite.org/inmemorydb.html */
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
      // only the file itself gets the final name, not its log; an error while the log is merged would not be reported
      // when the file is closed
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
    // SQLite does not say if it could not fold the log into the file when that was closed
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

/** Removes unfinished tenant files of dead processes, and returns the other names in the folder. */
export const removeUnfinishedFiles = (folder: string, processes: Processes): readonly string[] =>
  readdirSync(folder).filter((entry) => {
    const pid = UNFINISHED_FILE_PATTERN.exec(entry)?.[1];
    if (pid !== undefined && !processes.isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
    return pid === undefined;
  });

/** Gives a file its final name with a link, which unlike a rename never replaces a tenant created meanwhile. */
function linkIfAbsent(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // some file systems do not support links
    if (!existsSync(to)) renameSync(from, to);
  }
}
