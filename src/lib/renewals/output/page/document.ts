import type { Language } from "../../../text/index.ts";
import { html, Markup, type Part } from "../markup.ts";
import { PAGE_STYLE } from "./style.ts";

/** The parts of a page. */
export interface PageParts {
  readonly language: Language;
  /** what the browser's tab says */
  readonly title: string;
  /** style sheet in addition to that of all pages */
  readonly style?: string | undefined;
  readonly header: Part;
  readonly main: Part;
}

/** An HTML page that needs nothing else: no script, no other file, in light and dark and on paper. */
export const pageDocument = ({ language, title, style = "", header, main }: PageParts): string => `<!doctype html>
${
  html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      <style>
        ${new Markup(`${PAGE_STYLE}\n${style}`.trim())}
      </style>
    </head>
    <body>
      <header>${header}</header>
      <main>${main}</main>
    </body>
  </html> `.source
}`;
