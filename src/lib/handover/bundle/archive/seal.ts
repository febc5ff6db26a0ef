/** The archive formats of bundles. */
export type ArchiveKind = "tar.gz" | "zip";

export interface PackedEntry {
  readonly path: string;
  readonly bytes: number;
  /** Returns the content of the file from the start. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

const HASH_BYTES = 32;

/**
 * The first bytes of the gzip files that we write: deflate, no name, no time, and no operating system (255), which zlib
 * would otherwise fill in.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952 2.3
 */
export const GZIP_HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

const SEAL_FIELD_ID = Buffer.from("cs", "latin1");
const GZIP_SEAL_HEADER = Buffer.concat([
  Uint8Array.of(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255),
  Uint8Array.of(4 + HASH_BYTES, 0),
  SEAL_FIELD_ID,
  Uint8Array.of(HASH_BYTES, 0),
]);
const EMPTY_GZIP_BODY = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** The length of {@link buildGzipSeal} in bytes. */
export const GZIP_SEAL_BYTES = GZIP_SEAL_HEADER.length + HASH_BYTES + EMPTY_GZIP_BODY.length;

/**
 * Builds the seal at the end of the gzip files that we write: one more member without content. Its extra field contains
 * the SHA-256 of everything before it. This also protects bits that unpacking does not check.
 */
export const buildGzipSeal = (hash: Uint8Array): Buffer => Buffer.concat([GZIP_SEAL_HEADER, hash, EMPTY_GZIP_BODY]);

/** The length of {@link buildZipSeal} in bytes. */
export const ZIP_SEAL_BYTES = 7 + 2 * HASH_BYTES;

/** Builds the comment of our ZIP archives: SHA-256 of everything before it, computed while its length is still 0. */
export const buildZipSeal = (hash: Uint8Array): Buffer =>
  Buffer.from(`sha256:${Buffer.from(hash).toString("hex")}`, "latin1");
