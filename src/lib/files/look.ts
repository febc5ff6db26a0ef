import { constants, readFileSync, statfsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { hasErrorCode } from "./temporary.ts";

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

/** Types of network file systems in Linux. @see https://man7.org/linux/man-pages/man2/statfs.2.html */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB"],
  [0xff534d42, "CIFS"],
  [0x01021997, "9p"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
]);

/** Added to a negative type, as some systems report the type of a file system as a signed number. */
const UINT32_RANGE = 2 ** 32;

/**
 * Returns the kind of a network file system; undefined if the file system is local or its kind cannot be determined.
 *
 * @param platform `process.platform`: the kind can be determined only on Linux, from the type, and on Windows, from the
 * path
 */
export function detectNetworkFileSystem(
  path: string,
  platform: string,
  typeOf: (path: string) => number = (at) => statfsSync(at).type,
): string | undefined {
  if (platform === "win32") return /^[\\/]{2}[^.?\\/]/.test(path) ? "SMB" : undefined;
  if (platform !== "linux") return undefined;
  try {
    const type = typeOf(path);
    return NETWORK_FILE_SYSTEMS.get(type < 0 ? type + UINT32_RANGE : type);
  } catch {
    return undefined;
  }
}

/** Types of Linux file systems in which all files have the owner and the mode that the mount specifies. */
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
