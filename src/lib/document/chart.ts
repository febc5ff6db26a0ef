import { escapeForPeople } from "../terminal/escape.ts";
import { truncate } from "../terminal/table/width.ts";
import { counted, text, type Language } from "../text/index.ts";
import { type Level, LEVEL_NAMES, LEVELS } from "./level.ts";
import { html, type Markup } from "./markup.ts";
import { monthName, TIMELINE_MONTHS, type Mark, type Month, type Timeline } from "./timeline.ts";

/** Where things stand in a chart, in units of its own: it is 1000 wide. */
const CHART = {
  width: 1000,
  /** where the first month begins */
  start: 340,
  /** what a month takes */
  month: 40,
  /** where markers of the expired and undated stand, and of what comes after the last month */
  before: 250,
  after: 962,
  /** what stands above the first row, and what a row takes */
  head: 46,
  row: 28,
  /** what stands below the last row */
  foot: 20,
} as const;

/** Rows of one chart: more do not go on a sheet of A4 across. */
const ROWS_OF_A_CHART = 20;

const END = CHART.start + TIMELINE_MONTHS * CHART.month;

/** Wider names (in half-width characters) are cut; the table has them in full. */
const LABEL_COLUMNS = 30;

/** A chart's surroundings. */
interface ChartPlace {
  readonly timeline: Timeline;
  readonly language: Language;
  /** tells the charts of a page apart */
  readonly number: number;
}

/** Each level has a shape of its own, so that no colour is needed; around 0, about 14 wide. */
const SHAPES: Readonly<Record<Level | "later", string>> = {
  ok: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
  warning: "M0-7L7 0L0 7L-7 0z",
  critical: "M0-6.5L7 6L-7 6z",
  expired: "M-5.5-5.5L5.5 5.5M5.5-5.5L-5.5 5.5",
  unknown: "M-5.5-5.5h11v11h-11z",
  later: "M-4-6L5 0L-4 6z",
};

/** A marker by itself, for the legend. */
const legendMarker = (level: Level | "later", hollow = false): Markup =>
  html`<svg viewBox="-9 -9 18 18" aria-hidden="true">
    <path class="${classes(level, hollow)}" d="${SHAPES[level]}" />
  </svg>`;

/** A time line with its legend, in as many charts as it takes. */
export const timelineMarkup = (marks: readonly Mark[], timeline: Timeline, language: Language): Markup => {
  const charts = Array.from({ length: Math.ceil(marks.length / ROWS_OF_A_CHART) }, (_, number) =>
    drawChart(marks.slice(number * ROWS_OF_A_CHART, (number + 1) * ROWS_OF_A_CHART), { timeline, language, number }),
  );
  return html`<ul class="legend">
      ${LEVELS.map((level) => html`<li>${legendMarker(level)} ${LEVEL_NAMES[level][language]}</li>`)}
      ${marks.some((mark) => timeline.place(mark).side === "later") ? html`<li>${legendMarker("later")} ${text("later", "この期間より後")[language]}</li>` : null}
      ${marks.some(({ isEstimated }) => isEstimated) ? html`<li>${legendMarker("ok", true)} ${text("hollow: estimated", "白抜き: 推定")[language]}</li>` : null}
    </ul>
    ${charts.map((chart) => html`<div class="scroll" tabindex="0" role="group" aria-label="${text("Timeline", "タイムライン")[language]}">${chart}</div> `)}`;
};

