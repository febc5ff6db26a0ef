import { hasErrorCode } from "../errors/index.ts";
import { constants, readFileSync } from "node:fs";
import { access, stat } from "node:fs/promises";

/** The status of a file or folder, as `doctor` checks it. */
export interface FileStatus {
  readonly isFolder: boolean;
  readonly ownerId: number;
  /** permission bits of the file or folder */
  readonly mode: number;
  readonly bytes: number;
  readonly changedAt: Date;
  /** the current user can write the file or folder */
  readonly isWritable: boolean;
}

const PERMISSION_BITS = 0o7777;

/** Reads the status of a file or folder; undefined if it does not exist.  @throws the file system's error */
export async function readFileStatus(path: string): Promise<FileStatus | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const isWritable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  const { uid: ownerId, mode, size: bytes, mtime: changedAt } = found;
  return { isFolder: found.isDirectory(), ownerId, mode: mode & PERMISSION_BITS, bytes, changedAt, isWritable };
}

const FILE_SYSTEMS_WITHOUT_OWNERS: ReadonlySet<string> = new Set([
  "cifs",
  "exfat",
  "msdos",
  "ntfs",
  "ntfs3",
  "smb3",
  "vfat",
]);

/**
 * Returns true if the file system of a path stores the owner and the mode of each file. Windows file systems do not,
 * even if Linux reads them, for example drvfs in WSL without the option `metadata`.
 *
 * @param path absolute, without links
 * @param platform `process.platform`
 * @param mounts returns the content of `/proc/self/mounts`
 * @see https://learn.microsoft.com/en-us/windows/wsl/file-permissions
 */
export function canStoreFileOwners(
  path: string,
  platform: string,
  mounts: () => string = () => readFileSync("/proc/self/mounts", "utf8"),
): boolean {
  if (platform !== "linux") return platform !== "win32";
  let found = { point: "", type: "", options: "" };
  for (const line of readMounts(mounts)) {
    const [, escaped = "", type = "", options = ""] = line.split(" ");
    const point = escaped.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(parseInt(octal, 8)));
    const isAbove = path === point || path.startsWith(point.endsWith("/") ? point : `${point}/`);
    // a later mount hides earlier mounts at the same mount point
    if (isAbove && point.length >= found.point.length) found = { point, type, options };
  }
  const isDrvfs = found.type === "drvfs" || /\baname=drvfs\b/.test(found.options);
  return isDrvfs ? /\bmetadata\b/.test(found.options) : !FILE_SYSTEMS_WITHOUT_OWNERS.has(found.type);
}

const readMounts = (read: () => string): readonly string[] => {
  try {
    return read().split("\n");
  } catch {
    return [];
  }
};
