import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { COMPLETION_SCRIPTS } from "../../src/commands/completion/scripts.ts";
import type { Entry } from "./entry.ts";
import type { Platform } from "./platforms.ts";

/** Starts the program on the Node that lies beside it, wherever the folder was put, also through symbolic links. */
export const LAUNCHER = `#!/bin/sh
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

/** The files of the checkout, which is built, by their place in it. */
async function filesOf(root: string, patterns: readonly string[], placeOf: (file: string) => string): Promise<Entry[]> {
  const files = globSync([...patterns], { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return Promise.all(files.map(async (file) => ({ name: placeOf(file), bytes: await readFile(join(root, file)) })));
}

const text = (name: string, content: string, runs = false): Entry => ({ name, bytes: Buffer.from(content), runs });

/** `man/ja/clomoctl.1` → `share/man/ja/man1/clomoctl.1` */
const manPlace = (file: string): string =>
  `share/${file.replace(/[^/]+$/, "")}man1/${file.slice(file.lastIndexOf("/") + 1)}`;

/**
 * What is installed on a platform, below a folder such as `/usr`: the program with its Node in `lib/clomoctl`, what starts it
 * in `bin`, manual pages and completions where shells look for them.
 *
 * @param root the checkout, built
 * @param node the program and licence of Node
 */
export async function installedTree(
  root: string,
  { isWindows }: Pick<Platform, "isWindows">,
  node: { readonly binary: Uint8Array; readonly licence: Uint8Array },
): Promise<readonly Entry[]> {
  const program = await filesOf(root, ["bin/*", "dist/*"], (file) => `lib/clomoctl/${file}`);
  const own: readonly Entry[] = [
    ...program.filter(({ name }) => !name.endsWith("/metafile.json")),
    { name: "lib/clomoctl/LICENSE-node.txt", bytes: node.licence },
  ];
  if (isWindows === true) {
    return [
      ...own,
      { name: "lib/clomoctl/node.exe", bytes: node.binary, runs: true },
      text("bin/clomoctl.cmd", WINDOWS_LAUNCHER),
    ];
  }
  return [
    ...own,
    { name: "lib/clomoctl/node", bytes: node.binary, runs: true },
    text("bin/clomoctl", LAUNCHER, true),
    ...(await filesOf(root, ["man/*.1", "man/ja/*.1"], manPlace)),
    text("share/bash-completion/completions/clomoctl", COMPLETION_SCRIPTS.bash),
    text("share/zsh/vendor-completions/_clomoctl", COMPLETION_SCRIPTS.zsh),
    text("share/fish/vendor_completions.d/clomoctl.fish", COMPLETION_SCRIPTS.fish),
  ];
}

/** What a person reads who unpacks an archive. */
export const documents = (root: string): Promise<Entry[]> =>
  filesOf(root, ["README.md", "README.ja.md", "CHANGELOG.md", "LICENSE"], (file) => file);
