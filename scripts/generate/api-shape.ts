const FOR_PEOPLE: readonly string[] = ["description", "summary", "title"];

/**
 * What programs may rely on in an OpenAPI document: it, or a part of it, without the texts for people. A schema's
 * property called `title` stays, and so does what examples say.
 */
export function apiShape(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(apiShape);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).filter(
    ([key, value]) => key !== "info" && !(FOR_PEOPLE.includes(key) && typeof value === "string"),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, key === "example" ? value : apiShape(value)]));
}
