import type { Language } from "../text/index.ts";
import { html, Markup, type MarkupContent } from "./markup.ts";

/** An HTML document of any kind: a page, a guide, a mail. */
export interface DocumentParts {
  readonly language: Language;
  /** how it begins, for a page that jobs write: see `HEADERS` */
  readonly opening?: string | undefined;
  /** what the browser's tab says */
  readonly title: string;
  /** its style sheet */
  readonly style: string;
  /** class of its body */
  readonly look?: string | undefined;
  readonly body: MarkupContent;
}

/** An HTML document that needs nothing else: no script, no other file, in light and dark. */
export const htmlDocument = ({
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
