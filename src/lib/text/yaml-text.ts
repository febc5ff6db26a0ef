/**
 * Characters that are not allowed in a YAML file, although some parsers accept them.
 *
 * @see https://yaml.org/spec/1.2.2/#51-character-set
 */
const UNPRINTABLE = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Returns the offset of the first character that YAML does not allow, in UTF-16 code units. */
export const findUnprintable = (content: string): number | undefined => UNPRINTABLE.exec(content)?.index;
