import { chmodSync, lstatSync, readdirSync, rmSync, statfsSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { toDiskFailure, Failure, getErrorCode, hasErrorCode, tryOrUndefined, rethrowAs } from "../errors/index.ts";
import { text } from "../text/index.ts";

export const ensureFolder = (folder: string): Promise<void> =>
  createFolder(folder).catch(rethrowAs((cause) => createUnwritableFailure(folder, cause)));

/** With the option `recursive`, Node.js never returns for parents such as `/proc/x`. */
async function createFolder(folder: string, isParent = true): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = getErrorCode(error);
    if (code === "EEXIST" && (await isFolder(folder))) return;
    if (code !== "ENOENT" || !isParent || dirname(folder) === folder) throw error;
    await createFolder(dirname(folder));
    await createFolder(folder, false);
  }
}

export const createUnwritableFailure = (where: string, cause: unknown): Failure =>
  toDiskFailure(cause, where) ??
  new Failure(hasErrorCode(cause, "ENOENT", "ENOTDIR") ? "usage" : "unexpected", {
    what: text(
      "clomoctl cannot write its settings and data to this folder",
      "このフォルダーに clomoctl の設定やデータを書き込めません",
    ),
    where,
    hint: text(
      "make the folder writable, or set CLOMOCTL_HOME to another folder",
      "フォルダーに書き込めるようにするか、CLOMOCTL_HOME で別の場所を指定してください",
    ),
    cause,
  });

export function toOutputFailure(cause: unknown, where: string): unknown {
  const what = hasErrorCode(cause, "ENOENT", "ENOTDIR")
    ? text("the folder for this file does not exist", "このファイルを置くフォルダーがありません")
    : text("permission denied: cannot write to this location", "この場所に書き込む権限がありません");
  if (hasErrorCode(cause, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS"))
    return new Failure("usage", { what, where, cause });
  return toDiskFailure(cause, where) ?? cause;
}

export const rethrowAsOutputFailure = (where: string) => rethrowAs((cause) => toOutputFailure(cause, where));

export const getFreeBytes = (folder: string): number | undefined =>
  tryOrUndefined(() => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  });

export const listFileNames = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { withFileTypes: true })).flatMap((entry) => (entry.isFile() ? [entry.name] : []));

const tryStat = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

export const hasContent = async (path: string): Promise<boolean> => ((await tryStat(path))?.size ?? 0) > 0;

export const removeFile = (path: string): Promise<void> => rm(path, { force: true });

export const shareSocketWithGroup = (path: string): void => chmodSync(path, 0o660);

/** Removes a socket on which no program listens. @returns false if the path is not a socket */
export const removeSocket = (path: string): boolean => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === false) return false;
  rmSync(path, { force: true });
  return true;
};

export const isFolder = async (path: string): Promise<boolean> => (await tryStat(path))?.isDirectory() === true;

const SYNC_UNSUPPORTED_CODES: readonly unknown[] = ["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"];

/** After a sync, file names in the folder survive a power failure. @throws if the disk fails */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    if (!SYNC_UNSUPPORTED_CODES.includes(getErrorCode(error))) throw toDiskFailure(error, folder) ?? error;
  }
}

export const isMissingOrEmptyFolder = (folder: string): boolean => {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    return hasErrorCode(error, "ENOENT");
  }
};
