/** Returns undefined if a parser fails. Use this only if the reason does not matter. */
export function parseOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  const value = parseOrUndefined((): unknown => JSON.parse(json));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

export function getNonEmptyText(fields: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
