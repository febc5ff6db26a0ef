import { joinWords, splitCommands } from "../terminal/commands.ts";
import { escapeForPeople } from "../terminal/escape.ts";
import { text, type Language, type Text } from "../text/index.ts";
import {
  type Block,
  type Document,
  type Fact,
  type ListItem,
  type Section,
  type StepBlock,
  type DisplayText,
} from "./blocks.ts";
import { html, Markup } from "./markup.ts";
import { STYLE } from "./style.ts";

/** Renders a document as one HTML page for light and dark mode, without scripts and external resources. */
export function renderPage(
  { title, subject, asOf, intro, sections, footer, hasContents }: Document,
  language: Language,
): string {
  const page = new PageRenderer(language);
  const contents = html`<nav aria-label="${CONTENTS_TITLE[language]}">
    <ol>
      ${sections.map((section) => html`<li><a href="#${section.id}">${page.words(section.title)}</a></li>`)}
    </ol>
  </nav>`;
  return html`<!DOCTYPE html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>
          ${[title, ...(subject === undefined ? [] : [subject])].map((words) => page.plain(words)).join(": ")}
        </title>
        <style>
          ${new Markup(STYLE.trim())}
        </style>
      </head>
      <body>
        <header>
          <h1>${page.words(title)}</h1>
          ${subject === undefined && asOf === undefined ? null : html`<p>${page.words(subject ?? "")} <span class="faint">${asOf === undefined ? "" : text(`as of ${asOf}`, `${asOf} 現在`)[language]}</span></p>`}
          ${intro.map((block) => page.block(block))} ${hasContents === true ? contents : null}
        </header>
        <main>${sections.map((section) => page.section(section))}</main>
        ${footer === undefined ? null : html`<footer class="faint">${page.words(footer)}</footer>`}
      </body>
    </html> `.source;
}

const CONTENTS_TITLE = text("Contents", "目次");

const renderBreakable = (words: string): Markup =>
  html`${words.split(/(?<=[@./_-])/u).map((piece, at) => html`${at === 0 ? null : new Markup("<wbr>")}${piece}`)}`;

class PageRenderer {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  section({ id, title, blocks, onPaper }: Section): Markup {
    return html`<section id="${id}" aria-labelledby="${id}-title" class="${onPaper ?? ""}">
      <h2 id="${id}-title">${this.words(title)}</h2>
      ${blocks.map((block) => this.block(block))}
    </section>`;
  }

  /** Renders clomoctl's texts unchanged, and values with deceptive characters visible and text direction isolated. */
  words(words: DisplayText): Markup {
    return typeof words === "string" ? html`<bdi>${escapeForPeople(words)}</bdi>` : this.#text(words);
  }

  #text(words: Text, render: (part: string) => string | readonly Markup[] = (part) => part): Markup {
    const parts = splitCommands(this.plain(words));
    return html`${parts.map((part) => (typeof part === "string" ? html`${render(part)}` : html`<code>${joinWords(part)}</code>`))}`;
  }

  plain(words: DisplayText): string {
    return escapeForPeople(typeof words === "string" ? words : words[this.#language]);
  }

  block(block: Block): Markup {
    switch (block.kind) {
      case "paragraph":
        return html`<p>${this.words(block.words)}</p>`;
      case "facts":
        return html`<dl>${block.rows.map((fact) => this.#fact(fact))}</dl>`;
      case "table":
        return this.#table(block);
      case "list":
        return html`<ul>
          ${block.items.map((item) => this.#item(item))}
        </ul>`;
      case "steps":
        return html`<ol class="steps">
          ${block.steps.map((step) => this.#step(step))}
        </ol>`;
      case "note":
        return html`<aside aria-label="${this.plain(block.title)}">
          <h3>${this.plain(block.title)}</h3>
          <ul>
            ${block.lines.map((line) => html`<li>${this.words(line)}</li>`)}
          </ul>
        </aside>`;
      case "part":
        return this.#part(block);
    }
  }

  #fact([label, value]: Fact): Markup {
    return html`<dt>${this.words(label)}</dt>
      <dd>${this.#line(value)}</dd> `;
  }

  /** Renders a text in which dates and options break at a hyphen only if they are wider than the screen. */
  #line(words: DisplayText): Markup {
    const render = (part: string): readonly Markup[] =>
      part
        .split(" ")
        .map(
          (word, at) =>
            html`${at === 0 ? "" : " "}${word.includes("-") ? html`<span class="undivided">${word}</span>` : word}`,
        );
    return typeof words === "string" ? html`<bdi>${render(this.plain(words))}</bdi>` : this.#text(words, render);
  }

  #table({ caption, head, rows, blank }: Extract<Block, { kind: "table" }>): Markup {
    const isSmall = rows.length <= MAX_UNDIVIDED_TABLE.rows && head.length <= MAX_UNDIVIDED_TABLE.columns;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="${this.plain(caption)}">
      <table class="${blank === true ? "blank" : ""}${isSmall ? " undivided" : ""}">
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
                <th scope="row">${this.#value(first)}</th>
                ${others.map((cell, at) => this.#data(cell, head[at + 1]))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  /** Renders a cell. On a screen that is too narrow for columns, the cell shows its header. */
  #data(cell: DisplayText, header?: Text): Markup {
    const looks = [...(this.#isShort(cell) ? ["short"] : []), ...(cell === "" ? ["empty"] : [])];
    const label = header === undefined ? "" : this.plain(header);
    return html`<td class="${looks.join(" ")}" data-label="${label}">${this.#value(cell)}</td> `;
  }

  /** Renders like {@link words}, but lets addresses and paths wrap after punctuation. */
  #value(words: DisplayText): Markup {
    if (typeof words !== "string" || this.#isShort(words)) return this.words(words);
    return html`<bdi>${renderBreakable(escapeForPeople(words))}</bdi>`;
  }

  /** Returns true if a text is too short to wrap: a date, a number, or one or two words of clomoctl. */
  #isShort(words: DisplayText): boolean {
    return typeof words === "string"
      ? /^~?[\d-]{1,14}$/.test(words)
      : this.plain(words).length <= (this.#language === "ja" ? 8 : 12);
  }

  #item({ id, alarm, words, about }: ListItem): Markup {
    return html`<li ${id === undefined ? null : html`data-id="${id}"`}>
      ${alarm === undefined ? null : html`<b class="alarm">${this.plain(alarm)}</b> `}${this.words(words)}
      ${about === undefined ? null : html`<span class="below faint">${this.words(about)}</span>`}
    </li>`;
  }

  #step({ id, what, below }: StepBlock): Markup {
    return html`<li id="${id}">
      <p>${this.words(what)}</p>
      ${below.map(
        ({ label, words, isTrap }) =>
          html`<span class="below${isTrap === true ? " trap" : ""}"
            ><b>${this.plain(label)}:</b> ${this.words(words)}</span
          > `,
      )}
    </li> `;
  }

  #part({ id, title, about, isAlarm, isFaint, blocks }: Extract<Block, { kind: "part" }>): Markup {
    return html`<article class="${isFaint === true ? "faint" : ""}" aria-labelledby="${id}-title">
      <h3 id="${id}-title">
        ${this.words(title)}
        ${about === undefined ? null : html`<span class="${isAlarm === true ? "alarm" : "faint"}">${this.words(about)}</span>`}
      </h3>
      ${blocks.map((block) => this.block(block))}
    </article>`;
  }
}

/** Maximum size of a table that is not split across pages. */
const MAX_UNDIVIDED_TABLE = { rows: 15, columns: 5 } as const;
