import { text, type Text } from "../text/index.ts";
import { Failure, type FailureDetail } from "./index.ts";

const FULL: FailureDetail = {
  what: text("no space left on the disk", "ディスクの空き容量がありません"),
  hint: text("free some space, then run it again", "空き容量を確保してから、もう一度実行してください"),
};

/** Whether a failure is that of a full disk. */
export const isNoSpace = ({ what }: Pick<FailureDetail, "what">): boolean => what.en === FULL.what.en;

const FAULTY: FailureDetail = {
  what: text("disk I/O error", "ディスクで入出力エラーが起きました"),
  hint: text(
    "check the disk first (see the system log), then run it again",
    "先にディスクを確認し(詳細はシステムのログ)、それからもう一度実行してください",
  ),
};

const FAULTS: ReadonlyMap<string, FailureDetail> = new Map([
  ["ENOSPC", FULL],
  ["EDQUOT", FULL],
  ["EIO", FAULTY],
]);

/**
 * The failure for a disk that is full or faulty.
 *
 * @param code the operating system's code: `ENOSPC`, `EDQUOT`, `EIO`
 * @param where the file
 * @returns undefined for any other error
 */
export const diskFailure = (code: unknown, where: string | undefined, cause?: unknown): Failure | undefined => {
  const fault = typeof code === "string" ? FAULTS.get(code) : undefined;
  return fault === undefined ? undefined : new Failure("unexpected", { ...fault, where, cause });
};

/** @see https://www.sqlite.org/rescode.html */
const BY_SQLITE_CODE: ReadonlyMap<number, string> = new Map([
  [10, "EIO"],
  [13, "ENOSPC"],
]);

/** {@link diskFailure} for an error of the file system, which may name the file itself, or of SQLite. */
export const diskFailureOf = (error: unknown, where?: string): Failure | undefined => {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const own = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const code = "errcode" in error ? BY_SQLITE_CODE.get(Number(error.errcode) & 0xff) : error.code;
  return diskFailure(code, where ?? own, error);
};

const DENIED: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

/**
 * The failure for a file or folder that the user may not use, by an error of the file system; undefined for any other error.
 *
 * @param where what is to be made usable, if it is not the path that the error names
 */
export const deniedFailureOf = (error: unknown, where?: string): Failure | undefined => {
  if (!(error instanceof Error) || !("code" in error && "path" in error) || !DENIED.includes(error.code))
    return undefined;
  return new Failure("not-permitted", {
    what: text("permission denied", "アクセスが許可されていません"),
    where: where ?? String(error.path),
    hint: text(
      "make it readable and writable for who runs clomoctl",
      "clomoctl を実行するユーザーが読み書きできるようにしてください",
    ),
    cause: error,
  });
};

/** Devices, sockets and pipes. */
export const NOT_A_FILE = text(
  "this is neither a file nor a folder; it is not opened",
  "ファイルでもフォルダーでもないため開きません",
);

export const A_FOLDER = text("this is a folder", "これはフォルダーです");
const NO_SUCH_FILE = text("no such file", "ファイルがありません");
const NOT_READABLE = text("permission denied", "読み取る権限がありません");

const BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["ENOENT", NO_SUCH_FILE],
  ["ENOTDIR", NO_SUCH_FILE],
  ["EACCES", NOT_READABLE],
  ["EPERM", NOT_READABLE],
  ["EISDIR", A_FOLDER],
  ["ELOOP", text("symbolic link not followed", "シンボリックリンクをたどれません")],
  ["ENXIO", NOT_A_FILE],
]);

/** The reason for a file system's error while reading. */
export function reasonOf(error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return BY_CODE.get(code) ?? text(`cannot be read: ${code}`, `読み込めません: ${code}`);
}
