/**
 * Returns the value of an attribute in a name, as `X509Certificate` of node:crypto writes the name: one attribute per
 * line, `CN=APSP:…`; several attributes of one set joined with ` + `; special characters, including any other plus
 * sign, escaped with a backslash.
 *
 * @param name undefined for an empty name, although Node's types do not say so
 * @param attribute `CN`, `O`, `UID`
 * @returns the first value; undefined if the name does not contain the attribute
 * @see RFC 4514 section 2.4
 */
export function findNameAttribute(name: string | undefined, attribute: string): string | undefined {
  for (const line of name?.split("\n") ?? []) {
    for (const part of line.split(" + ")) {
      if (part.startsWith(`${attribute}=`)) return unescapeAttribute(part.slice(attribute.length + 1));
    }
  }
  return undefined;
}

const unescapeAttribute = (value: string): string =>
  value.replaceAll(/\\([0-9A-Fa-f]{2}|.)/g, (_, code: string) =>
    code.length === 2 ? String.fromCodePoint(Number.parseInt(code, 16)) : code,
  );
