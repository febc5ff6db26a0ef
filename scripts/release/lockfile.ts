import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A package in `package-lock.json`. */
export interface LockedPackage {
  readonly version: string;
  /** hash of its `.tgz`: `sha512-` and base64 */
  readonly integrity?: string | undefined;
  readonly license?: string | undefined;
}

/** Packages by folder, such as `node_modules/zod`. */
export type Lockfile = Readonly<Record<string, LockedPackage>>;

/** Reads the packages from the `package-lock.json` of a checkout. */
export async function readLockfile(root: string): Promise<Lockfile> {
  return (JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as { packages: Lockfile }).packages;
}

/**
 * Returns a top-level package.
 *
 * @throws Error if it is missing or does not have a hash
 */
export function getLockedPackage(lockfile: Lockfile, name: string): LockedPackage & { readonly integrity: string } {
  const { version, integrity, license } = lockfile[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json has no hash of ${name}`);
  return { version, integrity, license };
}
