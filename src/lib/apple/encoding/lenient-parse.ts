import { tryOrUndefined } from "../../errors/index.ts";

export function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  const value = tryOrUndefined((): unknown => JSON.parse(json));
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

export function getNonEmptyText(fields: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
