import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { NumberField } from "../field.ts";

/** `--limit` of every list. */
export const LIMIT = { kind: "number", about: text("show at most N", "最大件数") } as const satisfies NumberField;

/**
 * The columns of a list: by default a table shows the usual ones; other formats, and `--fields`, have all of them.
 *
 * @param usual keys of the columns that fit on a terminal
 */
export function listColumns<R>(
  { output }: Pick<Terminal, "output">,
  columns: readonly Column<R>[],
  usual: readonly string[],
): readonly Column<R>[] {
  const all = output.format !== "table" || output.fields !== undefined;
  return all ? columns : columns.filter(({ key }) => usual.includes(key));
}

/** The first `limit` records of a list, without fetching more; all of them without a limit. */
export function firstOf<R>(
  records: AsyncIterable<R> | Iterable<R>,
  limit: number | undefined,
): AsyncIterable<R> | Iterable<R> {
  return limit === undefined ? records : take(records, limit);
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
