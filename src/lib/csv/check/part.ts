import type { Problem } from "../../model/problem.ts";
import type { ValueHashes } from "./hashes.ts";
import { RowKeys } from "./keys.ts";
import type { ProblemList } from "./problems.ts";
import type { Layout } from "../layout/layout.ts";
import type { RecordProblem, RecordSink } from "../records/record.ts";
import type { CellUnits } from "../records/units.ts";
import type { Tally } from "../layout/tally.ts";
import { RowChecker, type RowOptions } from "../layout/rows.ts";

export class PartChecker {
  rows = 0;
  readonly #checker: RowChecker;
  readonly #keys: RowKeys;
  readonly #hashes: ValueHashes;

  constructor(layout: Layout, options: RowOptions, problems: ProblemList, hashes: ValueHashes) {
    this.#checker = new RowChecker(layout, (problem) => problems.add(problem), options);
    this.#keys = new RowKeys(layout);
    this.#hashes = hashes;
  }

  get tally(): Tally {
    return this.#checker.tally;
  }

  problem(problem: RecordProblem, header: readonly string[]): void {
    this.#checker.noteFound(addHeaderName(problem, header));
  }

  record(cells: readonly string[], count: number, row: number, line: number, units?: CellUnits): void {
    if (this.#checker.skips(cells, count, row, line)) return;
    this.rows += 1;
    // the reader has already reported why this record has no cells
    if (count === 0) return;
    this.#checker.check(cells, count, row, line, units);
    if (!this.#checker.complete) return;
    const keys = this.#keys;
    keys.gather(this.#checker);
    for (let i = 0; i < keys.count; i += 1) {
      const s = keys.spaceOf[i] ?? 0;
      this.#hashes.add(keys.values[i] ?? "", keys.spaces[s]?.comparison ?? "exact", s, row, keys.looks[i]);
    }
  }
}

/**
 * Adds the header of the column to a problem that the reader found.
 * @param cells the header row of the file
 */
export const addHeaderName = (problem: RecordProblem, cells: readonly string[]): Problem => ({
  ...problem,
  header: cells[problem.column - 1] ?? "",
});

export const createRecordSink = (record: RecordSink["record"]): RecordSink => ({ record, problem: () => {} });
