export type PropertyList = Readonly<Record<string, unknown>>;

const MAX_LIST_CHARACTERS = 1024 * 1024;
const START_PATTERN = /^\s*<(?:\?xml(?![^>]*encoding=(?!["'](?:utf-8|us-ascii)["']))|!DOCTYPE plist|plist)\b/i;

export async function parsePropertyList(xml: string): Promise<PropertyList | undefined> {
  if (xml.length > MAX_LIST_CHARACTERS || !START_PATTERN.test(xml)) return undefined;
  // the parser accepts characters that XML does not allow
  if (/[^\t\n\r -\ud7ff\ue000-\ufffc\u{10000}-\u{10ffff}]/u.test(xml)) return undefined;
  const { parse } = await import("plist");
  // the parser writes errors, with parts of the secret input, to `console.error`
  const output = globalThis.console;
  const shown = Object.getOwnPropertyDescriptor(output, "error") ?? {};
  try {
    output.error = () => {
      throw new SyntaxError("not well-formed");
    };
    for (const [, date = ""] of xml.matchAll(/<date>([^<]*)/g))
      if (new Date(date).toISOString() !== date.replace("Z", ".000Z")) return undefined;
    const value: unknown = parse(xml);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PropertyList) : undefined;
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(output, "error", shown);
  }
}
