import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deniedFailureOf, diskFailure, diskFailureOf } from "../../../errors/disk.ts";
import { Failure } from "../../../errors/index.ts";
import { freeBytesIn } from "../../../files/index.ts";
import { text } from "../../../text/index.ts";

const ERROR = 1;
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const CANTOPEN = 14;
/** SQLite gave up after ten seconds, as another program was recovering the log all the time. */
const PROTOCOL = 15;
const NOTADB = 26;

/** Errors of a file whose content is not what was written; ERROR for a missing table. */
const BROKEN: readonly number[] = [ERROR, IOERR, CORRUPT, NOTADB];

/** IOERR_READ and IOERR_SHORT_READ: reading needs no space. */
const READ_ERRORS: readonly number[] = [266, 522];

/** SQLite needs 32 KiB for `-shm`, and something for `-wal`. */
const MIN_FREE_BYTES = 64 * 1024;

const extendedCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error ? Number(error.errcode) : undefined;

const primaryOf = (code: number | undefined): number | undefined => (code === undefined ? undefined : code & 0xff);

const codeOf = (error: unknown): number | undefined => primaryOf(extendedCodeOf(error));

/** SQLite reports a disk without space for its `-shm` or `-wal` as IOERR, like a faulty one. */
export function isFullDisk(error: unknown, folder: string, freeBytes: typeof freeBytesIn = freeBytesIn): boolean {
  const code = extendedCodeOf(error);
  if (code === undefined || primaryOf(code) !== IOERR || READ_ERRORS.includes(code)) return false;
  return (freeBytes(folder) ?? MIN_FREE_BYTES) < MIN_FREE_BYTES;
}

/** True for SQLite's error of a statement that what is stored does not fit: a table that is not there, or JSON that is none. */
export const isMisfit = (error: unknown): boolean => codeOf(error) === ERROR;

/** Whether a file, what SQLite keeps beside it, and their folder can be written, so far as they are there. */
const isWritable = (path: string): boolean => {
  const files = [path, `${path}-wal`, `${path}-shm`];
  try {
    const there = files.filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
    for (const place of [dirname(path), ...there]) accessSync(place, constants.W_OK);
    return there.every((file) => statSync(file).isFile());
  } catch {
    return false;
  }
};

/**
 * Whether a file, or the folder it is in, cannot be written. SQLite's errors for that are also those of a disk that
 * failed while the file was opened.
 */
export const isUnwritable = (error: unknown, path: string): boolean =>
  [READONLY, CANTOPEN].includes(codeOf(error) ?? 0) && !isWritable(path);

/** The failure if another program holds the tenant's lock. */
export const lockedFailure = (cause?: unknown): Failure =>
  new Failure("locked", {
    what: text("the tenant is being changed by another process", "テナントは別のプロセスが変更中です"),
    hint: text("try again when it has finished", "終わってからもう一度実行してください"),
    cause,
  });

/** The failure of a change to a read-only tenant. */
export const readOnlyFailure = (path: string, cause?: unknown): Failure =>
  new Failure("not-permitted", {
    what: text("the tenant is read-only here", "このテナントは読み取り専用です"),
    where: path,
    hint: text("make the file and its folder writable", "ファイルとフォルダーに書き込めるようにしてください"),
    cause,
  });

/** The failure of a damaged tenant file. */
export const damaged = (path: string, cause?: unknown): Failure =>
  new Failure("unexpected", {
    what: text("the tenant's file is damaged", "テナントのファイルが壊れています"),
    where: path,
    hint: text(
      "copy its folder elsewhere, then restore this file from a backup",
      "フォルダーごと別の場所に控えてから、このファイルをバックアップで置き換えてください",
    ),
    cause,
  });

/** The failure of a plan whose staging is damaged or missing; the tenant itself is intact. */
const damagedPlan = (path: string, cause: unknown): Failure =>
  new Failure("unexpected", {
    what: text("the plan's file is damaged or missing", "計画のファイルが壊れているか、なくなっています"),
    where: path,
    hint: text(
      "plan it again: import the file, or run the deletion, once more; if that fails too, check the disk (see the system log)",
      "もう一度計画してください(ファイルのインポート、または削除のやり直し)。それでも失敗するときは、ディスクを確認してください(詳細はシステムのログ)",
    ),
    cause,
  });

/**
 * What is wrong with a file that SQLite calls damaged, as it also does once a disk fails to read: it is read as a whole,
 * then checked.
 */
const damagedOrFaulty = (path: string, cause: unknown): Failure | undefined => {
  // as it was being made
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return diskFailure("EIO", path, cause);
  try {
    readThrough(path);
  } catch (error) {
    return diskFailureOf(error, path) ?? damaged(path, cause);
  }
  return isSound(path) ? diskFailure("EIO", path, cause) : damaged(path, cause);
};

const readThrough = (path: string): void => {
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(READ_BYTES);
    while (readSync(file, buffer) > 0);
  } finally {
    closeSync(file);
  }
};

const READ_BYTES = 1024 * 1024;

/** Whether an SQLite file exists and is intact. */
function isSound(path: string): boolean {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const [verdict] = Object.values(database.prepare("pragma quick_check(1)").get() ?? {});
      return (
        verdict === "ok" && database.prepare("select count(*) as tables from sqlite_master").get()?.["tables"] !== 0
      );
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

const cannotOpen = (path: string, cause: unknown): Failure =>
  new Failure("unexpected", {
    what: text("the tenant's file cannot be opened", "テナントのファイルを開けません"),
    where: path,
    hint: text(
      "check its folder's permissions, and the disk (see the system log), then run it again",
      "フォルダーの権限とディスク(詳細はシステムのログ)を確認し、それからもう一度実行してください",
    ),
    cause,
  });

/**
 * Turns an error of the disk or the file into a failure that names the file and the remedy; other errors are returned
 * unchanged.
 *
 * @param path the tenant's file
 * @param staging the plan's file in use, which may be the faulty one
 * @param freeBytes the free space of a folder's disk
 * @see https://www.sqlite.org/rescode.html
 */
export const storageFailure = (
  error: unknown,
  path: string,
  staging?: string,
  freeBytes: typeof freeBytesIn = freeBytesIn,
): unknown => {
  const code = codeOf(error);
  if (isFullDisk(error, dirname(path), freeBytes)) return diskFailure("ENOSPC", path, error);
  if (staging !== undefined && BROKEN.includes(code ?? 0) && !isSound(staging)) return damagedPlan(staging, error);
  switch (code) {
    case BUSY:
    case PROTOCOL:
      return lockedFailure(error);
    case READONLY:
      return isUnwritable(error, path) ? readOnlyFailure(path, error) : cannotOpen(path, error);
    case IOERR:
      return diskFailure("EIO", path, error);
    case CORRUPT:
    case NOTADB:
      return damagedOrFaulty(path, error);
    case CANTOPEN:
      return cannotOpen(path, error);
    case undefined:
    default:
      return diskFailureOf(error, path) ?? deniedFailureOf(error) ?? error;
  }
};
