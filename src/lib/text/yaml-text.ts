/** What no YAML file contains as it is, whatever some readers take. @see https://yaml.org/spec/1.2.2/#51-character-set */
const UNPRINTABLE = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

const EVERY = new RegExp(UNPRINTABLE.source, "gu");

/** The place of the first character that no YAML file contains, in UTF-16 code units; undefined if there is none. */
export const unprintableAt = (content: string): number | undefined => UNPRINTABLE.exec(content)?.index;

/** A string in YAML: double-quoted as in JSON. */
export const yamlQuoted = (value: string): string =>
  JSON.stringify(value).replace(EVERY, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
