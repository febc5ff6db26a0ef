import { text, type Text } from "../text/index.ts";
import { Failure, type FailureDetail } from "./index.ts";

const DISK_FULL: FailureDetail = {
  what: text("no space left on the disk", "ディスクの空き容量がありません"),
  hint: text("free some space, then run the command again", "空き容量を確保してから、もう一度実行してください"),
  status: 507,
};

export const isDiskFullFailure = ({ code, status }: Failure): boolean =>
  code === "unexpected" && status === DISK_FULL.status;

const DISK_FAULTY: FailureDetail = {
  what: text("disk I/O error", "ディスクで入出力エラーが起きました"),
  hint: text("check the disk, then run the command again", "ディスクを確認してから、もう一度実行してください"),
};

const PIPE_CLOSED: FailureDetail = {
  what: text("the program that reads this pipe has ended", "このパイプを読むプログラムが終了しました"),
};

/** Failures of disks and named pipes, by error code of the system or SQLite. @see https://www.sqlite.org/rescode.html */
const DISK_FAULTS: ReadonlyMap<unknown, FailureDetail> = new Map<unknown, FailureDetail>([
  ["ENOSPC", DISK_FULL],
  ["EDQUOT", DISK_FULL],
  [13, DISK_FULL],
  ["EIO", DISK_FAULTY],
  ["EPIPE", PIPE_CLOSED],
  [10, DISK_FAULTY],
]);

export const createDiskFailure = (code: unknown, where: string | undefined, cause?: unknown): Failure | undefined => {
  const fault = DISK_FAULTS.get(code);
  return fault && new Failure("unexpected", { ...fault, where, cause });
};

export const toDiskFailure = (error: unknown, where?: string): Failure | undefined => {
  if (error instanceof Failure && isDiskFullFailure(error)) return error;
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const own = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const code = "errcode" in error ? Number(error.errcode) & 0xff : error.code;
  return createDiskFailure(code, where ?? own, error);
};

const PERMISSION_CODES: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

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

export const MAKE_READABLE_HINT = text(
  "make the file readable for the user who runs clomoctl",
  "clomoctl を実行するユーザーがファイルを読み込めるようにしてください",
);

export const NOT_A_REGULAR_FILE = text(
  "neither a regular file nor a folder, so clomoctl does not open it",
  "通常のファイルでもフォルダーでもないため、開きません",
);

export const IS_A_FOLDER = text("this is a folder, not a file", "ファイルではなく、フォルダーです");
const NO_SUCH_FILE = text("no such file", "ファイルがありません");
const NOT_READABLE = text("permission denied", "読み取る権限がありません");

const READ_ERRORS_BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["ENOENT", NO_SUCH_FILE],
  ["ENOTDIR", NO_SUCH_FILE],
  ["EACCES", NOT_READABLE],
  ["EPERM", NOT_READABLE],
  ["EISDIR", IS_A_FOLDER],
  ["ELOOP", text("symbolic link cannot be followed", "シンボリックリンクをたどれません")],
  ["ENXIO", NOT_A_REGULAR_FILE],
]);

export function describeReadError(error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return READ_ERRORS_BY_CODE.get(code) ?? text(`cannot be read: ${code}`, `読み込めません: ${code}`);
}
