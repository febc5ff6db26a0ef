import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { lockedPackage, type Lockfile } from "./lockfile.ts";
import { PLATFORMS, type Platform } from "./platforms.ts";

const BLOCK = 512;

const textAt = (block: Buffer, at: number, bytes: number): string =>
  block
    .toString("utf8", at, at + bytes)
    .split("\0", 1)[0]
    ?.trim() ?? "";

/** The bytes of some files of a `.tgz`. @throws Error where one is not in it */
export function filesIn<const N extends readonly string[]>(packed: Uint8Array, names: N): { [K in keyof N]: Buffer } {
  const tar = gunzipSync(packed);
  const found = new Map<string, Buffer>();
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    const [name, size] = [textAt(header, 0, 100), Number.parseInt(textAt(header, 124, 12), 8) || 0];
    if (names.includes(name)) found.set(name, tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return names.map((name) => {
    const file = found.get(name);
    if (file === undefined) throw new Error(`${name} is not in the package`);
    return file;
  }) as { [K in keyof N]: Buffer };
}

/** Fetches npm's package of a platform's Node. @throws Error if it is not the one of package-lock.json */
async function fetchPackage(lockfile: Lockfile, { node }: Platform): Promise<Buffer> {
  const { version, integrity } = lockedPackage(lockfile, node);
  const folder = await mkdtemp(join(tmpdir(), "clomoctl-release-"));
  try {
    const program = `${node}@${version}`;
    // npm is a script on Windows, which only a shell starts; nothing in the words needs quoting
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

const LICENCE = "package/LICENSE";

/**
 * Fetches a platform's Node and its licence, by npm. The package for Windows lacks the licence, which is the same for a
 * version on every platform.
 *
 * @throws Error if a package is not the one of package-lock.json
 */
export async function fetchNode(
  lockfile: Lockfile,
  platform: Platform,
): Promise<Readonly<Record<"binary" | "licence", Uint8Array>>> {
  const packed = await fetchPackage(lockfile, platform);
  if (platform.isWindows !== true) {
    const [binary, licence] = filesIn(packed, ["package/bin/node", LICENCE]);
    return { binary, licence };
  }
  const { version } = lockedPackage(lockfile, platform.node);
  const other = PLATFORMS.find(
    ({ node, isWindows }) => isWindows !== true && lockedPackage(lockfile, node).version === version,
  );
  if (other === undefined) throw new Error(`no package has the licence of Node ${version}`);
  const [binary] = filesIn(packed, ["package/bin/node.exe"]);
  const [licence] = filesIn(await fetchPackage(lockfile, other), [LICENCE]);
  return { binary, licence };
}
