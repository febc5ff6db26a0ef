import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { findBundledPackages, type BundledPackage } from "./bundled-packages.ts";

async function renderNotice(root: string, { folder, name, version, license, source }: BundledPackage): Promise<string> {
  const files = (await readdir(join(root, folder))).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
  const texts = await Promise.all(files.toSorted().map((file) => readFile(join(root, folder, file), "utf8")));
  const heading = `${name} ${version} (${license ?? "see below"})`;
  const sources = source === undefined ? [] : [`Source code: ${source}`];
  return [heading, "=".repeat(heading.length), ...sources, ...texts.map((licence) => licence.trim())].join("\n\n");
}

/**
 * Returns the licences of the bundled packages, each with the address of its source code.
 *
 * @param root the checkout
 * @param inputs the bundled files, relative to `root`, with forward slashes
 */
export async function renderNotices(root: string, inputs: readonly string[]): Promise<string> {
  const packages = await findBundledPackages(root, inputs);
  const notices = await Promise.all(packages.map((one) => renderNotice(root, one)));
  return `clomoctl contains code of these packages.\n\n${notices.join("\n\n\n")}\n`;
}
