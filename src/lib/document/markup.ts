export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type MarkupContent = string | number | Markup | null | readonly MarkupContent[];

/** Escapes the values in html`<b>${name}</b>`. Values are allowed in text and in quoted attributes. */
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
