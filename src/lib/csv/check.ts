import type { FormatName } from "../model/console-files.ts";
import { FORMATS } from "../model/formats.ts";
import { comparisonKey } from "../model/normalise.ts";
import { createFileProblem, getProblemSeverity, type Problem } from "../model/problem.ts";
import { readHeader, type HeaderOptions } from "./layout/header.ts";
import type { HeaderPlace, Layout } from "./layout/layout.ts";
import type { CharacterScan } from "./layout/character-scan.ts";
import { RowChecker, type RowOptions } from "./layout/rows.ts";
import type { RecordProblem, RecordSink } from "./records/record.ts";
import type { CellUnits } from "./records/code-units.ts";
import { hashValue, UniqueValues, ValueHashes } from "./unique.ts";

/** Maximum number of problems that are listed for a file. Further problems are only counted. */
const PROBLEM_LIMIT = 100_000;

export interface CheckOptions extends HeaderOptions, RowOptions {
  readonly headerRow?: number | undefined;
}

export interface CheckReport {
  readonly rows: number;
  readonly problems: readonly Problem[];
  readonly errors: number;
  readonly warnings: number;
}

export const checkRecords = async (
  name: FormatName,
  options: CheckOptions,
  read: (sink: RecordSink) => AsyncIterable<void>,
): Promise<CheckReport> => {
  const check = new FileChecker(name, options);
  for await (const _ of read(check));
  const search = check.searchRepeated();
  if (search !== undefined) for await (const _ of read(search));
  return check.end();
};

class FileChecker implements RecordSink {
  readonly #options: CheckOptions;
  readonly #name: FormatName;
  readonly #problems: Problem[] = [];
  readonly #count = { error: 0, warning: 0 };
  readonly #hashes = new ValueHashes();
  readonly #repeated = new Set<number>();
  #records = 0;
  #rows = 0;
  #header: readonly string[] = [];
  #layout: Layout | undefined;
  #checker: RowChecker | undefined;
  #unique: UniqueValues | undefined;

  constructor(name: FormatName, options: CheckOptions) {
    this.#name = name;
    this.#options = options;
  }

  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean, units?: CellUnits): void {
    this.#records += 1;
    const checker = this.#checker;
    if (row <= (this.#options.headerRow ?? 1)) {
      if (count > 0) this.#begin(cells.slice(0, count), { row, line });
      return;
    }
    if (checker?.skips(cells, count, row, line) === true) return;
    this.#rows += 1;
    // The reader has already reported why the record has no cells.
    if (count === 0 || checker === undefined) return;
    checker.check(cells, count, row, line, units);
    if (checker.complete && sound) this.#unique?.forEach(checker, this.#hash);
  }

  problem(problem: RecordProblem): void {
    const found = { ...problem, header: this.#header[problem.column - 1] ?? "" };
    if (this.#checker === undefined) this.#add(found);
    else this.#checker.noteReaderProblem(found);
  }

  searchRepeated(): RecordSink | undefined {
    if (this.#repeated.size === 0 || this.#layout === undefined) return undefined;
    return createRepetitionSearch(this.#layout, this.#options, this.#repeated, (problem) => this.#add(problem));
  }

  end(): CheckReport {
    if (this.#records === 0) this.#add(createFileProblem("file-empty"));
    else if (this.#rows === 0) this.#add(createFileProblem("file-no-rows"));
    for (const problem of this.#checker?.tally.problems() ?? []) this.#add(problem);
    const problems = this.#problems.toSorted((a, b) => a.row - b.row || a.column - b.column);
    return { rows: this.#rows, problems, errors: this.#count.error, warnings: this.#count.warning };
  }

  #hash = (at: number, value: string, _isKey: boolean, look: CharacterScan | undefined): void => {
    const hash = hashValue(value, this.#unique?.all[at]?.comparison ?? "exact", at, look);
    if (this.#hashes.add(hash)) this.#repeated.add(hash);
  };

  #begin(cells: readonly string[], place: HeaderPlace): void {
    this.#header = cells;
    const { layout, problems } = readHeader(cells, FORMATS[this.#name], this.#options, place);
    for (const problem of problems) this.#add(problem);
    for (const { field, header, required } of layout.absent) {
      if (required !== "always" || field === layout.key) continue;
      this.#add({ code: "header-needed", ...place, column: 0, header: "", params: { header } });
    }
    this.#layout = layout;
    this.#unique = new UniqueValues(layout);
    this.#checker = new RowChecker(layout, (problem) => this.#add(problem), this.#options);
  }

  #add(problem: Problem): void {
    this.#count[getProblemSeverity(problem.code)] += 1;
    if (this.#problems.length < PROBLEM_LIMIT) this.#problems.push(problem);
  }
}

const createRepetitionSearch = (
  layout: Layout,
  options: RowOptions,
  repeated: ReadonlySet<number>,
  report: (problem: Problem) => void,
): RecordSink => {
  const checker = new RowChecker(layout, () => undefined, options);
  const unique = new UniqueValues(layout);
  /** Maps each value to the first row that contains it, as a negative number if the value is not the row's key. */
  const firstRows = new Map<string, number>();
  return {
    problem: () => undefined,
    record: (cells, count, row, line, sound) => {
      if (row <= layout.place.row || !sound || count === 0 || checker.skips(cells, count, row, line)) return;
      checker.check(cells, count, row, line);
      if (!checker.complete) return;
      unique.forEach(checker, (at, value, isKey) => {
        const { column, comparison } = unique.all[at] ?? { column: -1, comparison: "exact" };
        if (!repeated.has(hashValue(value, comparison, at))) return;
        const wanted = comparisonKey(comparison, value);
        const first = firstRows.get(`${at} ${wanted}`);
        if (first === undefined) {
          firstRows.set(`${at} ${wanted}`, isKey ? row : -row);
          return;
        }
        const positions = layout.columns[column]?.positions ?? [];
        const isWanted = (position: number): boolean => comparisonKey(comparison, cells[position] ?? "") === wanted;
        const position = positions.find(isWanted) ?? positions[0] ?? -1;
        const header = layout.headers[position] ?? layout.columns[column]?.header ?? "";
        const code = isKey && first > 0 ? "key-duplicate" : "value-duplicate";
        report({ code, row, line, column: position + 1, header, params: { header, row: Math.abs(first) } });
      });
    },
  };
};
