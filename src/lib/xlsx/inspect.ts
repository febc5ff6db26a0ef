import { TitleWatch, type Inspection, type Oddity } from "../csv/inspect.ts";
import type { RecordProblem, RecordSink } from "../csv/records/record.ts";

/** The first problems are kept. */
const MAX_PROBLEMS = 20;

/**
 * Describes a workbook as a CSV file is described: what it does not have is none, or null.
 *
 * @param bytes length of the file
 * @param read reads its records, in as many steps as it likes
 */
export async function inspectWorkbook(
  bytes: number,
  read: (sink: RecordSink) => AsyncIterable<void>,
): Promise<Inspection> {
  const problems: RecordProblem[] = [];
  const blank: number[] = [];
  const titles = new TitleWatch();
  let titled: Oddity | undefined;
  let header: readonly string[] | undefined;
  let [records, problemCount] = [0, 0];
  const steps = read({
    record(cells, count, row) {
      const own = cells.slice(0, count);
      if (titles.isHeader(own, row)) titled = { kind: "title-rows", count: row - 1, row };
      if (header === undefined) header = own;
      else if (own.some((cell) => cell.trim() !== "")) records += 1;
      else blank.push(row);
    },
    problem(problem) {
      problemCount += 1;
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    },
  });
  for await (const _ of steps);
  return {
    encoding: "xlsx",
    bom: false,
    size: bytes,
    ambiguity: undefined,
    delimiter: null,
    header: header ?? [],
    records,
    newlines: { crlf: 0, lf: 0, cr: 0 },
    quotedNewlines: 0,
    oddities: [
      ...(blank.length === 0 ? [] : [{ kind: "blank-rows", count: blank.length, row: blank[0] ?? 0 } as const]),
      ...(titled === undefined ? [] : [titled]),
    ],
    problems,
    problemCount,
  };
}
