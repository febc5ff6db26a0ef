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
import { tryOrUndefined, Failure } from "../../errors/index.ts";
import type { ChangeLog } from "../store/change-log.ts";
import type { Processes } from "../store/ids.ts";
import { createOwnerOnlyFile, Database, type OnPages } from "../store/database.ts";
import { createUnusableFileFailure, toStorageFailure } from "../store/storage-failure.ts";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { text } from "../../text/index.ts";
import { SCHEMA_STEPS } from "./schema.ts";

/** The version of the first released schema. Earlier, unreleased schemas had the versions from 1. */
export const FIRST_SCHEMA_VERSION = SCHEMA_STEPS[0]?.version ?? 0;

const getNewestVersion = (steps: typeof SCHEMA_STEPS): number => steps.at(-1)?.version ?? 0;

export const SCHEMA_VERSION = getNewestVersion(SCHEMA_STEPS);

const APPLICATION_ID = 0x43_4c_4f_4d;

const createUnreleasedFileFailure = (path: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the file was not written by a released version of clomoctl",
      "公開版の clomoctl が書き込んだテナントのファイルではありません",
    ),
    where: path,
    hint: text(
      "move this file to another place, then restore the tenant's file from a backup",
      "このファイルを別の場所に移してから、テナントのファイルをバックアップから戻してください",
    ),
  });

/** Returns 0 for a file that no released clomoctl wrote. @throws Failure */
export const checkIdentity = (path: string): number => {
  const stored = readIdentity(() => new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true }));
  if (stored === undefined) return 0;
  const version = validateIdentity(path, stored);
  const isLogged = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const logged = isLogged ? readIdentity(() => new DatabaseSync(path, { readOnly: true })) : undefined;
  return logged === undefined ? version : validateIdentity(path, logged);
};

function validateIdentity(path: string, { version, application }: NonNullable<ReturnType<typeof readIdentity>>) {
  if (application === APPLICATION_ID && version >= FIRST_SCHEMA_VERSION) return version;
  throw createUnreleasedFileFailure(path);
}

/** Only SQLite may open the file. @see https://sqlite.org/howtocorrupt.html 2.2 */
const readIdentity = (open: () => DatabaseSync) =>
  tryOrUndefined(() => {
    using database = open();
    const read = (pragma: string): number => Number(Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]);
    return { version: read("user_version"), application: read("application_id") };
  });

export const createNewerVersionFailure = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "this tenant was written by a newer version of clomoctl",
      "このテナントは、この clomoctl より新しいバージョンで変更されています",
    ),
    where: path,
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

/** @throws Failure `unavailable`, `input-rejected`, `not-permitted` */
export const migrate = (
  database: Database,
  tenant: Pick<TenantFileOptions, "name" | "now">,
  steps = SCHEMA_STEPS,
): void => {
  const newest = getNewestVersion(steps);
  const isOld = (): boolean => {
    const version = readSchemaVersion(database);
    if (version > newest) throw createNewerVersionFailure(database.path);
    if (version > 0 && version < FIRST_SCHEMA_VERSION) throw createUnreleasedFileFailure(database.path);
    return version < newest;
  };
  if (!isOld()) return;
  database.change(() => {
    const isNew = readSchemaVersion(database) === 0;
    // another process may have upgraded the file
    if (isOld()) upgradeTo(database, newest, steps);
    if (!isNew) return;
    database.exec(`pragma application_id = ${APPLICATION_ID}`);
    database.run("insert into tenant (pk, name, createdAt) values (1, :name, :now)", { ...tenant });
  });
};

/** Upgrades the schema within a transaction. */
export const upgradeTo = (database: Database, newest: number, steps = SCHEMA_STEPS): void => {
  const stored = readSchemaVersion(database);
  for (const { version, sql } of steps) {
    if (version <= stored || version > newest) continue;
    database.exec(sql);
    database.exec(`pragma user_version = ${version}`);
  }
};

export const readSchemaVersion = (database: Database): number => database.count("pragma user_version");

export interface TenantFileOptions {
  readonly name: string;
  readonly folder: string;
  readonly now: string;
  readonly processes: Processes;
  /** true to create a new tenant in memory, because a command that only reads must not create a file */
  readonly inMemory?: boolean | undefined;
  /** maximum time that a change waits for another process; default: five seconds */
  readonly busyTimeoutMs?: number | undefined;
  /** the log of a shared store, which also contains the upgrades of the file */
  readonly log?: ChangeLog | undefined;
}

