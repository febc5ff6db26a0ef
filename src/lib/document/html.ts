import type { Language } from "../text/index.ts";
import { html, Markup, type MarkupContent } from "./markup.ts";

/** Parts of an HTML document, which can be a page, a guide or an email. */
export interface DocumentParts {
  readonly language: Language;
  /** beginning of a page that a scheduled job writes, see `HEADERS` */
  readonly opening?: string | undefined;
  /** title of the browser tab */
  readonly title: string;
  readonly style: string;
  /** CSS class of the body */
  readonly look?: string | undefined;
  readonly body: MarkupContent;
}

/** Renders a self-contained HTML document, without scripts and other files, for light and dark mode. */
export const renderHtmlDocument = ({
  opening = "<!DOCTYPE html>",
  language,
  title,
  style,
  look,
  body,
}: DocumentParts): string =>
  html`${new Markup(opening)}
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Markup(style.trim())}
        </style>
      </head>
      <body ${look === undefined ? null : html`class="${look}"`}>
        ${body}
      </body>
    </html> `.source;
