import { escapeForPeople } from "../terminal/escape.ts";
import { displayWidth, pad, truncate } from "../terminal/table/width.ts";
import { text, type Language } from "../text/index.ts";
import { type Level, LEVEL_NAMES, LEVELS } from "./level.ts";
import { monthName, TIMELINE_MONTHS, type Mark, type Month, type Timeline } from "./timeline.ts";

/** How a time line is drawn. */
interface DrawingOptions {
  readonly timeline: Timeline;
  readonly language: Language;
  /** characters a line may take */
  readonly columns: number;
  /** colours a marker, which tells its level without colour too */
  readonly paint: (marker: string, level: Level) => string;
}

/** Every level has its own letter: ASCII, which has the same width on every terminal. */
const MARKERS: Readonly<Record<Level, string>> = {
  ok: "o",
  warning: "*",
  critical: "!",
  expired: "X",
  unknown: "?",
};
const LATER = ">";

const LONGEST_LABEL = 30;
const SHORTEST_LABEL = 8;
const WIDEST_MONTH = 6;
/** the marks left and right of the months, each with a blank */
const MARGINS = 2 + 2;

/** How the columns of a terminal are shared out. */
interface Layout {
  readonly label: number;
  /** characters a month takes */
  readonly month: number;
}

/**
 * The lines of a time line: the years, the months, one row an item with its marker where its date stands, and what the
 * markers mean. The expired and those without a date stand left of the line, later ones right.
 */
export function* drawTimeline(marks: readonly Mark[], drawing: DrawingOptions): Generator<string> {
  const labels = marks.map(({ label }) => escapeForPeople(label));
  const layout = layOut(labels.map(displayWidth), drawing.columns);
  const margin = " ".repeat(layout.label + 2);
  yield (margin + years(drawing.timeline.months, layout.month)).trimEnd();
  yield (margin + months(drawing.timeline.months, layout.month)).trimEnd();
  for (const [index, mark] of marks.entries())
    yield `${pad(truncate(labels[index] ?? "", layout.label), layout.label)}${row(mark, drawing, layout.month)}`;
  yield* legend(drawing);
}

function layOut(widths: readonly number[], columns: number): Layout {
  const wanted = Math.min(Math.max(...widths, SHORTEST_LABEL), LONGEST_LABEL);
  const month = Math.trunc((columns - MARGINS - wanted) / TIMELINE_MONTHS);
  if (month >= 1) return { label: wanted, month: Math.min(month, WIDEST_MONTH) };
  return { label: Math.max(SHORTEST_LABEL, columns - MARGINS - TIMELINE_MONTHS), month: 1 };
}

/** Each year over its first month, where the months of it that are shown leave room for it. */
function years(months: readonly Month[], width: number): string {
  const starts = months.flatMap(({ year }, index) =>
    index > 0 && year === months[index - 1]?.year ? [] : [{ year: String(year), at: index * width }],
  );
  return starts
    .filter(({ year, at }, index) => at + year.length < (starts[index + 1]?.at ?? months.length * width + 2))
    .reduce((line, { year, at }) => line.padEnd(at) + year, "");
}

/** The months by number, as many as there is room for. */
function months(all: readonly Month[], width: number): string {
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

/** `  |     |  o  |  `: what stands left of the line, the months, what stands right of it. */
function row(mark: Mark, { timeline, paint }: DrawingOptions, width: number): string {
  const place = timeline.place(mark);
  const marker = paint(place.side === "later" ? LATER : MARKERS[mark.level], mark.level);
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

function* legend({ language, columns, paint, timeline }: DrawingOptions): Generator<string> {
  const end = monthName(timeline.months.at(-1));
  const levels = LEVELS.map((level) => ({
    shown: `${paint(MARKERS[level], level)} ${LEVEL_NAMES[level][language]}`,
    width: displayWidth(`${MARKERS[level]} ${LEVEL_NAMES[level][language]}`),
  }));
  const others = [text(": today", ": 今日"), text(`${LATER} after ${end}`, `${LATER} ${end} より後`)].map((part) => ({
    shown: part[language],
    width: displayWidth(part[language]),
  }));
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
