import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A package whose files are in the bundle. */
export interface BundledPackage {
  /** relative to the checkout: `node_modules/a/node_modules/@b/c` */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** an identifier or an expression of SPDX */
  readonly license?: string | undefined;
  /** address of its repository */
  readonly source?: string | undefined;
}

type Manifest = Pick<BundledPackage, "name" | "version" | "license"> & {
  readonly repository?: string | { readonly url: string };
};

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
function packageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

/** Returns the address of a repository, whichever way a manifest writes it: `owner/name`, `git+ssh://git@host/…` and others. */
export function repositoryAddress(written: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(written)) return `https://github.com/${written}`;
  return written
    .replace(/^github:/, "https://github.com/")
    .replace(/^git\+/, "")
    .replace(/^git@([^:/]+):/, "https://$1/")
    .replace(/^(?:git|ssh):\/\/(?:git@)?/, "https://")
    .replace(/\.git$/, "");
}

/**
 * Returns the packages of a bundle, in the order of their folders.
 *
 * @param root the checkout
 * @param inputs the bundled files, relative to `root`, with forward slashes
 */
export async function bundledPackages(root: string, inputs: readonly string[]): Promise<readonly BundledPackage[]> {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = [...folders].toSorted().map(async (folder) => {
    const text = await readFile(join(root, folder, "package.json"), "utf8");
    const { name, version, license, repository } = JSON.parse(text) as Manifest;
    const written = typeof repository === "string" ? repository : repository?.url;
    return { folder, name, version, license, source: written === undefined ? undefined : repositoryAddress(written) };
  });
  return Promise.all(packages);
}
