import { escapeForPeople } from "../terminal/escape.ts";
import { truncate } from "../terminal/table/width.ts";
import { formatCount, text, type Language } from "../text/index.ts";
import { type Level, LEVEL_NAMES, LEVELS } from "./level.ts";
import { html, type Markup } from "./markup.ts";
import { formatMonth, TIMELINE_MONTHS, type TimelineItem, type Month, type Timeline } from "./timeline.ts";

/** Positions and sizes in a chart, in the units of the chart, which is 1000 wide. */
const CHART_LAYOUT = {
  width: 1000,
  /** start of the first month */
  start: 340,
  /** width of a month */
  month: 40,
  /** positions of the markers of expired and undated items (`before`) and of items after the last month (`after`) */
  before: 250,
  after: 962,
  /** height above the first row (`head`) and of a row (`row`) */
  head: 46,
  row: 28,
  /** height below the last row */
  foot: 20,
} as const;

/** Maximum number of rows in one chart, so that it fits on a landscape sheet of A4. */
const MAX_CHART_ROWS = 20;

const TIMELINE_END = CHART_LAYOUT.start + TIMELINE_MONTHS * CHART_LAYOUT.month;

/** Wider names (in half-width characters) are truncated; the table shows the full names. */
const MAX_LABEL_COLUMNS = 30;

/** Timeline, language and number of the chart to draw. */
interface ChartContext {
  readonly timeline: Timeline;
  readonly language: Language;
  /** distinguishes the charts of a page */
  readonly number: number;
}

/** One shape per level, so that markers are readable without colour. A shape is centred on 0 and about 14 wide. */
const MARKER_SHAPES: Readonly<Record<Level | "later", string>> = {
  ok: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
  warning: "M0-7L7 0L0 7L-7 0z",
  critical: "M0-6.5L7 6L-7 6z",
  expired: "M-5.5-5.5L5.5 5.5M5.5-5.5L-5.5 5.5",
  unknown: "M-5.5-5.5h11v11h-11z",
  later: "M-4-6L5 0L-4 6z",
};

/** Renders a marker for the legend. */
const renderLegendMarker = (level: Level | "later", hollow = false): Markup =>
  html`<svg viewBox="-9 -9 18 18" aria-hidden="true">
    <path class="${markerClassesOf(level, hollow)}" d="${MARKER_SHAPES[level]}" />
  </svg>`;

/** Renders a timeline and its legend, split into as many charts as necessary. */
export const renderTimeline = (marks: readonly TimelineItem[], timeline: Timeline, language: Language): Markup => {
  const charts = Array.from({ length: Math.ceil(marks.length / MAX_CHART_ROWS) }, (_, number) =>
    drawChart(marks.slice(number * MAX_CHART_ROWS, (number + 1) * MAX_CHART_ROWS), { timeline, language, number }),
  );
  return html`<ul class="legend">
      ${LEVELS.map((level) => html`<li>${renderLegendMarker(level)} ${LEVEL_NAMES[level][language]}</li>`)}
      ${marks.some((mark) => timeline.place(mark).side === "later") ? html`<li>${renderLegendMarker("later")} ${text("after this period", "この期間より後")[language]}</li>` : null}
      ${marks.some(({ isEstimated }) => isEstimated) ? html`<li>${renderLegendMarker("ok", true)} ${text("hollow: estimated", "白抜き: 推定")[language]}</li>` : null}
    </ul>
    ${charts.map((chart) => html`<div class="scroll" tabindex="0" role="group" aria-label="${text("Timeline", "タイムライン")[language]}">${chart}</div> `)}`;
};

/** Draws a timeline as SVG: the months at the top, and one row per item with a marker at the date of the item. */
function drawChart(all: readonly TimelineItem[], place: ChartContext): Markup {
  const { number, language, timeline } = place;
  const height = CHART_LAYOUT.head + all.length * CHART_LAYOUT.row + CHART_LAYOUT.foot;
  const title = text(`Timeline of ${formatCount(all.length, "item")}`, `${all.length} 件のタイムライン`)[language];
  const first = formatMonth(timeline.months[0]);
  const last = formatMonth(timeline.months.at(-1));
  const about = text(
    `${first} to ${last}. Each row is one item, with a marker at its expiry date. The table below has the same content.`,
    `${first} から ${last} まで。1 行に 1 件、期限の位置に印があります。下の表と同じ内容です。`,
  )[language];
  return html`<svg
    class="chart"
    viewBox="0 0 ${CHART_LAYOUT.width} ${height}"
    role="img"
    aria-labelledby="chart-${number}-title chart-${number}-about"
  >
    <title id="chart-${number}-title">${title}</title>
    <desc id="chart-${number}-about">${about}</desc>
    ${all.map((_, index) => renderBand(index))}${timeline.months.map((month, index) => renderMonthColumn(month, index, place, height))}
    <line class="rule" x1="${TIMELINE_END}" x2="${TIMELINE_END}" y1="30" y2="${height - CHART_LAYOUT.foot}" />
    <text class="faint" x="${CHART_LAYOUT.before}" y="38" text-anchor="middle">
      ${text("expired", "期限切れ")[language]}
    </text>
    <text class="faint" x="${CHART_LAYOUT.after}" y="38" text-anchor="middle">${text("later", "以降")[language]}</text>
    ${renderTodayLine(place, height)} ${all.map((mark, index) => renderItemRow(mark, index, place))}
  </svg>`;
}

