import { createHash } from "node:crypto";

/** A file of a release. */
export type ReleaseFile = readonly [name: string, bytes: Uint8Array];

/** Returns the SHA-256 hashes of the files, in the format that `sha256sum --check` reads. */
export const renderSha256Sums = (files: readonly ReleaseFile[]): string =>
  files.map(([name, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`).join("");
