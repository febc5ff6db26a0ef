import { TitleDetector, type Inspection, type Oddity } from "../csv/inspect.ts";
import type { RecordProblem, RecordSink } from "../csv/records/record.ts";

/** Maximum number of problems that are kept. Further problems are only counted. */
const MAX_KEPT_PROBLEMS = 20;

/**
 * Describes a workbook in the same form as a CSV file. Properties that only CSV files have are 0, empty or null.
 *
 * @param bytes size of the file
 * @param read reads the records, in any number of steps
 */
export async function inspectWorkbook(
  bytes: number,
  read: (sink: RecordSink) => AsyncIterable<void>,
): Promise<Inspection> {
  const problems: RecordProblem[] = [];
  const blank: number[] = [];
  const titles = new TitleDetector();
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
      if (problems.length < MAX_KEPT_PROBLEMS) problems.push(problem);
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
