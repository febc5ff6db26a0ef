import { accessSync, constants, statSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  createDiskFailure,
  isDiskFullFailure,
  toDiskFailure,
  toPermissionFailure,
  Failure,
  type ErrorCode,
  ServerFault,
  tryOrUndefined,
  unwrapSuppressed,
} from "../../errors/index.ts";
import { getFreeBytes } from "../../files/index.ts";
import { text } from "../../text/index.ts";

const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
/** SQLite's code after waiting ten seconds for a program that keeps recovering the log. */
const SQLITE_PROTOCOL = 15;
const SQLITE_NOTADB = 26;

/** IOERR_READ and IOERR_SHORT_READ. A full disk never causes these errors, because reading needs no space. */
const READ_ERROR_CODES: readonly number[] = [266, 522];

/** Minimum free space that SQLite needs: 32 KiB for `-shm` and some space for `-wal`. */
const MIN_FREE_BYTES = 64 * 1024;

export const getExtendedErrorCode = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error ? Number(error.errcode) : undefined;

const getPrimaryErrorCode = (error: unknown): number => (getExtendedErrorCode(error) ?? 0) & 0xff;

/** Returns true if the disk is full. Without space for `-shm` or `-wal`, SQLite reports IOERR. */
export function isFullDiskError(
  error: unknown,
  folder: string,
  freeBytes: typeof getFreeBytes = getFreeBytes,
): boolean {
  const code = getExtendedErrorCode(error);
  if (code === undefined || (code & 0xff) !== SQLITE_IOERR || READ_ERROR_CODES.includes(code)) return false;
  return (freeBytes(folder) ?? MIN_FREE_BYTES) < MIN_FREE_BYTES;
}

export const isBusyError = (error: unknown): boolean => getPrimaryErrorCode(error) === SQLITE_BUSY;

export const isDataMismatchError = (error: unknown): boolean => getPrimaryErrorCode(error) === SQLITE_ERROR;

const isWritable = (path: string): boolean =>
  tryOrUndefined(() => {
    const files = [path, `${path}-wal`, `${path}-shm`];
    const there = files.filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
    for (const place of [dirname(path), ...there]) accessSync(place, constants.W_OK);
    return there.every((file) => statSync(file).isFile());
  }) === true;

/** Returns true if a file or folder cannot be written. SQLite reports a disk fault in the same way. */
export const isUnwritableError = (error: unknown, path: string): boolean =>
  [SQLITE_READONLY, SQLITE_CANTOPEN].includes(getPrimaryErrorCode(error)) && !isWritable(path);

export const createLockedFailure = (cause?: unknown): Failure =>
  new Failure("locked", {
    what: text("another process is changing the tenant", "別のプロセスがテナントを変更しています"),
    hint: text("try again when the other process has finished", "そのプロセスが終わってから、もう一度実行してください"),
    cause,
  });

export const createReadOnlyFailure = (path: string, cause?: unknown): Failure =>
  new Failure("not-permitted", {
    what: text("the tenant is read-only", "このテナントは読み取り専用です"),
    where: path,
    hint: text("make the file and its folder writable", "ファイルとフォルダーに書き込めるようにしてください"),
    cause,
  });

export const createUnusableFileFailure = (path: string, reason: string, cause?: unknown): Failure =>
  new Failure("unexpected", {
    what: text(`the tenant's file cannot be used: ${reason}`, `テナントのファイルを使えません: ${reason}`),
    where: path,
    hint: text(
      "check the disk and the folder's permissions; if the file is damaged, keep a copy of it and restore a backup",
      "ディスクとフォルダーの権限を確認してください。ファイルが壊れている場合は、コピーを残して、バックアップから戻してください",
    ),
    cause,
  });

/** Returns true if a file is empty or not a database. SQLite creates an empty file if the file is missing. */
const isNotDatabase = (path: string): boolean =>
  tryOrUndefined(() => {
    using database = new DatabaseSync(path, { readOnly: true });
    const read = (pragma: string): unknown => Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0];
    return read("page_count") === 0 || read("quick_check(1)") !== "ok";
  }) ?? true;

const createMissingPlanFailure = (path: string, cause: unknown): Failure =>
  new Failure("unexpected", {
    what: text("the plan's file is damaged or missing", "計画のファイルがないか、壊れています"),
    where: path,
    hint: text("make the plan again", "計画を作り直してください"),
    cause,
  });

const DAMAGE_CODES = [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB];
const UNUSABLE_FILE_CODES = [SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN];

/** Returns true if the contents of a file are not those that were expected, or not those of a database. */
export const isDamageError = (error: unknown): boolean => DAMAGE_CODES.includes(getPrimaryErrorCode(error));

/** Converts disk and file errors to failures with a hint. @see https://www.sqlite.org/rescode.html */
export const toStorageFailure = (
  error: unknown,
  path: string,
  staging?: string,
  freeBytes: typeof getFreeBytes = getFreeBytes,
): unknown => {
  if (isFullDiskError(error, dirname(path), freeBytes)) return createDiskFailure("ENOSPC", path, error);
  const code = getPrimaryErrorCode(error);
  if (staging !== undefined && DAMAGE_CODES.includes(code) && isNotDatabase(staging))
    return createMissingPlanFailure(staging, error);
  if (code === SQLITE_BUSY || code === SQLITE_PROTOCOL) return createLockedFailure(error);
  if (code === SQLITE_READONLY && isUnwritableError(error, path)) return createReadOnlyFailure(path, error);
  if (UNUSABLE_FILE_CODES.includes(code)) return createUnusableFileFailure(path, (error as Error).message, error);
  return toDiskFailure(error, path) ?? toPermissionFailure(error) ?? error;
};

/** Failures with these codes may contain absolute paths of files. */
const STORAGE_CODES: readonly ErrorCode[] = ["unexpected", "not-permitted", "unavailable"];

/** Removes file paths from errors for clients of a server. Only the server's operator may see paths. */
export const hideStoragePaths = (error: unknown): unknown => {
  if (!(error instanceof Failure)) return error;
  const { code, what, where = "" } = error;
  const isFull = isDiskFullFailure(error);
  if (!isFull && !(STORAGE_CODES.includes(code) && isAbsolute(where))) return error;
  return new ServerFault({
    cause: error,
    what: text(`the server cannot use its files: ${what.en}`, `サーバーのファイルを利用できません: ${what.ja}`),
    status: isFull ? 507 : 503,
  });
};

const ABSOLUTE_PATH = /(?:file:\/\/)?(?:\b[A-Za-z]:\\|\/)(?:[^\s'"\\/:]+[\\/])+[^\s'":]*/g;

export const toFailure = (chain: unknown): Failure => {
  const { first: error } = unwrapSuppressed(chain);
  if (error instanceof Failure) return error;
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  // file paths must not be disclosed
  const line = first.replace(ABSOLUTE_PATH, "…").slice(0, 300);
  const what = text(`unexpected error in the tenant: ${line}`, `テナントで予期しないエラーが起きました: ${line}`);
  return new Failure("unexpected", { what });
};

export const TENANT_CHANGED_FAILURE = new Failure("conflict", {
  what: text(
    "the tenant has changed since the confirmation was shown; nothing was changed",
    "確認の表示後にテナントが変更されたため、何も変更していません",
  ),
  hint: text("check the current state, then run the command again", "現在の内容を確認してからもう一度実行してください"),
});
