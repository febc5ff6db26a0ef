/**
 * Returns the first value of an attribute (`CN`) in a name, as node:crypto's `X509Certificate` writes it: one attribute
 * per line, those of one set joined with ` + `, special characters escaped with a backslash; undefined for an empty
 * name.
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
