import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A package whose files are in the bundle. */
export interface BundledPackage {
  /** relative to the checkout: `node_modules/a/node_modules/@b/c` */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** an SPDX identifier or expression */
  readonly license?: string | undefined;
  /** address of its repository */
  readonly source?: string | undefined;
}

type PackageManifest = Pick<BundledPackage, "name" | "version" | "license"> & {
  readonly repository?: string | { readonly url: string };
};

/**
 * Returns the folder of a package: `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`.
 */
function getPackageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

/**
 * Returns the web address of a repository from any of the forms that a manifest may use: `owner/name`,
 * `git+ssh://git@host/…` and others.
 */
export function toRepositoryAddress(written: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(written)) return `https://github.com/${written}`;
  return written
    .replace(/^github:/, "https://github.com/")
    .replace(/^git\+/, "")
    .replace(/^git@([^:/]+):/, "https://$1/")
    .replace(/^(?:git|ssh):\/\/(?:git@)?/, "https://")
    .replace(/\.git$/, "");
}

/**
 * Returns the packages in a bundle, sorted by folder.
 *
 * @param root the checkout
 * @param inputs the bundled files, relative to `root`, with forward slashes
 */
export async function findBundledPackages(root: string, inputs: readonly string[]): Promise<readonly BundledPackage[]> {
  const folders = new Set(inputs.map(getPackageFolder).filter((folder) => folder !== undefined));
  const packages = [...folders].toSorted().map(async (folder) => {
    const text = await readFile(join(root, folder, "package.json"), "utf8");
    const { name, version, license, repository } = JSON.parse(text) as PackageManifest;
    const written = typeof repository === "string" ? repository : repository?.url;
    return { folder, name, version, license, source: written === undefined ? undefined : toRepositoryAddress(written) };
  });
  return Promise.all(packages);
}
