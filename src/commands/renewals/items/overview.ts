import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { type Level, LEVEL_NAMES } from "../../../lib/document/level.ts";
import { markOf, type JudgedItem } from "../../../lib/renewals/judge.ts";
import { drawTable, type TableColumn } from "../../../lib/terminal/table/table.ts";
import type { Timeline } from "../../../lib/document/timeline.ts";
import { drawTimeline } from "../../../lib/document/timeline-lines.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { shownDay } from "./columns.ts";

/** What a list of items shows. */
export interface Overview {
  /** by expiry */
  readonly items: readonly JudgedItem[];
  /** names of the contexts that were asked */
  readonly contexts: readonly string[];
  readonly timeline: Timeline;
  readonly now: Date;
  /** the zone the time line's days are counted in */
  readonly timezone: string;
}

interface OverviewColumn {
  readonly header: Text;
  readonly align?: "end" | undefined;
  /** least width of the terminal, in characters, for the column to be shown */
  readonly from: number;
  readonly cell: (judged: JudgedItem, language: Tools["terminal"]["language"]) => string;
}

/** The level first: it is coloured there. */
const OVERVIEW: readonly OverviewColumn[] = [
  { header: text("state", "状態"), from: 0, cell: ({ level }, language) => LEVEL_NAMES[level][language] },
  { header: text("days", "残り"), from: 0, align: "end", cell: ({ daysLeft }) => String(daysLeft ?? "-") },
  {
    header: text("expires on", "期限"),
    from: 40,
    cell: (judged) => shownDay(judged.expiresOn, judged) ?? "-",
  },
  { header: text("name", "名前"), from: 0, cell: ({ name }) => name },
  { header: text("kind", "種類"), from: 72, cell: ({ kind }, language) => RENEWAL_KINDS[kind][language] },
  { header: text("organisation", "組織"), from: 120, cell: ({ organisation }) => organisation ?? "" },
  { header: text("owner", "更新担当"), from: 100, cell: ({ owner }) => owner ?? "" },
];

const CONTEXT: OverviewColumn = { header: text("context", "コンテキスト"), from: 0, cell: ({ context }) => context };

/** Writes items for people: a table of what fits on the terminal, and the time line. */
export async function writeOverview(terminal: Tools["terminal"], shown: Overview): Promise<void> {
  const { items, contexts, timeline } = shown;
  if (items.length === 0) return terminal.noteNone();
  const { language, columns } = terminal;
  const { heading, bad, warning, good } = await terminal.styles("stdout");
  const paint = (part: string, level: Level): string => {
    if (level === "ok") return good(part);
    return level === "warning" ? warning(part) : bad(part);
  };
  const write = async (line: string): Promise<void> => {
    if (!terminal.out.closed) await terminal.out.write(`${line}\n`);
  };
  for await (const line of tableLines(shown, { language, columns, heading, paint })) await write(line);
  await write("");
  const marks = items.map((item) => markOf(item, contexts.length > 1 ? `${item.context}: ${item.name}` : item.name));
  for (const line of drawTimeline(marks, { timeline, language, columns, paint })) await write(line);
}

async function* tableLines(
  { items, contexts }: Overview,
  {
    language,
    columns,
    heading,
    paint,
  }: {
    readonly language: Tools["terminal"]["language"];
    readonly columns: number;
    readonly heading: (line: string) => string;
    readonly paint: (part: string, level: Level) => string;
  },
): AsyncGenerator<string> {
  const [level, ...rest] = OVERVIEW.filter(({ from }) => columns >= from);
  const fitting = [level, ...(contexts.length > 1 ? [CONTEXT] : []), ...rest].filter((column) => column !== undefined);
  const headers = fitting.map(({ header, align }): TableColumn => ({
    header: header[language],
    align: align ?? "start",
  }));
  const rows = items.map((judged) => fitting.map(({ cell }) => cell(judged, language)));
  let at = -1;
  for await (const line of drawTable(headers, rows, heading, columns)) {
    const judged = items[at];
    at += 1;
    if (judged === undefined) {
      yield line;
      continue;
    }
    const name = LEVEL_NAMES[judged.level][language];
    yield paint(name, judged.level) + line.slice(name.length);
  }
}
