/**
 * Matches what programs add to the name of a copy, as part of a regular expression: browsers add ` (1)`, `(1)` or `-1`;
 * the Finder adds ` 2` if the name is taken; the Finder and Windows add ` copy 2`, `のコピー 2` or ` - コピー (2)`.
 * Each alternative begins differently, so that a hostile name is matched in one pass.
 */
const COPY_SUFFIX = String.raw`(?: copy| ?のコピー| - (?:Copy|コピー)| ?\(\d+\)|-\d+| \d+)*`;

/** File name of a server token or of a copy: `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`.  @see facts 3.5 */
export const SERVER_TOKEN_NAME_PATTERN = new RegExp(
  String.raw`^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime${COPY_SUFFIX}\.p7m$`,
  "u",
);

/**
 * The file name of a content token, with or without the suffix of a copy: `sToken_for_東京_.vpptoken`. Without the last
 * `_`, a trailing number may belong to the location's name.
 *
 * @see facts 3.5
 */
export const CONTENT_TOKEN_NAME_PATTERN = new RegExp(
  String.raw`^sToken_for_(?<location>.+?)(?:_${COPY_SUFFIX}| ?\(\d+\))?\.vpptoken$`,
  "u",
);

/** Returns the part of a file name that matches a pattern's group; null if none. Folders in the path are ignored. */
export const parseFileNamePart = (pattern: RegExp, path: string, group: string): string | null =>
  pattern.exec((path.split(/[/\\]/).at(-1) ?? "").normalize("NFC"))?.groups?.[group] ?? null;
