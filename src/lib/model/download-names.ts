/**
 * What is added to the name of a copy, as part of a regular expression: ` (1)`, `(1)` or `-1` by browsers, ` 2` by the Finder
 * if the name is taken, and ` copy 2`, `のコピー 2` or ` - コピー (2)` by the Finder and Windows. Each alternative begins
 * differently, so that a hostile name is matched in one pass.
 */
export const COPY_SUFFIX = String.raw`(?: copy| ?のコピー| - (?:Copy|コピー)| ?\(\d+\)|-\d+| \d+)*`;

/** `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`, also as a copy is named. @see facts 3.5 */
export const SERVER_TOKEN_NAME = new RegExp(
  String.raw`^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime${COPY_SUFFIX}\.p7m$`,
  "u",
);

/** `sToken_for_東京_.vpptoken`, also as a copy is named. Without the last `_` a number may be the location's. @see facts 3.5 */
export const CONTENT_TOKEN_NAME = new RegExp(
  String.raw`^sToken_for_(?<location>.+?)(?:_${COPY_SUFFIX}| ?\(\d+\))?\.vpptoken$`,
  "u",
);

/** What a group of a name pattern holds of a file, whatever folders stand before its name; null where the name is another. */
export const toldByName = (pattern: RegExp, path: string, group: string): string | null =>
  pattern.exec((path.split(/[/\\]/).at(-1) ?? "").normalize("NFC"))?.groups?.[group] ?? null;
