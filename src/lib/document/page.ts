import { joinWords, splitCommands } from "../terminal/commands.ts";
import { escapeForPeople } from "../text/shell-word.ts";
import { text, type Language, type Text } from "../text/index.ts";
import type { DisplayText, Fact } from "./blocks.ts";

export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type MarkupContent = string | Markup | null | readonly MarkupContent[];

/** Escapes the values in html`<b>${name}</b>`. Values are allowed in text and in quoted attributes. */
const html = (literals: TemplateStringsArray, ...parts: readonly MarkupContent[]): Markup =>
  new Markup(
    literals
      .map((literal, index) => literal + (index < parts.length ? escapeContent(parts[index] ?? null) : ""))
      .join(""),
  );

const escapeContent = (part: MarkupContent): string => {
  if (part === null) return "";
  if (part instanceof Markup) return part.source;
  if (typeof part === "string") return part.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return part.map(escapeContent).join("");
};

export interface Page {
  readonly title: Text;
  readonly subject: string;
  readonly asOf: string;
  readonly sections: readonly PageSection[];
}

interface PageSection {
  readonly id: string;
  readonly title: Text;
  readonly blocks: readonly PageBlock[];
}

export type PageBlock =
  | { readonly kind: "paragraph"; readonly words: Text }
  | { readonly kind: "heading"; readonly words: Text }
  | { readonly kind: "facts"; readonly rows: readonly Fact[] }
  | {
      readonly kind: "table";
      readonly caption: Text;
      readonly head: readonly Text[];
      /** if `blank` is true, empty cells are printed as spaces to fill in by hand */
      readonly rows: readonly (readonly DisplayText[])[];
      readonly blank?: true | undefined;
    }
  | { readonly kind: "list"; readonly items: readonly PageItem[]; readonly isNumbered?: true | undefined };

interface PageItem {
  readonly id: string;
  readonly words: Text;
  readonly next: Text | null;
}

/** The page supports light and dark mode, without scripts or external resources. */
export function renderPage({ title, subject, asOf, sections }: Page, language: Language): string {
  const page = new PageRenderer(language);
  return html`<!DOCTYPE html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${page.plain(title)}: ${page.plain(subject)}</title>
        <style>
          ${new Markup(PAGE_STYLES.trim())}
        </style>
      </head>
      <body>
        <header>
          <h1>${page.words(title)}</h1>
          <p>${page.words(subject)} <span class="faint">${page.words(text(`as of ${asOf}`, `${asOf} 現在`))}</span></p>
        </header>
        <main>${sections.map((section) => page.section(section))}</main>
      </body>
    </html> `.source;
}

class PageRenderer {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  section({ id, title, blocks }: PageSection): Markup {
    return html`<section aria-labelledby="${id}">
      <h2 id="${id}">${this.words(title)}</h2>
      ${blocks.map((block) => this.#block(block))}
    </section>`;
  }

  /** Makes deceptive characters in values visible and isolates their text direction. */
  words(words: DisplayText): Markup {
    return typeof words === "string" ? html`<bdi>${escapeForPeople(words)}</bdi>` : this.#text(words);
  }

