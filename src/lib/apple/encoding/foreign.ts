/** What `work` gives; undefined when it throws. For readers of foreign bytes, whose errors say nothing to people. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The fields of a JSON object from outside; undefined where the text is not one. */
export function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  const value = attempt((): unknown => JSON.parse(json));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

/** A field that is a text with something in it. */
export function stringIn(fields: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
