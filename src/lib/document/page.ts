import { joinWords, splitCommands } from "../terminal/commands.ts";
import { escapeForPeople } from "../text/shell-word.ts";
import { text, type Language, type Text } from "../text/index.ts";
import type { DisplayText, Fact, Level } from "./blocks.ts";
import { PAGE_STYLES } from "./style.ts";
import { truncate } from "../terminal/width.ts";

export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type MarkupContent = string | number | Markup | null | readonly MarkupContent[];

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
  return typeof part === "number" ? String(part) : part.map(escapeContent).join("");
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
  | {
      readonly kind: "timeline";
      readonly caption: Text;
      readonly from: string;
      readonly items: readonly TimelineItem[];
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
      case "timeline": {
        const caption = this.plain(block.caption);
        return html`<p class="faint">${caption}</p>
          ${drawTimeline(block.items, block.from, caption)}`;
      }
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
                ${others.map((cell, at) => this.#data(cell, head[at + 1]))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #data(cell: DisplayText, header?: Text): Markup {
    const looks = [...(this.#isShort(cell) ? ["short"] : []), ...(cell === "" ? ["empty"] : [])];
    const label = header === undefined ? "" : this.plain(header);
    return html`<td class="${looks.join(" ")}" data-label="${label}">${this.words(cell)}</td> `;
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

export interface TimelineItem {
  readonly name: string;
  /** such as `2027-03-05` */
  readonly day: string;
  readonly level: Level;
}

const MONTHS = 12;
const ROW_HEIGHT = 20;
/** More rows would not fit on a printed page. */
const MAX_ROWS = 40;
/** A name to the right of its point can be longer, because the edge of a narrow screen cuts only its end. */
const MAX_NAME_WIDTHS = { right: 40, left: 17 };

const toMonthStart = (from: string, months: number): string => {
  const [year = 0, month = 1] = from.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, "2027-03-05".length);
};

/**
 * Draws what ends in the 12 months after `from`, one row for each item. Positions are percentages, so that the letters
 * have the same size on screens of every width. @param caption begins the text for people who do not see the picture
 */
function drawTimeline(items: readonly TimelineItem[], from: string, caption: string): Markup {
  const start = toMonthStart(from, 0);
  const end = toMonthStart(from, MONTHS);
  const percent = (day: string): number =>
    Math.min(99, Math.max(1, ((Date.parse(day) - Date.parse(start)) / (Date.parse(end) - Date.parse(start))) * 100));
  const shown = items.filter(({ day }) => day < end).slice(0, MAX_ROWS);
  const height = (shown.length + 1) * ROW_HEIGHT;
  const months = Array.from({ length: MONTHS }, (_, at) => toMonthStart(from, at)).map((first) => {
    const [year = "", month = ""] = first.split("-");
    const x = `${percent(first).toFixed(2)}%`;
    return html`<line x1="${x}" x2="${x}" y1="0" y2="${height}" /><text x="${x}" dx="3" y="12"
        >${month === "01" ? `'${year.slice(2)}` : Number(month)}</text
      >`;
  });
  const rows = shown.map(({ name, day, level }, at) => {
    const x = percent(day);
    const y = (at + 1.5) * ROW_HEIGHT;
    const side = x < 60 ? "right" : "left";
    const cut = truncate(escapeForPeople(name), MAX_NAME_WIDTHS[side]);
    const [dx, anchor, words] = side === "right" ? [10, "start", `${day} ${cut}`] : [-10, "end", `${cut} ${day}`];
    return html`<g class="${level}"
      ><circle cx="${x.toFixed(2)}%" cy="${y}" r="5" />
      <text x="${x.toFixed(2)}%" dx="${dx}" y="${y + 4}" text-anchor="${anchor}">${words}</text></g
    >`;
  });
  const words = shown.map(({ name, day }) => `${escapeForPeople(name)} ${day}`).join(", ");
  return html`<svg class="timeline" role="img" aria-label="${caption}: ${words}" width="100%" height="${height}">
    ${months}${rows}
  </svg>`;
}
