import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { writeFileAtomically, type WriteOptions } from "./atomic.ts";
import { hasCode } from "./temporary.ts";
import { decodeUtf8 } from "./utf8.ts";

const OTHERS_WRITE = 0o022;

/** Maximum length of settings. */
const MAX_BYTES = 16 * 1024 * 1024;
const NO_SETTINGS = text("not a file of settings", "設定ファイルではありません");

/**
 * The text of a file that controls the program: settings, recipients, commands to run.
 *
 * @param userId the program's effective user; undefined on platforms where files have neither owner nor mode
 * @returns undefined if there is no such file
 * @throws `not-permitted` if another user could have written it
 * @throws `input-rejected` with the line, if it is not UTF-8
 * @throws the file system's own error if it cannot be read
 */
export function readOwnFile(path: string, userId: number | undefined): string | undefined {
  const descriptor = openedToRead(path);
  if (descriptor === undefined) return undefined;
  try {
    const found = fstatSync(descriptor);
    const isShort = found.isDirectory() || (found.isFile() && found.size <= MAX_BYTES);
    if (!isShort) throw new Failure("usage", { what: NO_SETTINGS, where: path });
    // of a folder it fails with EISDIR
    const content = readFileSync(descriptor);
    const { uid, mode } = found;
    const isOurs = userId === undefined || ((uid === userId || uid === 0) && (mode & OTHERS_WRITE) === 0);
    if (!isOurs) throw writtenByOthers(path);
    return decodeUtf8(content, path);
  } catch (error) {
    // errors of an open file do not contain its path
    throw error instanceof Error && "code" in error && "syscall" in error ? Object.assign(error, { path }) : error;
  } finally {
    closeSync(descriptor);
  }
}

/** Opening does not wait for a pipe. */
function openedToRead(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    // only a path that cannot exist counts as missing
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

/** How a file of the program is written. */
interface OwnFileOptions extends Omit<WriteOptions<void>, "mode" | "isEmpty"> {
  /** 0600; otherwise an existing file keeps its permissions */
  readonly secret?: boolean | undefined;
}

/**
 * Writes a file that the program itself reads, or another program on its behalf: settings, keys, units. It replaces the
 * one that is there, whatever links lead to it; a file that the user named is written by `Outputs`.
 *
 * @throws `usage` and `unexpected` as `writeFileAtomically`
 */
export async function writeOwnFile(path: string, content: string, options: OwnFileOptions): Promise<void> {
  const { secret = false, ...place } = options;
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  const mode = secret ? 0o600 : before && before.mode & 0o777;
  await writeFileAtomically(target, { ...place, mode }, (writer) => writer.write(content));
}