export const TENANT_FILE_NAME = "tenant.db";

/** Matches `tenant.db.new-PID` and `tenant.db.new-PID-COUNT`: a tenant file that is being created or copied. */
const UNFINISHED_FILE_PATTERN = /^tenant\.db\.new-(\d+)(?:-(?:\d+|wal|shm|journal))?$/;

let memoryDatabaseCount = 0;

/** An empty or missing file is damage: a new file is renamed only when complete. @throws `unexpected`, `locked` */
export const openTenantFile = (file: TenantFileOptions): Database => {
  const path = join(file.folder, TENANT_FILE_NAME);
  try {
    if (file.inMemory === true)
      return openAndMigrate(`file:tenant-${(memoryDatabaseCount += 1)}?mode=memory&cache=shared`, file);
    // a new file would be another tenant than that of the log
    if (!existsSync(path) && file.log !== undefined) throw createUnusableFileFailure(path, "file is missing");
    if (!existsSync(path)) createTenantFile(path, file);
    if (statSync(path).size === 0) throw createUnusableFileFailure(path, "file is empty");
    if (checkIdentity(path) > SCHEMA_VERSION) throw createNewerVersionFailure(path);
    // a file that follows a log is upgraded by an entry of the log
    const database = file.log === undefined ? openAndMigrate(path, file) : Database.orReadOnly(path, file);
    if (file.log === undefined) requireOwnFile(database);
    if (!database.isReadOnly) restrictToOwner(path, file.folder);
    return database;
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

const GROUP_AND_OTHERS_MASK = 0o077;

/** Removes other users' permissions from a tenant's files, for example after copying. Ignores errors. */
export const restrictToOwner = (path: string, folder: string): void => {
  if ((statSync(path).mode & GROUP_AND_OTHERS_MASK) === 0) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    tryOrUndefined(() => chmodSync(file, statSync(file).mode & 0o700));
  }
};

/**
 * Closes a file that follows a log, because it would no longer fit the log after a change of its own.
 * @throws Failure `locked`
 */
const requireOwnFile = (database: Database): void => {
  if (database.count("select count(*) from log_position") === 0) return;
  database.close();
  throw new Failure("locked", {
    what: text(
      "this tenant is in a store; this file is only a server's copy of it",
      "このテナントは保存先にあります。このファイルは、サーバーが持つ写しにすぎません",
    ),
    where: database.path,
    hint: text("use the server's address", "サーバーのアドレスを使ってください"),
  });
};

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
    {
      using database = openAndMigrate(unfinished, file);
      // merge the log before the rename, because closing the file would not report errors of the merge
      database.foldLog();
    }
    linkIfAbsent(unfinished, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(unfinished + suffix, { force: true });
  }
}

/** Copies the file while others write it. @throws Failure for damage or disk errors; what `onPages` throws */
export const backUpTenantFile = async (path: string, copy: string, onPages: OnPages): Promise<void> => {
  try {
    using tenant = new Database(path, { readOnly: true });
    await tenant.copyTo(copy, onPages);
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

export const receiveTenantFile = (copy: string, file: TenantFileOptions): void => {
  const path = join(file.folder, TENANT_FILE_NAME);
  try {
    {
      using received = new Database(copy, { plain: true });
      // merge the log before closing the file, because closing would not report errors of the merge
      received.foldLog();
    }
    createOwnerOnlyFile(path);
    copyFileSync(copy, path);
    using database = openAndMigrate(path, file);
    database.run("update tenant set name = :name", { name: file.name });
    // the jobs of a backup may run elsewhere, or no longer
    database.run("delete from job");
    database.run("delete from log_position");
    database.foldLog();
  } catch (error) {
    throw toStorageFailure(error, path);
  }
};

/** Removes unfinished tenant files of dead processes. Returns the names of the remaining files in the folder. */
export const removeUnfinishedFiles = (folder: string, processes: Processes): readonly string[] =>
  readdirSync(folder).filter((entry) => {
    const pid = UNFINISHED_FILE_PATTERN.exec(entry)?.[1];
    if (pid !== undefined && !processes.isAlive(Number(pid))) rmSync(join(folder, entry), { force: true });
    return pid === undefined;
  });

/** Renames a file by a link, because a rename could replace a tenant that another process created. */
function linkIfAbsent(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    if (!existsSync(to)) renameSync(from, to);
  }
}
