import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { type Level, LEVEL_NAMES } from "../../../lib/document/level.ts";
import { toTimelineMark, type JudgedItem } from "../../../lib/renewals/judge.ts";
import { drawTable, type TableColumn } from "../../../lib/terminal/table/table.ts";
import type { Timeline } from "../../../lib/document/timeline.ts";
import { drawTimeline } from "../../../lib/document/timeline-lines.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { formatExpiryDay } from "./columns.ts";

/** The content of a list of items. */
export interface ItemOverview {
  /** in order of expiry */
  readonly items: readonly JudgedItem[];
  /** names of the contexts that were read */
  readonly contexts: readonly string[];
  readonly timeline: Timeline;
  readonly now: Date;
  /** time zone in which the timeline counts days */
  readonly timezone: string;
}

interface OverviewColumn {
  readonly header: Text;
  readonly align?: "end" | undefined;
  /** minimum width of the terminal, in characters, at which the column is shown */
  readonly from: number;
  readonly cell: (judged: JudgedItem, language: Tools["terminal"]["language"]) => string;
}

/** The columns of the overview. The level comes first, because the start of each line is coloured by level. */
const OVERVIEW_COLUMNS: readonly OverviewColumn[] = [
  { header: text("level", "状態"), from: 0, cell: ({ level }, language) => LEVEL_NAMES[level][language] },
  { header: text("days", "残り"), from: 0, align: "end", cell: ({ daysLeft }) => String(daysLeft ?? "-") },
  {
    header: text("expires on", "期限"),
    from: 40,
    cell: (judged) => formatExpiryDay(judged.expiresOn, judged) ?? "-",
  },
  { header: text("name", "名前"), from: 0, cell: ({ name }) => name },
  { header: text("kind", "種類"), from: 72, cell: ({ kind }, language) => RENEWAL_KINDS[kind][language] },
  { header: text("organisation", "組織"), from: 120, cell: ({ organisation }) => organisation ?? "" },
  { header: text("owner", "更新担当"), from: 100, cell: ({ owner }) => owner ?? "" },
];

const CONTEXT_COLUMN: OverviewColumn = {
  header: text("context", "コンテキスト"),
  from: 0,
  cell: ({ context }) => context,
};

/** Writes items for people: a table of the columns that fit on the terminal, and the timeline. */
export async function writeOverview(terminal: Tools["terminal"], shown: ItemOverview): Promise<void> {
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
  for await (const line of renderTableLines(shown, { language, columns, heading, paint })) await write(line);
  await write("");
  const marks = items.map((item) =>
    toTimelineMark(item, contexts.length > 1 ? `${item.context}: ${item.name}` : item.name),
  );
  for (const line of drawTimeline(marks, { timeline, language, columns, paint })) await write(line);
}

async function* renderTableLines(
  { items, contexts }: ItemOverview,
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
  const [level, ...rest] = OVERVIEW_COLUMNS.filter(({ from }) => columns >= from);
  const fitting = [level, ...(contexts.length > 1 ? [CONTEXT_COLUMN] : []), ...rest].filter(
    (column) => column !== undefined,
  );
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
