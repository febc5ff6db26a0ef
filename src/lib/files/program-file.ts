import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { Failure, hasErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";
import type { WriteOptions } from "./atomic.ts";
import { decodeUtf8 } from "./read.ts";

const GROUP_OR_OTHERS_WRITE_BITS = 0o022;

const MAX_SETTINGS_BYTES = 16 * 1024 * 1024;
const NOT_A_SETTINGS_FILE = text("not a settings file", "設定ファイルではありません");

/** Reads a file of clomoctl, if it exists. @throws `not-permitted` if other users can write it */
export function readTrustedFile(path: string, userId: number | undefined): string | undefined {
  const descriptor = openWithoutBlocking(path);
  if (descriptor === undefined) return undefined;
  try {
    const found = fstatSync(descriptor);
    const isShort = found.isDirectory() || (found.isFile() && found.size <= MAX_SETTINGS_BYTES);
    if (!isShort) throw new Failure("usage", { what: NOT_A_SETTINGS_FILE, where: path });
    const content = readFileSync(descriptor);
    const { uid, mode } = found;
    const isOurs = userId === undefined || ((uid === userId || uid === 0) && (mode & GROUP_OR_OTHERS_WRITE_BITS) === 0);
    if (!isOurs) throw createWritableByOthersFailure(path);
    return decodeUtf8(content, path);
  } catch (error) {
    throw error instanceof Error && "code" in error && "syscall" in error ? Object.assign(error, { path }) : error;
  } finally {
    closeSync(descriptor);
  }
}

function openWithoutBlocking(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

const createWritableByOthersFailure = (path: string): Failure =>
  new Failure("not-permitted", {
    what: text(
      "other users can write to this file, so clomoctl does not use it",
      "ほかのユーザーが書き込めるファイルのため、clomoctl はこのファイルを使用しません",
    ),
    where: path,
    hint: text(
      `check its content and its owner, then run: chmod go-w ${path}`,
      `内容と所有者を確認してから chmod go-w ${path} を実行してください`,
    ),
  });

interface ProgramFileOptions extends Omit<WriteOptions, "mode"> {
  readonly secret?: boolean | undefined;
}

/** If the path is a link, the target of the link is replaced. */
export async function writeProgramFile(path: string, content: string, options: ProgramFileOptions): Promise<void> {
  const { secret = false, ...place } = options;
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => undefined);
  const mode = secret ? 0o600 : before && before.mode & 0o777;
  const { writeFileAtomically } = await import("./atomic.ts");
  await writeFileAtomically(target, { ...place, mode }, (writer) => writer.write(content));
}