  #text(words: Text): Markup {
    const parts = splitCommands(this.plain(words));
    return html`${parts.map((part) => (typeof part === "string" ? part : html`<code>${joinWords(part)}</code>`))}`;
  }

  plain(words: DisplayText): string {
    return escapeForPeople(typeof words === "string" ? words : words[this.#language]);
  }

  #block(block: PageBlock): Markup {
    switch (block.kind) {
      case "paragraph":
        return html`<p>${this.words(block.words)}</p>`;
      case "heading":
        return html`<h3>${this.words(block.words)}</h3>`;
      case "facts":
        return html`<dl>${block.rows.map((fact) => this.#fact(fact))}</dl>`;
      case "table":
        return this.#table(block);
      case "list": {
        const items = block.items.map((item) => this.#item(item));
        return block.isNumbered === true
          ? html`<ol>
              ${items}
            </ol>`
          : html`<ul>
              ${items}
            </ul>`;
      }
    }
  }

  #fact([label, value, isMissing = false]: Fact): Markup {
    return html`<dt>${this.words(label)}</dt>
      <dd class="${isMissing ? "missing" : ""}">${this.words(value)}</dd> `;
  }

  #table({ caption, head, rows, blank }: Extract<PageBlock, { kind: "table" }>): Markup {
    return html`<div class="scroll" tabindex="0" role="group" aria-label="${this.plain(caption)}">
      <table class="${blank === true ? "blank" : ""}">
        <caption>
          ${this.plain(caption)}
        </caption>
        <thead>
          <tr>
            ${head.map((cell) => html`<th scope="col" class="${cell.en === cell.ja ? "" : "ours"}">${this.plain(cell)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([first = "", ...others]) =>
              html`<tr>
                <th scope="row">${this.words(first)}</th>
                ${others.map((cell) => html`<td class="${this.#isShort(cell) ? "short" : ""}">${this.words(cell)}</td> `)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #isShort(words: DisplayText): boolean {
    return typeof words === "string"
      ? /^~?[\d-]{1,14}$/.test(words)
      : this.plain(words).length <= (this.#language === "ja" ? 8 : 12);
  }

  #item({ id, words, next }: PageItem): Markup {
    return html`<li data-id="${id}">
      ${this.words(words)}${next === null ? null : html`<span class="below faint">${this.words(next)}</span>`}
    </li>`;
  }
}

const LIGHT_COLOURS = "--paper:#ffffff;--ink:#1f2328;--faint:#57606a;--rule:#d0d7de;--band:#f6f8fa;--bad:#b42318";
const DARK_COLOURS = "--paper:#0d1117;--ink:#e6edf3;--faint:#9da7b3;--rule:#3d444d;--band:#161b22;--bad:#ff7b72";

const PAGE_STYLES = `
:root{color-scheme:light dark;${LIGHT_COLOURS}}
@media screen and (prefers-color-scheme:dark){:root{${DARK_COLOURS}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:64rem;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1rem/1.5 system-ui,"Hiragino Sans","Yu Gothic UI","Noto Sans JP","Noto Sans CJK JP",sans-serif}
h1{margin:0;font-size:1.5em}
h2{margin:1.5rem 0 .5rem;font-size:1.1em}
h3{margin:1rem 0 .25rem;font-size:1em}
p{margin:.25rem 0}
.faint{color:var(--faint)}
.missing{color:var(--bad);font-weight:600}
.short{white-space:nowrap}
.below{display:block;font-size:.9em}
dl{display:grid;grid-template-columns:minmax(10rem,18rem) minmax(0,1fr);gap:.15rem 1rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0}
ul,ol{margin:.25rem 0;padding-left:1.5rem}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
table{width:100%;border-collapse:collapse;font-size:.875em}
caption{padding:.25rem 0;text-align:start;color:var(--faint)}
th,td{padding:.35rem .5rem;border:1px solid var(--rule);text-align:start;vertical-align:top;overflow-wrap:anywhere;font-weight:400}
tbody th{min-width:6rem}
tbody td{min-width:3.5rem}
thead th{background:var(--band);font-weight:600}
thead th.ours{word-break:keep-all;overflow-wrap:break-word}
.blank td,.blank tbody th{height:2.6rem;min-width:5rem}
@media (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dd{margin:0 0 .5rem}}
@page{size:A4;margin:13mm}
@media print{
body{max-width:none;padding:0;font-size:9.5pt}
.scroll{overflow:visible}
tr,dl>*,li{break-inside:avoid}
h2,h3,caption,dt{break-after:avoid}
dd{break-before:avoid}
thead{display:table-header-group;break-after:avoid}
table{font-size:8pt}
th,td{padding:.2rem .35rem}
.blank td,.blank tbody th{height:2.2rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`.trim();
