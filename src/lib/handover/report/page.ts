import { drawChart, legendMarker, ROWS_OF_A_CHART } from "../../renewals/output/page/chart.ts";
import { pageDocument } from "../../renewals/output/page/document.ts";
import { html, Markup } from "../../renewals/output/markup.ts";
import { LEVEL_NAMES, type Level } from "../../renewals/judge.ts";
import type { Typesetting } from "../../renewals/timeline.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import type { Item } from "../checklist/item.ts";
import type { Bar, Block, ReportContent, Section, Words } from "./blocks.ts";
import { standingOf } from "./content.ts";
import { toldCounts, type OrgNode } from "./org-tree.ts";
import { REPORT_STYLE } from "./style.ts";

/** How a page is set. */
export interface Setting extends Typesetting {
  readonly language: Language;
}

/** A report as one HTML page: without scripts, and without anything from elsewhere; A4 on paper. */
export function reportPage(content: ReportContent, setting: Setting): string {
  const { language } = setting;
  const page = new Page(setting);
  return pageDocument({
    language,
    title: `${content.title[language]}: ${setting.visible(content.tenant)}`,
    style: REPORT_STYLE,
    header: html`<h1>${content.title[language]}</h1>
      <p>${page.words(content.tenant)} <span class="faint">${content.asOf}</span></p>
      <nav aria-label="${CONTENTS[language]}">
        <ol>
          ${content.sections.map(({ id, title }) => html`<li><a href="#${id}">${page.words(title)}</a></li>`)}
        </ol>
      </nav>`,
    main: html`${content.sections.map((section) => page.section(section))}`,
  });
}

const CONTENTS = text("Contents", "目次");
const MISSING = text("MISSING", "不足");
const LEVELS: readonly Level[] = ["expired", "unknown", "critical", "warning", "ok"];

/** A text that may go on below at its signs. */
const broken = (words: string): Markup =>
  html`${words.split(/(?<=[@./_-])/u).map((piece, at) => html`${at === 0 ? null : new Markup("<wbr>")}${piece}`)}`;

/** What is below the last organisation that is shown. */
const toldHidden = (hidden: NonNullable<OrgNode["hidden"]>): Text => {
  const { en, ja } = toldCounts(hidden);
  const [more, moreJa] = en === "" ? ["", ""] : [`: ${en}`, `(${ja})`];
  return text(`and below it ${hidden.orgs} organisations${more}`, `ほかに下位組織 ${hidden.orgs}${moreJa}`);
};

