import { escapeForPeople } from "../text/shell-word.ts";
import { truncate } from "../terminal/width.ts";
import type { Level } from "./level.ts";
import { html, type Markup } from "./markup.ts";

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
export function drawTimeline(items: readonly TimelineItem[], from: string, caption: string): Markup {
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
