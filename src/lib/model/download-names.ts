/** `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`, also as a browser names the second download of the name. @see facts 3.5 */
export const SERVER_TOKEN_NAME =
  /^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime(?: ?\(\d+\))?\.p7m$/u;

/** `sToken_for_東京_.vpptoken`, also as a browser names the second download of the name. @see facts 3.5 */
export const CONTENT_TOKEN_NAME = /^sToken_for_(?<location>.+?)_?(?: ?\(\d+\))?\.vpptoken$/u;

/** What a group of a name pattern holds of a file, whatever folders stand before its name; null where the name is another. */
export const toldByName = (pattern: RegExp, path: string, group: string): string | null =>
  pattern.exec((path.split(/[/\\]/).at(-1) ?? "").normalize("NFC"))?.groups?.[group] ?? null;