/** A time line as SVG: the months above, one row a thing, its marker where its date stands. */
function drawChart(all: readonly Mark[], place: ChartPlace): Markup {
  const { number, language, timeline } = place;
  const height = CHART.head + all.length * CHART.row + CHART.foot;
  const title = text(`Timeline of ${counted(all.length, "item")}`, `${all.length} 件のタイムライン`)[language];
  const first = monthName(timeline.months[0]);
  const last = monthName(timeline.months.at(-1));
  const about = text(
    `${first} to ${last}. Each row is one item, with a marker at its expiry date. The table below has the same content.`,
    `${first} から ${last} まで。1 行に 1 件、期限の位置に印があります。下の表と同じ内容です。`,
  )[language];
  return html`<svg
    class="chart"
    viewBox="0 0 ${CHART.width} ${height}"
    role="img"
    aria-labelledby="chart-${number}-title chart-${number}-about"
  >
    <title id="chart-${number}-title">${title}</title>
    <desc id="chart-${number}-about">${about}</desc>
    ${all.map((_, index) => band(index))}${timeline.months.map((month, index) => column(month, index, place, height))}
    <line class="rule" x1="${END}" x2="${END}" y1="30" y2="${height - CHART.foot}" />
    <text class="faint" x="${CHART.before}" y="38" text-anchor="middle">${text("expired", "期限切れ")[language]}</text>
    <text class="faint" x="${CHART.after}" y="38" text-anchor="middle">${text("later", "以降")[language]}</text>
    ${today(place, height)} ${all.map((mark, index) => row(mark, index, place))}
  </svg>`;
}

const band = (index: number): Markup | null =>
  index % 2 === 1
    ? null
    : html`<rect
        class="band"
        x="0"
        y="${CHART.head + index * CHART.row}"
        width="${CHART.width}"
        height="${CHART.row}"
      />`;

function column({ year, month }: Month, index: number, { language }: ChartPlace, height: number): Markup {
  const x = CHART.start + index * CHART.month;
  const newYear = index === 0 || month === 1;
  const yearName = text(String(year), `${year}年`)[language];
  const name = text(String(month).padStart(2, "0"), `${month}月`)[language];
  return html`<line
      class="rule"
      x1="${x}"
      x2="${x}"
      y1="${newYear ? 6 : 30}"
      y2="${height - CHART.foot}"
    />${newYear ? html`<text x="${x + 4}" y="20">${yearName}</text>` : null}<text
      class="faint"
      x="${x + CHART.month / 2}"
      y="38"
      text-anchor="middle"
      >${name}</text
    >`;
}

function today({ timeline, language }: ChartPlace, height: number): Markup {
  const x = xOf(timeline.today);
  return html`<line class="today" x1="${x}" x2="${x}" y1="${CHART.head - 4}" y2="${height - CHART.foot + 4}" /><text
      class="faint"
      x="${x}"
      y="${height - 4}"
      text-anchor="middle"
      >${text("today", "今日")[language]}</text
    >`;
}

const xOf = (months: number): number => Math.round((CHART.start + months * CHART.month) * 100) / 100;

function row(mark: Mark, index: number, place: ChartPlace): Markup {
  const { id, level, day, isEstimated } = mark;
  const y = CHART.head + (index + 0.5) * CHART.row;
  const { x, shape } = spot(mark, place.timeline);
  const label = escapeForPeople(mark.label);
  const state = LEVEL_NAMES[level][place.language];
  const when = day === null ? state : `${isEstimated ? "~" : ""}${day}`;
  const beforeIt = x > CHART.start + (TIMELINE_MONTHS - 2) * CHART.month;
  return html`<g data-item="${id}"
    ><title>${label}: ${when} ${state}</title><text x="4" y="${y + 4.5}">${truncate(label, LABEL_COLUMNS)}</text
    ><path
      class="${classes(level, isEstimated)}"
      data-side="${place.timeline.place(mark).side}"
      transform="translate(${x} ${y})"
      d="${SHAPES[shape]}"
    /><text class="faint" x="${x + (beforeIt ? -12 : 12)}" y="${y + 4.5}" text-anchor="${beforeIt ? "end" : "start"}"
      >${when}</text
    ></g
  > `;
}

/** Where a marker's middle is, and its shape. */
function spot(mark: Mark, timeline: Timeline): { readonly x: number; readonly shape: Level | "later" } {
  const place = timeline.place(mark);
  if (place.side === "within") return { x: xOf(place.months), shape: mark.level };
  if (place.side === "later") return { x: CHART.after, shape: "later" };
  return { x: CHART.before, shape: mark.level };
}

const classes = (level: Level | "later", hollow: boolean): string =>
  `marker ${level === "later" ? "ok" : level}${hollow || level === "unknown" ? " hollow" : ""}`;
