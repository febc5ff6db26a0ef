import { counted, text, type Language } from "../../../text/index.ts";
import { type Judged, type Level, LEVEL_NAMES } from "../../judge.ts";
import { html, type Markup } from "../markup.ts";
import { monthName, TIMELINE_MONTHS, type Month, type Timeline, type Typesetting } from "../../timeline.ts";

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
export const ROWS_OF_A_CHART = 20;

const END = CHART.start + TIMELINE_MONTHS * CHART.month;

/** Wider names (in half-width characters) are cut; the table has them in full. */
const LABEL_COLUMNS = 30;

/** A chart's surroundings. */
export interface ChartPlace extends Typesetting {
  readonly timeline: Timeline;
  readonly language: Language;
  /** tells the charts of a page apart */
  readonly number: number;
  readonly label: (judged: Judged) => string;
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
export const legendMarker = (level: Level | "later", hollow = false): Markup =>
  html`<svg viewBox="-9 -9 18 18" aria-hidden="true">
    <path class="${classes(level, hollow)}" d="${SHAPES[level]}" />
  </svg>`;

/** A time line as SVG: the months above, one row a thing, its marker where its date stands. */
export function drawChart(all: readonly Judged[], place: ChartPlace): Markup {
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
    ${today(place, height)} ${all.map((judged, index) => row(judged, index, place))}
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

function row(judged: Judged, index: number, place: ChartPlace): Markup {
  const { level, expiresOn } = judged;
  const y = CHART.head + (index + 0.5) * CHART.row;
  const { x, shape } = spot(judged, place.timeline);
  const estimated = judged.certainty === "estimated";
  const label = place.visible(place.label(judged));
  const state = LEVEL_NAMES[level][place.language];
  const when = expiresOn === null ? state : `${estimated ? "~" : ""}${expiresOn}`;
  const beforeIt = x > CHART.start + (TIMELINE_MONTHS - 2) * CHART.month;
  return html`<g data-item="${judged.id}"
    ><title>${label}: ${when} ${state}</title><text x="4" y="${y + 4.5}">${place.fit(label, LABEL_COLUMNS)}</text
    ><path
      class="${classes(level, estimated)}"
      data-side="${place.timeline.place(judged).side}"
      transform="translate(${x} ${y})"
      d="${SHAPES[shape]}"
    /><text class="faint" x="${x + (beforeIt ? -12 : 12)}" y="${y + 4.5}" text-anchor="${beforeIt ? "end" : "start"}"
      >${when}</text
    ></g
  > `;
}

/** Where a marker's middle is, and its shape. */
function spot(judged: Judged, timeline: Timeline): { readonly x: number; readonly shape: Level | "later" } {
  const place = timeline.place(judged);
  if (place.side === "within") return { x: xOf(place.months), shape: judged.level };
  if (place.side === "later") return { x: CHART.after, shape: "later" };
  return { x: CHART.before, shape: judged.level };
}

const classes = (level: Level | "later", hollow: boolean): string =>
  `marker ${level === "later" ? "ok" : level}${hollow || level === "unknown" ? " hollow" : ""}`;
