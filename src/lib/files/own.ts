import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { hasCode } from "./temporary.ts";
import { readShort } from "./read.ts";

const OTHERS_WRITE = 0o022;

/** Maximum length of settings. */
const MOST_BYTES = 16 * 1024 * 1024;
const NO_SETTINGS = text("not a file of settings", "設定ファイルではありません");

/**
 * The text of a file that controls the program: settings, recipients, commands to run.
 *
 * @param userId the program's effective user; undefined on platforms where files have neither owner nor mode
 * @returns undefined if there is no such file
 * @throws `not-permitted` if another user could have written it
 * @throws the file system's own error if it cannot be read
 */
export async function readOwnFile(path: string, userId: number | undefined): Promise<string | undefined> {
  const found = await readShort(path, MOST_BYTES).catch((error: unknown) => {
    // only a path that cannot exist counts as missing
    if (hasCode(error, "ENOENT", "ENOTDIR")) return "missing" as const;
    throw error;
  });
  if (found === "missing") return undefined;
  if (found === undefined) throw new Failure("usage", { what: NO_SETTINGS, where: path });
  const { bytes, mode, ownerId } = found;
  const isOurs = userId === undefined || ((ownerId === userId || ownerId === 0) && (mode & OTHERS_WRITE) === 0);
  if (!isOurs) throw writtenByOthers(path);
  return Buffer.from(bytes).toString("utf8");
}

const writtenByOthers = (path: string): Failure =>
  new Failure("not-permitted", {
    what: text(
      "other users can write this file, so it is not used",
      "他のユーザーが書き込めるファイルのため使用しません",
    ),
    where: path,
    hint: text(
      `check it, make it yours, then: chmod go-w ${path}`,
      `内容と所有者を確認してから chmod go-w ${path} を実行してください`,
    ),
  });
