/** The archives that a bundle may be. */
export type ArchiveKind = "tar.gz" | "zip";

/** A file to pack. */
export interface PackedEntry {
  readonly path: string;
  readonly bytes: number;
  /** its content, from the start */
  readonly content: () => AsyncIterable<Uint8Array>;
}

const HASH_BYTES = 32;

/**
 * The first bytes of a gzip file of ours: deflate, no name, no time, and no operating system (255), which zlib otherwise
 * names.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952 2.3
 */
export const GZIP_HEAD: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

const FIELD_ID = Buffer.from("cs", "latin1");
const SEAL_HEAD = Buffer.concat([
  Uint8Array.of(0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255),
  Uint8Array.of(4 + HASH_BYTES, 0),
  FIELD_ID,
  Uint8Array.of(HASH_BYTES, 0),
]);
/** an empty member: no byte, its CRC and its length */
const EMPTY = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** The length of {@link gzipSeal}. */
export const GZIP_SEAL_BYTES = SEAL_HEAD.length + HASH_BYTES + EMPTY.length;

/**
 * The end of a gzip file of ours: one more member, without content, whose extra field has the SHA-256 of all before it.
 * So the bits that unpacking does not look at are checked, too.
 */
export const gzipSeal = (hash: Uint8Array): Buffer => Buffer.concat([SEAL_HEAD, hash, EMPTY]);

/** The length of {@link zipSeal}. */
export const ZIP_SEAL_BYTES = 7 + 2 * HASH_BYTES;

/** The comment of a ZIP archive of ours: the SHA-256 of all before it, as it is while the comment's length is still 0. */
export const zipSeal = (hash: Uint8Array): Buffer =>
  Buffer.from(`sha256:${Buffer.from(hash).toString("hex")}`, "latin1");
