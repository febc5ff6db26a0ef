/** Use this for parsers whose errors are irrelevant. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Returns the members of a JSON object; undefined if the text is not a JSON object. */
export function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  const value = attempt((): unknown => JSON.parse(json));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

export function getNonEmptyText(fields: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
