/**
 * Returns the first value of an attribute such as `CN`. Node.js writes one attribute per line and joins the attributes
 * of a set with ` + `.
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
