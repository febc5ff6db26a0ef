import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { hasCode } from "./temporary.ts";

const DENIED = text("permission denied", "読み取る権限がありません");

const BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["EACCES", DENIED],
  ["EPERM", DENIED],
  ["EISDIR", text("this is a folder", "これはフォルダーです")],
  ["ELOOP", text("too many levels of symbolic links", "シンボリックリンクが循環しています")],
]);

const reasonOf = (cause: unknown): Text => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return BY_CODE.get(code) ?? text(`this file cannot be read: ${code}`, `このファイルを読み込めません: ${code}`);
};

/**
 * Why a file that the command names could not be read: `not-found` where there is none, `usage` where it is a folder or
 * may not be read. One rule for every command, so that scripts can rely on the exit code.
 *
 * @param where the file as it was typed
 */
export const unreadable = (where: string, cause: unknown): Failure =>
  hasCode(cause, "ENOENT", "ENOTDIR")
    ? new Failure("not-found", { what: text("no such file", "ファイルがありません"), where, cause })
    : new Failure("usage", { what: reasonOf(cause), where, cause });
