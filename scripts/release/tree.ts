import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPLETION_SCRIPTS } from "../../src/commands/completion.ts";
import { readCommands } from "../generate/commands.ts";
import { renderManPages } from "../generate/man.ts";
import type { ArchiveEntry } from "./entry.ts";
import type { Platform } from "./platforms.ts";

/**
 * Starts the program with the Node in the same folder tree, wherever the tree was unpacked, and also through symbolic
 * links.
 */
export const UNIX_LAUNCHER = `#!/bin/sh
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
case $self in
  */*) folder=\${self%/*} ;;
  *) folder=. ;;
esac
lib=$(cd "$folder/../lib/clomoctl" && pwd -P) || exit 1
exec "$lib/node" "$lib/bin/clomoctl.js" "$@"
`;

const WINDOWS_LAUNCHER = [
  "@echo off",
  String.raw`"%~dp0..\lib\clomoctl\node.exe" "%~dp0..\lib\clomoctl\bin\clomoctl.js" %*`,
  "",
].join("\r\n");

/**
 * Reads files of the built checkout.
 *
 * @param placeOf returns the place of a file in the archive
 */
async function readEntries(
  root: string,
  patterns: readonly string[],
  placeOf: (file: string) => string,
): Promise<ArchiveEntry[]> {
  const files = globSync([...patterns], { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return Promise.all(files.map(async (file) => ({ name: placeOf(file), bytes: await readFile(join(root, file)) })));
}

const createTextEntry = (name: string, content: string, runs = false): ArchiveEntry => ({
  name,
  bytes: Buffer.from(content),
  runs,
});

/** Renders the manual pages with their installed paths: `ja/clomoctl.1` → `share/man/ja/man1/clomoctl.1`. */
async function renderManEntries(root: string): Promise<readonly ArchiveEntry[]> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const pages = renderManPages(await readCommands(join(root, "src", "commands")), version);
  return pages.map(({ path, page }) => createTextEntry(`share/man/${path.replace(/[^/]+$/, "man1/$&")}`, page));
}

/**
 * Returns the files that are installed on a platform, below a folder such as `/usr`: the program and its Node in
 * `lib/clomoctl`, the launcher in `bin`, and manual pages and completions in the folders where shells look for them.
 *
 * @param root the checkout; must be built
 * @param node the program and the licence of Node
 */
export async function buildInstalledTree(
  root: string,
  { isWindows }: Pick<Platform, "isWindows">,
  node: { readonly binary: Uint8Array; readonly licence: Uint8Array },
): Promise<readonly ArchiveEntry[]> {
  const program = await readEntries(root, ["bin/*", "dist/*"], (file) => `lib/clomoctl/${file}`);
  const own: readonly ArchiveEntry[] = [
    ...program.filter(({ name }) => !name.endsWith("/metafile.json")),
    { name: "lib/clomoctl/LICENSE-node.txt", bytes: node.licence },
  ];
  if (isWindows === true) {
    return [
      ...own,
      { name: "lib/clomoctl/node.exe", bytes: node.binary, runs: true },
      createTextEntry("bin/clomoctl.cmd", WINDOWS_LAUNCHER),
    ];
  }
  return [
    ...own,
    { name: "lib/clomoctl/node", bytes: node.binary, runs: true },
    createTextEntry("bin/clomoctl", UNIX_LAUNCHER, true),
    ...(await renderManEntries(root)),
    createTextEntry("share/bash-completion/completions/clomoctl", COMPLETION_SCRIPTS.bash),
    createTextEntry("share/zsh/vendor-completions/_clomoctl", COMPLETION_SCRIPTS.zsh),
  ];
}

/** Reads the documents for people who unpack an archive. */
export const readDocuments = (root: string): Promise<ArchiveEntry[]> =>
  readEntries(root, ["README.md", "README.ja.md", "CHANGELOG.md", "LICENSE"], (file) => file);
