import { escapeForPeople } from "../terminal/escape.ts";
import { displayWidth, padLine, truncate } from "../terminal/table/width.ts";
import { text, type Language } from "../text/index.ts";
import { type Level, LEVEL_NAMES, LEVELS } from "./level.ts";
import { formatMonth, TIMELINE_MONTHS, type TimelineItem, type Month, type Timeline } from "./timeline.ts";

/** Options for drawing a timeline. */
interface DrawingOptions {
  readonly timeline: Timeline;
  readonly language: Language;
  /** maximum number of characters in a line */
  readonly columns: number;
  /** colours a marker, which also shows its level without colour */
  readonly paint: (marker: string, level: Level) => string;
}

/** Each level has its own letter, in ASCII because ASCII has the same width on every terminal. */
const MARKERS: Readonly<Record<Level, string>> = {
  ok: "o",
  warning: "*",
  critical: "!",
  expired: "X",
  unknown: "?",
};
const LATER_MARKER = ">";

const MAX_LABEL_WIDTH = 30;
const MIN_LABEL_WIDTH = 8;
const MAX_MONTH_WIDTH = 6;
/** width of the marks to the left and right of the months, each with a space */
const MARGIN_WIDTH = 2 + 2;

/** Widths of the columns in a terminal. */
interface ColumnWidths {
  readonly label: number;
  /** number of characters per month */
  readonly month: number;
}

/**
 * Yields the lines of a timeline: the years, the months, one row per item with its marker at the date of the item, and
 * the legend. Expired and undated items are shown to the left of the months, later items to the right.
 */
export function* drawTimeline(marks: readonly TimelineItem[], drawing: DrawingOptions): Generator<string> {
  const labels = marks.map(({ label }) => escapeForPeople(label));
  const layout = computeColumnWidths(labels.map(displayWidth), drawing.columns);
  const margin = " ".repeat(layout.label + 2);
  yield (margin + renderYears(drawing.timeline.months, layout.month)).trimEnd();
  yield (margin + renderMonths(drawing.timeline.months, layout.month)).trimEnd();
  for (const [index, mark] of marks.entries())
    yield `${padLine(truncate(labels[index] ?? "", layout.label), layout.label)}${renderItemRow(mark, drawing, layout.month)}`;
  yield* renderLegend(drawing);
}

function computeColumnWidths(widths: readonly number[], columns: number): ColumnWidths {
  const wanted = Math.min(Math.max(...widths, MIN_LABEL_WIDTH), MAX_LABEL_WIDTH);
  const month = Math.trunc((columns - MARGIN_WIDTH - wanted) / TIMELINE_MONTHS);
  if (month >= 1) return { label: wanted, month: Math.min(month, MAX_MONTH_WIDTH) };
  return { label: Math.max(MIN_LABEL_WIDTH, columns - MARGIN_WIDTH - TIMELINE_MONTHS), month: 1 };
}

/** Renders each year above its first month, if the months of that year are wide enough for the number. */
function renderYears(months: readonly Month[], width: number): string {
  const starts = months.flatMap(({ year }, index) =>
    index > 0 && year === months[index - 1]?.year ? [] : [{ year: String(year), at: index * width }],
  );
  return starts
    .filter(({ year, at }, index) => at + year.length < (starts[index + 1]?.at ?? months.length * width + 2))
    .reduce((line, { year, at }) => line.padEnd(at) + year, "");
}

/** Renders the numbers of the months, as many as fit. */
function renderMonths(all: readonly Month[], width: number): string {
  const every = Math.ceil(3 / width);
  return all
    .filter((_, index) => index % every === 0)
    .map(({ month }) =>
      String(month)
        .padStart(2, "0")
        .padEnd(every * width),
    )
    .join("");
}

/** Renders `  |     |  o  |  `: the marker to the left of the months, the months, and the marker to the right. */
function renderItemRow(mark: TimelineItem, { timeline, paint }: DrawingOptions, width: number): string {
  const place = timeline.place(mark);
  const marker = paint(place.side === "later" ? LATER_MARKER : MARKERS[mark.level], mark.level);
  const today = Math.trunc(timeline.today * width);
  const at = place.side === "within" ? Math.trunc(place.months * width) : -1;
  const cells = Array.from({ length: TIMELINE_MONTHS * width }, (_, index) => {
    if (index === at) return marker;
    if (index === today) return ":";
    return index % width === 0 && width > 1 ? "|" : " ";
  });
  const left = place.side === "expired" || place.side === "undated" ? marker : " ";
  const right = place.side === "later" ? marker : "|";
  return ` ${left}${cells.join("")}${right}`;
}

function* renderLegend({ language, columns, paint, timeline }: DrawingOptions): Generator<string> {
  const end = formatMonth(timeline.months.at(-1));
  const levels = LEVELS.map((level) => ({
    shown: `${paint(MARKERS[level], level)} ${LEVEL_NAMES[level][language]}`,
    width: displayWidth(`${MARKERS[level]} ${LEVEL_NAMES[level][language]}`),
  }));
  const others = [text(": today", ": 今日"), text(`${LATER_MARKER} after ${end}`, `${LATER_MARKER} ${end} より後`)].map(
    (part) => ({
      shown: part[language],
      width: displayWidth(part[language]),
    }),
  );
  let line = "";
  let taken = 0;
  for (const { shown, width } of [...levels, ...others]) {
    if (taken > 0 && taken + 2 + width > columns) {
      yield line;
      [line, taken] = ["", 0];
    }
    line += (taken > 0 ? "  " : "") + shown;
    taken += (taken > 0 ? 2 : 0) + width;
  }
  yield line;
}
