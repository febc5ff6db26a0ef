import { statfsSync } from "node:fs";
import { mkdir, open, readdir, stat } from "node:fs/promises";
import { diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

/**
 * Creates a folder of the home and its parents, for its owner only; call it before writing, never before reading.
 *
 * @throws `unexpected` when the folder cannot be created
 */
export async function ensureFolder(folder: string): Promise<void> {
  const mode = 0o700;
  try {
    await mkdir(folder, { recursive: true, mode });
  } catch (cause) {
    // Node then tells that the folder is missing, whatever the reason
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const reason: unknown = isMissing ? await mkdir(folder, { mode }).catch((again: unknown) => again) : cause;
    if (reason !== undefined) throw unwritable(folder, reason);
  }
}

/** The failure of a change to a home that is read-only, or on a full or faulty disk. */
export const unwritable = (where: string, cause: unknown): Failure =>
  diskFailureOf(cause, where) ??
  new Failure("unexpected", {
    what: text(
      "the settings and data of clomoctl cannot be written here",
      "clomoctl の設定やデータをここに書き込めません",
    ),
    where,
    hint: text(
      "make the folder writable, or let CLOMOCTL_HOME name another",
      "フォルダーに書き込めるようにするか、CLOMOCTL_HOME で別の場所を指定してください",
    ),
    cause,
  });

/** Bytes that the user may still write into a folder; undefined if that cannot be found out. */
export function freeBytesIn(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The names in a folder. @throws the file system's error */
export const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder);

/** The user id of a folder's owner; undefined if there is no such folder. */
export const ownerOf = (folder: string): Promise<number | undefined> =>
  stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  );

/** Whether there is a folder at a path. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Codes of systems and file systems that cannot sync a folder, or open it. */
const CANNOT_SYNC: readonly unknown[] = ["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"];

/** Makes the names in a folder outlast a power failure, where the system can do that. @throws if the disk fails */
export async function syncNames(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && CANNOT_SYNC.includes(error.code))) throw error;
  }
}