class Page {
  readonly #setting: Setting;
  readonly #language: Language;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#language = setting.language;
  }

  section({ id, title, blocks }: Section): Markup {
    return html`<section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${this.#say(title)}</h2>
      ${blocks.map((block) => this.#block(block))}
    </section>`;
  }

  /** Words of ours as they are; a value with all that deceives made visible, and apart from the direction of what is around it. */
  words(words: Words): Markup {
    return typeof words === "string"
      ? html`<bdi>${this.#setting.visible(words)}</bdi>`
      : html`${this.#setting.visible(words[this.#language])}`;
  }

  #say(words: Text): string {
    return this.#setting.visible(words[this.#language]);
  }

  #block(block: Block): Markup {
    switch (block.kind) {
      case "paragraph":
        return html`<p>${this.#say(block.words)}</p>`;
      case "facts":
        return html`<dl>
          ${block.rows.map(
            ([label, value]) =>
              html`<dt>${this.#say(label)}</dt>
                <dd>${this.words(value)}</dd> `,
          )}
        </dl>`;
      case "table":
        return this.#table(block);
      case "item":
        return this.#item(block.item, block.lines);
      case "tree":
        return html`<div class="tree">${this.#tree(block.nodes)}</div>`;
      case "bars":
        return this.#bars(block);
      case "timeline":
        return this.#timeline(block);
      case "box":
        return html`<aside class="box" aria-label="${this.#say(block.title)}">
          <h3>${this.#say(block.title)}</h3>
          <ul>
            ${block.lines.map((line) => html`<li>${this.#say(line)}</li>`)}
          </ul>
        </aside>`;
    }
  }

  #table({ caption, head, rows, blank }: Extract<Block, { kind: "table" }>): Markup {
    const isSmall = rows.length <= MOST_WHOLE.rows && head.length <= MOST_WHOLE.columns;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="${this.#say(caption)}">
      <table class="${blank === true ? "blank" : ""}${isSmall ? " whole" : ""}">
        <caption>
          ${this.#say(caption)}
        </caption>
        <thead>
          <tr>
            ${head.map((cell) => html`<th scope="col" class="${cell.en === cell.ja ? "" : "ours"}">${this.#say(cell)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([first = "", ...others]) =>
              html`<tr>
                <th scope="row">${this.#cell(first)}</th>
                ${others.map((cell) => html`<td class="${this.#isShort(cell) ? "short" : ""}">${this.#cell(cell)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  /** {@link words}, where addresses and paths go on below themselves at their signs, and an option of a command never. */
  #cell(words: Words): Markup {
    if (typeof words !== "string" || this.#isShort(words)) return this.words(words);
    const parts = this.#setting.visible(words).split(/(?<= )(?=--[a-z])|(?<=(?:^| )--[a-z-]+)(?= )/u);
    return html`<bdi
      >${parts.map((part) => (part.startsWith("--") ? html`<span class="short">${part}</span>` : broken(part)))}</bdi
    >`;
  }

  /** Whether a cell is too short to be broken: a day, a number, a word or two of ours. */
  #isShort(words: Words): boolean {
    return typeof words === "string"
      ? /^~?[\d-]{1,14}$/.test(words)
      : this.#say(words).length <= (this.#language === "ja" ? 8 : 12);
  }

  #item(item: Item, lines: readonly (readonly [Words, Words])[]): Markup {
    const { id, title, gaps, notes, applies } = item;
    return html`<article class="item${applies === false ? " faint" : ""}" aria-labelledby="item-${id}">
      <h3 id="item-${id}">
        ${this.#say(title)}
        <span class="${gaps.length > 0 ? "level expired" : "faint"}">${this.#say(standingOf(item))}</span>
      </h3>
      ${
        gaps.length === 0
          ? null
          : html`<ul class="gaps">
              ${gaps.map(
                ({ code, what, mend }) =>
                  html`<li data-gap="${code}">
                    <b class="level expired">${this.#say(MISSING)}</b> ${this.#say(what)}
                    <span class="mend">${this.#say(mend)}</span>
                  </li>`,
              )}
            </ul>`
      }
      ${
        applies === false || lines.length === 0
          ? null
          : html`<dl>
              ${lines.map(
                ([label, value]) =>
                  html`<dt>${this.words(label)}</dt>
                    <dd>${this.words(value)}</dd> `,
              )}
            </dl>`
      }
      ${
        applies === false || notes.length === 0
          ? null
          : html`<ul class="notes">
              ${notes.map((note) => html`<li>${this.#say(note)}</li>`)}
            </ul>`
      }
    </article>`;
  }

  #tree(nodes: readonly OrgNode[]): Markup {
    return html`<ul>
      ${nodes.map(
        ({ name, children, hidden, ...node }) =>
          html`<li>
            ${this.words(name)}
            <span class="faint">${this.#say(toldCounts(node))}</span>
            ${hidden === null ? null : html`<span class="faint">${this.#say(toldHidden(hidden))}</span>`}
            ${children.length === 0 ? null : this.#tree(children)}
          </li>`,
      )}
    </ul>`;
  }

  #bars({ id, title, bars }: Extract<Block, { kind: "bars" }>): Markup {
    const most = Math.max(1, ...bars.map(({ value }) => value));
    const height = bars.length * BAR.row + BAR.row / 2;
    const label = ({ label: words }: Bar): string =>
      this.#setting.visible(typeof words === "string" ? words : words[this.#language]);
    return html`<div class="figure">
      <h3 id="${id}-title">${this.#say(title)}</h3>
      <svg class="bars" viewBox="0 0 ${BAR.width} ${height}" role="img" aria-labelledby="${id}-title ${id}-about">
        <desc id="${id}-about">${bars.map((bar) => `${label(bar)}: ${bar.value}`).join("; ")}</desc>
        ${bars.map((bar, at) => {
          const y = at * BAR.row + BAR.row;
          const width = Math.round((bar.value / most) * BAR.longest);
          return html`<text x="${BAR.start - 8}" y="${y}" text-anchor="end">${this.#fitted(label(bar))}</text
            ><rect x="${BAR.start}" y="${y - BAR.thick + 3}" width="${Math.max(width, 1)}" height="${BAR.thick}" /><text
              x="${BAR.start + width + 8}"
              y="${y}"
              >${bar.value}</text
            > `;
        })}
      </svg>
    </div>`;
  }

  /** A text as wide as there is room: of a path of organisations the last names. */
  #fitted(words: string): string {
    const { fit } = this.#setting;
    const names = words.split(" / ");
    for (let from = 0; from < names.length - 1; from += 1) {
      const path = `${from === 0 ? "" : "… / "}${names.slice(from).join(" / ")}`;
      if (fit(path, BAR.columns) === path) return path;
    }
    return fit(names.length === 1 ? words : `… / ${names.at(-1)}`, BAR.columns);
  }

  #timeline({ items, timeline }: Extract<Block, { kind: "timeline" }>): Markup {
    const { visible, fit } = this.#setting;
    const language = this.#language;
    const charts = Array.from({ length: Math.ceil(items.length / ROWS_OF_A_CHART) }, (_, number) =>
      drawChart(items.slice(number * ROWS_OF_A_CHART, (number + 1) * ROWS_OF_A_CHART), {
        timeline,
        language,
        number,
        label: ({ name }) => name,
        visible,
        fit,
      }),
    );
    return html`<ul class="legend">
        ${LEVELS.map((level) => html`<li>${legendMarker(level)} ${LEVEL_NAMES[level][language]}</li>`)}
        ${
          items.some(({ certainty }) => certainty === "estimated")
            ? html`<li>${legendMarker("ok", true)} ${HOLLOW[language]}</li>`
            : null
        }
      </ul>
      ${charts}`;
  }
}

const HOLLOW = text("hollow: estimated", "白抜き: 推定");

/** A table up to this size is not broken across pages. */
const MOST_WHOLE = { rows: 15, columns: 5 } as const;

/** Where things stand in a chart of bars, in units of its own. */
const BAR = { width: 1000, start: 330, longest: 560, row: 28, thick: 16, columns: 36 } as const;
