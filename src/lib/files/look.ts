import { readFileSync } from "node:fs";

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
