/** File name of a downloaded server token: `(server)_Token_2026-03-01T05-00-00Z_smime.p7m`. @see facts 3.5 */
export const SERVER_TOKEN_NAME_PATTERN =
  /^(?<server>.+)_Token_(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}[-:_]\d{2}[-:_]\d{2})Z_smime[^_]*\.p7m$/u;

/** File name of a downloaded content token: `sToken_for_東京_.vpptoken`. @see facts 3.5 */
export const CONTENT_TOKEN_NAME_PATTERN = /^sToken_for_(?<location>.+)_[^_]*\.vpptoken$/u;
