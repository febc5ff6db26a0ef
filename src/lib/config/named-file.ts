import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { hasCode } from "./temporary-files.ts";

/**
 * Why a file that the command names could not be read: `not-found` where there is none, `usage` where it is a folder or
 * may not be read. One rule for every command, so that scripts can rely on the exit code.
 *
 * @param where the file as it was typed
 */
export const unreadable = (where: string, cause: unknown): Failure =>
  hasCode(cause, "ENOENT", "ENOTDIR")
    ? new Failure("not-found", { what: text("there is no such file", "このファイルはありません"), where, cause })
    : new Failure("usage", {
        what: text("this file cannot be read", "このファイルを読み込めません"),
        where,
        cause,
      });