const renderBand = (index: number): Markup | null =>
  index % 2 === 1
    ? null
    : html`<rect
        class="band"
        x="0"
        y="${CHART_LAYOUT.head + index * CHART_LAYOUT.row}"
        width="${CHART_LAYOUT.width}"
        height="${CHART_LAYOUT.row}"
      />`;

function renderMonthColumn({ year, month }: Month, index: number, { language }: ChartContext, height: number): Markup {
  const x = CHART_LAYOUT.start + index * CHART_LAYOUT.month;
  const newYear = index === 0 || month === 1;
  const yearName = text(String(year), `${year}年`)[language];
  const name = text(String(month).padStart(2, "0"), `${month}月`)[language];
  return html`<line
      class="rule"
      x1="${x}"
      x2="${x}"
      y1="${newYear ? 6 : 30}"
      y2="${height - CHART_LAYOUT.foot}"
    />${newYear ? html`<text x="${x + 4}" y="20">${yearName}</text>` : null}<text
      class="faint"
      x="${x + CHART_LAYOUT.month / 2}"
      y="38"
      text-anchor="middle"
      >${name}</text
    >`;
}

function renderTodayLine({ timeline, language }: ChartContext, height: number): Markup {
  const x = toHorizontalPosition(timeline.today);
  return html`<line
      class="today"
      x1="${x}"
      x2="${x}"
      y1="${CHART_LAYOUT.head - 4}"
      y2="${height - CHART_LAYOUT.foot + 4}"
    /><text class="faint" x="${x}" y="${height - 4}" text-anchor="middle">${text("today", "今日")[language]}</text>`;
}

const toHorizontalPosition = (months: number): number =>
  Math.round((CHART_LAYOUT.start + months * CHART_LAYOUT.month) * 100) / 100;

function renderItemRow(mark: TimelineItem, index: number, place: ChartContext): Markup {
  const { id, level, day, isEstimated } = mark;
  const y = CHART_LAYOUT.head + (index + 0.5) * CHART_LAYOUT.row;
  const { x, shape } = locateMarker(mark, place.timeline);
  const label = escapeForPeople(mark.label);
  const state = LEVEL_NAMES[level][place.language];
  const when = day === null ? state : `${isEstimated ? "~" : ""}${day}`;
  const beforeIt = x > CHART_LAYOUT.start + (TIMELINE_MONTHS - 2) * CHART_LAYOUT.month;
  return html`<g data-item="${id}"
    ><title>${label}: ${when} ${state}</title><text x="4" y="${y + 4.5}">${truncate(label, MAX_LABEL_COLUMNS)}</text
    ><path
      class="${markerClassesOf(level, isEstimated)}"
      data-side="${place.timeline.place(mark).side}"
      transform="translate(${x} ${y})"
      d="${MARKER_SHAPES[shape]}"
    /><text class="faint" x="${x + (beforeIt ? -12 : 12)}" y="${y + 4.5}" text-anchor="${beforeIt ? "end" : "start"}"
      >${when}</text
    ></g
  > `;
}

/** Returns the centre of a marker and its shape. */
function locateMarker(mark: TimelineItem, timeline: Timeline): { readonly x: number; readonly shape: Level | "later" } {
  const place = timeline.place(mark);
  if (place.side === "within") return { x: toHorizontalPosition(place.months), shape: mark.level };
  if (place.side === "later") return { x: CHART_LAYOUT.after, shape: "later" };
  return { x: CHART_LAYOUT.before, shape: mark.level };
}

const markerClassesOf = (level: Level | "later", hollow: boolean): string =>
  `marker ${level === "later" ? "ok" : level}${hollow || level === "unknown" ? " hollow" : ""}`;
