import { ValueHashes } from "./hashes.ts";
import { PartChecker, addHeaderName } from "./part.ts";
import { ProblemList } from "./problems.ts";
import type { Format } from "../../model/format.ts";
import { readHeader, type HeaderOptions } from "../layout/header.ts";
import type { HeaderPlace, Layout } from "../layout/layout.ts";
import type { RecordReaderOptions } from "../records/reader.ts";
import type { Tally } from "../layout/tally.ts";
import type { RecordProblem, RecordSink } from "../records/record.ts";
import type { RowOptions } from "../layout/rows.ts";
import type { CellUnits } from "../records/units.ts";

export interface CheckOptions extends HeaderOptions, RowOptions {
  readonly reading: RecordReaderOptions;
  /** reads the records instead, in any number of steps, if the file is not text */
  readonly records?: ((sink: RecordSink) => AsyncIterable<void>) | undefined;
  readonly problemLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** receives the number of bytes that were read, and the size of the file */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export class FileCheck implements RecordSink {
  readonly problems: ProblemList;
  readonly hashes = new ValueHashes();
  readonly #format: Format;
  readonly #options: CheckOptions;
  #header: readonly string[] = [];
  #checker: PartChecker | undefined;
  #records = 0;
  layout: Layout | undefined;

  constructor(format: Format, options: CheckOptions) {
    this.#format = format;
    this.#options = options;
    this.problems = new ProblemList(options.problemLimit);
  }

  get records(): number {
    return this.#records;
  }

  /** Number of rows checked: records without the header and blank records. */
  get rows(): number {
    return this.#checker?.rows ?? Math.max(0, this.#records - 1);
  }

  get tally(): Tally | undefined {
    return this.#checker?.tally;
  }

  record(cells: readonly string[], count: number, row: number, line: number, _sound: boolean, units?: CellUnits): void {
    this.#records += 1;
    if (row > (this.#options.reading.headerRow ?? 1)) this.#checker?.record(cells, count, row, line, units);
    else if (count > 0) this.#begin(cells.slice(0, count), { row, line });
  }

  problem(problem: RecordProblem): void {
    if (this.#checker === undefined) this.problems.add(addHeaderName(problem, this.#header));
    else this.#checker.problem(problem, this.#header);
  }

  #begin(cells: readonly string[], place: HeaderPlace): void {
    this.#header = cells;
    const { layout, problems } = readHeader(cells, this.#format, this.#options, place);
    for (const problem of problems) this.problems.add(problem);
    for (const { field, header, required } of layout.absent) {
      if (required !== "always" || field === layout.key) continue;
      this.problems.add({ code: "header-needed", ...place, column: 0, header: "", params: { header } });
    }
    this.layout = layout;
    this.#checker = new PartChecker(layout, this.#options, this.problems, this.hashes);
  }
}
