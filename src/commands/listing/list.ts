import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields, NumberField } from "../field.ts";

const LINE_FEED = 0x0a;

/** `--limit` of every list. */
export const LIMIT = { kind: "number", about: text("show at most N", "最大件数") } as const satisfies NumberField;

/** `--filter-name` and `--filter-id` of lists and exports. */
export const FILTERS = {
  filterName: {
    kind: "string",
    value: "TEXT",
    about: text("only those whose name contains it", "名前に含む文字で絞り込む"),
  },
  filterId: {
    kind: "string",
    value: "TEXT",
    about: text("only those whose id contains it", "ID に含む文字で絞り込む"),
  },
} as const satisfies Fields;

/**
 * The columns of a list: by default people and pipes get the usual ones; JSON, queries and `--fields` have all of them.
 *
 * @param usual keys of the columns that fit on a terminal
 */
export function listColumns<R>(
  terminal: Pick<Terminal, "output">,
  columns: readonly Column<R>[],
  usual: readonly string[],
): readonly Column<R>[] {
  return hasAllColumns(terminal) ? columns : columns.filter(({ key }) => usual.includes(key));
}

/** Whether a result may have every column, not only the usual ones: in JSON, and with `--query` and `--fields`. */
export const hasAllColumns = ({ output: { format, fields, query } }: Pick<Terminal, "output">): boolean =>
  format === "json" || format === "ndjson" || fields !== undefined || query !== undefined;

/** Whether a table is shown as it usually is, with the columns that people need. */
export const isUsualTable = ({ output: { format, fields } }: Pick<Terminal, "output">): boolean =>
  format === "table" && fields === undefined;

/** The first `limit` records of a list, without fetching more; all of them without a limit. */
export function firstOf<R>(
  records: AsyncIterable<R> | Iterable<R>,
  limit: number | undefined,
): AsyncIterable<R> | Iterable<R> {
  return limit === undefined ? records : take(records, limit);
}

/** The first `limit` lines of NDJSON; all of them without a limit. */
export async function* firstLines(
  chunks: AsyncIterable<Uint8Array>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  let left = limit;
  if (left === 0) return;
  for await (const chunk of chunks) {
    let end = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1 && left > 0; at = chunk.indexOf(LINE_FEED, end)) {
      end = at + 1;
      left -= 1;
    }
    yield left === 0 ? chunk.subarray(0, end) : chunk;
    if (left === 0) return;
  }
}

async function* take<R>(records: AsyncIterable<R> | Iterable<R>, limit: number): AsyncGenerator<R> {
  let left = limit;
  if (left === 0) return;
  for await (const record of records) {
    yield record;
    left -= 1;
    if (left === 0) return;
  }
}
