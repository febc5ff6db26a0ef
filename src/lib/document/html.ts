import type { Language } from "../text/index.ts";
import { html, Markup, type MarkupContent } from "./markup.ts";

/** Parts of an HTML document, which can be a page, a guide or an email. */
export interface DocumentParts {
  readonly language: Language;
  /** title of the browser tab */
  readonly title: string;
  readonly style: string;
  readonly body: MarkupContent;
}

/** Renders a self-contained HTML document, without scripts and other files, for light and dark mode. */
export const renderHtmlDocument = ({ language, title, style, body }: DocumentParts): string =>
  html`<!DOCTYPE html>
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
      <body>
        ${body}
      </body>
    </html> `.source;
