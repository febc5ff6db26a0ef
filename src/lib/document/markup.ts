/** The content of the markup is already escaped. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** The values that {@link html} accepts: text to escape, markup, a list of such values, or null for nothing. */
export type MarkupContent = string | number | Markup | null | readonly MarkupContent[];

/** Returns markup with the inserted values escaped, for use in text or quoted attributes: html`<b>${name}</b>`. */
export const html = (literals: TemplateStringsArray, ...parts: readonly MarkupContent[]): Markup =>
  new Markup(
    literals
      .map((literal, index) => literal + (index < parts.length ? escapeContent(parts[index] ?? null) : ""))
      .join(""),
  );

const escapeContent = (part: MarkupContent): string => {
  if (part === null) return "";
  if (part instanceof Markup) return part.source;
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return typeof part === "number" ? String(part) : part.map(escapeContent).join("");
};
