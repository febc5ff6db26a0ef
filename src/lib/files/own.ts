import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { hasCode } from "./temporary.ts";

const OTHERS_WRITE = 0o022;

/**
 * The text of a file that says what the program does: settings, recipients, commands to run.
 *
 * @param userId who the program runs as; undefined where files have neither owner nor mode
 * @returns undefined where there is no such file
 * @throws `not-permitted` where somebody else could have written it
 * @throws the file system's own error where it cannot be read
 */
export async function readOwnFile(path: string, userId: number | undefined): Promise<string | undefined> {
  const handle = await openOwn(path);
  if (handle === undefined) return undefined;
  try {
    const { mode, uid } = await handle.stat();
    const isOurs = userId === undefined || ((uid === userId || uid === 0) && (mode & OTHERS_WRITE) === 0);
    if (!isOurs) throw writtenByOthers(path);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Only what cannot be there is missing. A pipe must not be waited for. */
async function openOwn(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
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
