import { text, type Text } from "../text/index.ts";
import { Failure, type FailureDetail } from "./index.ts";

const DISK_FULL: FailureDetail = {
  what: text("no space left on the disk", "ディスクの空き容量がありません"),
  hint: text("free some space, then run the command again", "空き容量を確保してから、もう一度実行してください"),
  status: 507,
};

/** Returns true if a failure reports a full disk of this computer. */
export const isDiskFullFailure = ({ code, status }: Failure): boolean =>
  code === "unexpected" && status === DISK_FULL.status;

const DISK_FAULTY: FailureDetail = {
  what: text("disk I/O error", "ディスクで入出力エラーが起きました"),
  hint: text(
    "check the disk first (see the system log), then run the command again",
    "先にディスクを確認し(詳細はシステムのログ)、それからもう一度実行してください",
  ),
};

const DISK_FAULTS: ReadonlyMap<string, FailureDetail> = new Map([
  ["ENOSPC", DISK_FULL],
  ["EDQUOT", DISK_FULL],
  ["EIO", DISK_FAULTY],
]);

/**
 * Creates the failure for a disk that is full or faulty.
 *
 * @param code error code of the operating system: `ENOSPC`, `EDQUOT`, `EIO`
 * @param where the file
 * @returns undefined for any other error
 */
export const createDiskFailure = (code: unknown, where: string | undefined, cause?: unknown): Failure | undefined => {
  const fault = typeof code === "string" ? DISK_FAULTS.get(code) : undefined;
  return fault === undefined ? undefined : new Failure("unexpected", { ...fault, where, cause });
};

/** Operating system error codes that correspond to SQLite result codes.  @see https://www.sqlite.org/rescode.html */
const SYSTEM_CODES: ReadonlyMap<number, string> = new Map([
  [10, "EIO"],
  [13, "ENOSPC"],
]);

/**
 * Converts an error of the file system or SQLite with {@link createDiskFailure}. `where` defaults to the error's path. A
 * failure that already reports a full disk is returned unchanged.
 */
export const toDiskFailure = (error: unknown, where?: string): Failure | undefined => {
  if (error instanceof Failure && isDiskFullFailure(error)) return error;
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const own = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const code = "errcode" in error ? SYSTEM_CODES.get(Number(error.errcode) & 0xff) : error.code;
  return createDiskFailure(code, where ?? own, error);
};

const PERMISSION_CODES: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

/**
 * Converts an error of the file system to the failure for a file or folder that the user may not access; returns
 * undefined for any other error.
 *
 * @param where file or folder to make accessible, if it is not the path that the error names
 */
export const toPermissionFailure = (error: unknown, where?: string): Failure | undefined => {
  if (!(error instanceof Error) || !("code" in error && "path" in error) || !PERMISSION_CODES.includes(error.code))
    return undefined;
  return new Failure("not-permitted", {
    what: text("permission denied", "アクセスが許可されていません"),
    where: where ?? String(error.path),
    hint: text(
      "make this file or folder readable and writable for the user who runs clomoctl",
      "clomoctl を実行するユーザーがこのファイルやフォルダーを読み書きできるようにしてください",
    ),
    cause: error,
  });
};

/** The reason for refusing devices, sockets and pipes. */
export const NOT_A_FILE = text(
  "neither a regular file nor a folder, so clomoctl does not open it",
  "通常のファイルでもフォルダーでもないため、開きません",
);

export const IS_A_FOLDER = text("this is a folder, not a file", "ファイルではなく、フォルダーです");
const NO_SUCH_FILE = text("no such file", "ファイルがありません");
const NOT_READABLE = text("permission denied", "読み取る権限がありません");

const REASONS_BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["ENOENT", NO_SUCH_FILE],
  ["ENOTDIR", NO_SUCH_FILE],
  ["EACCES", NOT_READABLE],
  ["EPERM", NOT_READABLE],
  ["EISDIR", IS_A_FOLDER],
  ["ELOOP", text("symbolic link cannot be followed", "シンボリックリンクをたどれません")],
  ["ENXIO", NOT_A_FILE],
]);

/** Describes why a file cannot be read. */
export function describeReadError(error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return REASONS_BY_CODE.get(code) ?? text(`cannot be read: ${code}`, `読み込めません: ${code}`);
}
