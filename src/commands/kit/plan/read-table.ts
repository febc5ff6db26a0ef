import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { getProblemSeverity } from "../../../lib/model/problem.ts";
import type { Tools } from "../tools.ts";
import { renderProblem } from "../files/problem-lines.ts";
import { detectInputFormat, readRecords, type InputFormatOptions } from "../read-list/open-table.ts";

export interface TableRow {
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
}

/** Reads a table that is no list of records of the tenant. @throws `input-rejected` for the first error in the file */
export async function readTable(
  tools: Tools,
  name: string,
  options: Pick<InputFormatOptions, "encoding" | "sheet">,
): Promise<{ readonly label: string; readonly rows: readonly TableRow[] }> {
  const { signal } = tools;
  await using file = await openInput(tools, name);
  const { label } = file;
  const rows: TableRow[] = [];
  const format = await detectInputFormat(file, { ...options, signal });
  const reading = readRecords(file.chunks(), format, label, {
    record: (cells, count, row, line) => void rows.push({ row, line, cells: cells.slice(0, count) }),
    problem: (problem) => {
      if (getProblemSeverity(problem.code) === "error")
        throw new Failure("input-rejected", { what: renderProblem(label, { ...problem, header: "" }) });
    },
  });
  for await (const _ of reading) signal.throwIfAborted();
  return { label, rows };
}
