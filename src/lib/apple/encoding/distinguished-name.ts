/**
 * The value of an attribute in a name as `X509Certificate` of node:crypto writes it: one line an attribute,
 * `CN=APSP:…`, several of one set joined by ` + `, special characters (so every other plus) behind a backslash.
 *
 * @param name undefined for an empty one, whatever Node's types say
 * @param attribute `CN`, `O`, `UID`
 * @returns the first value; undefined where there is none
 * @see RFC 4514 section 2.4
 */
export function attributeOf(name: string | undefined, attribute: string): string | undefined {
  for (const line of name?.split("\n") ?? []) {
    for (const part of line.split(" + ")) {
      if (part.startsWith(`${attribute}=`)) return unescaped(part.slice(attribute.length + 1));
    }
  }
  return undefined;
}

const unescaped = (value: string): string =>
  value.replaceAll(/\\([0-9A-Fa-f]{2}|.)/g, (_, code: string) =>
    code.length === 2 ? String.fromCodePoint(Number.parseInt(code, 16)) : code,
  );
