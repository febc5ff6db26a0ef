/** HTML or SVG that is written as it is: everything in it is escaped already. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What {@link html} takes: words to escape, markup, several of either, or nothing. */
export type MarkupContent = string | number | Markup | null | readonly MarkupContent[];

/** Markup with what stands in it escaped, as text or as a quoted attribute: html`<b>${name}</b>`. */
export const html = (literals: TemplateStringsArray, ...parts: readonly MarkupContent[]): Markup =>
  new Markup(
    literals.map((literal, index) => literal + (index < parts.length ? sourceOf(parts[index] ?? null) : "")).join(""),
  );

const sourceOf = (part: MarkupContent): string => {
  if (part === null) return "";
  if (part instanceof Markup) return part.source;
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return typeof part === "number" ? String(part) : part.map(sourceOf).join("");
};
