import { parse } from "plist";

/** Far more than a provisioning profile with all its devices, or a signing request, has. */
const MOST_BYTES = 1024 * 1024;

/**
 * The fields of an XML property list that came from outside; undefined where it is none, is too large, or is nested
 * deeper than the parser goes. Entities that a document declares itself are not expanded.
 */
export function propertiesOf(xml: string): ReadonlyMap<string, unknown> | undefined {
  if (xml.length > MOST_BYTES || /<!ENTITY/i.test(xml)) return undefined;
  try {
    const value: unknown = parse(xml);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
