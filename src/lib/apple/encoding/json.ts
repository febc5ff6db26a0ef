/** The fields of a JSON object that came from outside; undefined where the text is none. */
export function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** A field that is a text with something in it. */
export function stringIn(fields: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
