import { constants, readFileSync, statfsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { hasCode } from "./temporary.ts";

/** Something in the file system, as `doctor` looks at it. */
export interface FileStatus {
  readonly isFolder: boolean;
  readonly ownerId: number;
  /** permissions, of folders and files alike */
  readonly mode: number;
  readonly bytes: number;
  readonly changedAt: Date;
  /** this user can write it */
  readonly isWritable: boolean;
}

const PERMISSIONS = 0o7777;

/** What is at a path; undefined where there is nothing. @throws the file system's own error if that cannot be found out */
export async function lookAt(path: string): Promise<FileStatus | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const isWritable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  const { uid: ownerId, mode, size: bytes, mtime: changedAt } = found;
  return { isFolder: found.isDirectory(), ownerId, mode: mode & PERMISSIONS, bytes, changedAt, isWritable };
}

/** The types of file systems that lie on other machines. @see https://man7.org/linux/man-pages/man2/statfs.2.html */
const ON_OTHER_MACHINES: ReadonlyMap<number, string> = new Map([
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

/** As a number without a sign: some systems tell the type of a file system with one. */
const UNSIGNED = 2 ** 32;

/**
 * The kind of a file system that lies on another machine; undefined for one of this machine, and where that cannot be told.
 *
 * @param platform `process.platform`: only Linux tells it by number, Windows by the path
 */
export function networkFileSystemOf(
  path: string,
  platform: string,
  typeOf: (path: string) => number = (at) => statfsSync(at).type,
): string | undefined {
  if (platform === "win32") return /^[\\/]{2}[^.?\\/]/.test(path) ? "SMB" : undefined;
  if (platform !== "linux") return undefined;
  try {
    const type = typeOf(path);
    return ON_OTHER_MACHINES.get(type < 0 ? type + UNSIGNED : type);
  } catch {
    return undefined;
  }
}

/** Types of Linux file systems whose files have the owner and the mode that the mount names. */
const WITHOUT_OWNERS: ReadonlySet<string> = new Set(["cifs", "exfat", "msdos", "ntfs", "ntfs3", "smb3", "vfat"]);

/**
 * Whether the file system of a path keeps the owner and the mode of each file: those of Windows do not, also where Linux
 * reads them, such as drvfs of WSL without the option `metadata`.
 *
 * @param path absolute, without links
 * @param platform `process.platform`
 * @param mounts the content of `/proc/self/mounts`
 * @see https://learn.microsoft.com/en-us/windows/wsl/file-permissions
 */
export function keepsOwners(
  path: string,
  platform: string,
  mounts: () => string = () => readFileSync("/proc/self/mounts", "utf8"),
): boolean {
  if (platform !== "linux") return platform !== "win32";
  let found = { point: "", type: "", options: "" };
  for (const line of mountsIn(mounts)) {
    const [, escaped = "", type = "", options = ""] = line.split(" ");
    const point = escaped.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(parseInt(octal, 8)));
    const isAbove = path === point || path.startsWith(point.endsWith("/") ? point : `${point}/`);
    // the last one of a mount point covers those before it
    if (isAbove && point.length >= found.point.length) found = { point, type, options };
  }
  const isDrvfs = found.type === "drvfs" || /\baname=drvfs\b/.test(found.options);
  return isDrvfs ? /\bmetadata\b/.test(found.options) : !WITHOUT_OWNERS.has(found.type);
}

const mountsIn = (read: () => string): readonly string[] => {
  try {
    return read().split("\n");
  } catch {
    return [];
  }
};
