import type { FileHandle } from "../../files/read.ts";
import { ValueHashes } from "./hashes.ts";
import { PartChecker, withHeader } from "./part.ts";
import { ProblemList } from "./problems.ts";
import { CHUNK_BYTES, readBytes } from "./read.ts";
import type { PartTask } from "./second.ts";
import { findSplit, type SplitPoint } from "./split.ts";
import type { SecondThread } from "./thread.ts";
import type { Format } from "../../model/format.ts";
import { readHeader, type HeaderOptions } from "../layout/header.ts";
import type { Layout } from "../layout/layout.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import type { Tally } from "../layout/tally.ts";
import type { RecordProblem, RecordSink } from "../records/record.ts";
import type { RowOptions } from "../layout/rows.ts";
import type { CellUnits } from "../records/units.ts";

/** Options of a check without a tenant. */
export interface CheckOptions extends HeaderOptions, RowOptions {
  readonly reading: RecordReaderOptions;
  /** reads the records instead, where the file is no text; in as many steps as it likes */
  readonly records?: ((sink: RecordSink) => AsyncIterable<void>) | undefined;
  /** default 2: the second half of a large file is checked in parallel */
  readonly threads?: 1 | 2 | undefined;
  /** minimum size in bytes of a file that is checked in two threads */
  readonly splitFrom?: number | undefined;
  /** size of a chunk in bytes */
  readonly chunkBytes?: number | undefined;
  /** starts the check of the second half; default: in a worker thread */
  readonly startSecond?: ((task: PartTask) => SecondThread) | undefined;
  /** number of problems to list; all are counted */
  readonly problemLimit?: number | undefined;
  /** when aborted, the check stops and throws the signal's reason */
  readonly signal?: AbortSignal | undefined;
  /** bytes read by this thread, and bytes it has to read */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const SPLIT_FROM = 8 * 1024 * 1024;
/** The first half is slightly larger because the second thread starts later. */
const FIRST_SHARE = 0.53;

/** The state of one check. */
export class FileCheck implements RecordSink {
  readonly problems: ProblemList;
  readonly hashes = new ValueHashes();
  readonly #format: Format;
  readonly #options: CheckOptions;
  #header: readonly string[] = [];
  #checker: PartChecker | undefined;
  #records = 0;
  layout: Layout | undefined;
  /** receives the next record, which is then not checked */
  probe: ((row: number, line: number) => void) | undefined;

  constructor(format: Format, options: CheckOptions) {
    this.#format = format;
    this.#options = options;
    this.problems = new ProblemList(options.problemLimit);
  }

  get header(): readonly string[] {
    return this.#header;
  }

  /** Records read, including the header and blank ones. */
  get records(): number {
    return this.#records;
  }

  /** Rows checked: records without the header and blank ones. */
  get rows(): number {
    return this.#checker?.rows ?? Math.max(0, this.#records - 1);
  }

  get tally(): Tally | undefined {
    return this.#checker?.tally;
  }

  record(cells: readonly string[], count: number, row: number, line: number, _sound: boolean, units?: CellUnits): void {
    if (this.probe !== undefined) {
      this.probe(row, line);
      return;
    }
    this.#records += 1;
    if (row > 1) this.#checker?.record(cells, count, row, line, units);
    else if (count > 0) this.#begin(cells.slice(0, count));
  }

  problem(problem: RecordProblem): void {
    if (this.#checker === undefined) this.problems.add(withHeader(problem, this.#header));
    else this.#checker.problem(problem, this.#header);
  }

  #begin(cells: readonly string[]): void {
    this.#header = cells;
    const { layout, problems } = readHeader(cells, this.#format, this.#options);
    for (const problem of problems) this.problems.add(problem);
    for (const { field, header, required } of layout.absent) {
      if (required !== "always" || field === layout.key) continue;
      this.problems.add({ code: "header-needed", row: 1, line: 1, column: 0, header: "", params: { header } });
    }
    this.layout = layout;
    this.#checker = new PartChecker(layout, this.#options, this.problems, this.hashes);
  }
}

/** Reads one file, splits the work if worthwhile, and merges the parts. */
export class FileReading {
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #check: FileCheck;
  readonly #reader: RecordReader;
  readonly #options: CheckOptions;
  #done = 0;

  constructor(file: FileHandle, size: number, check: FileCheck, options: CheckOptions) {
    this.#file = file;
    this.#size = size;
    this.#check = check;
    this.#options = options;
    this.#reader = new RecordReader(options.reading, check);
  }

  /** Reads up to `to`, or until `stop` returns true after a chunk. */
  async readTo(to: number, goal: number, stop: () => boolean = () => false): Promise<void> {
    const { chunkBytes = CHUNK_BYTES } = this.#options;
    await readBytes(this.#file, { from: this.#done, to, chunkBytes }, (bytes) => {
      this.#options.signal?.throwIfAborted();
      this.#reader.write(bytes);
      this.#done += bytes.length;
      this.#options.onProgress?.(this.#done, goal);
      return !stop();
    });
  }

  async readToEnd(): Promise<void> {
    await this.readTo(Number.POSITIVE_INFINITY, this.#size);
    this.#reader.end();
  }

  async findSplit(): Promise<SplitPoint | undefined> {
    const width = this.#check.header.length;
    const { threads = 2, splitFrom = SPLIT_FROM, reading } = this.#options;
    if (threads === 1 || this.#size < splitFrom || width < 2) return undefined;
    const offset = Math.max(this.#done, Math.floor(this.#size * FIRST_SHARE));
    return findSplit(this.#file, offset, {
      encoding: reading.encoding,
      delimiter: reading.dialect?.delimiter ?? ",",
      width,
    });
  }

  /** Reads up to the split; true if the newline there has ended a record. */
  async readToSplit({ newline, next }: SplitPoint): Promise<boolean> {
    await this.readTo(newline, next);
    const before = this.#check.records;
    await this.readTo(next, next);
    return this.#check.records > before;
  }

  /** Row and line of the next record, found by writing one: the reader cannot be used afterwards. */
  nextRecord(): { readonly row: number; readonly line: number } {
    let place = { row: 0, line: 0 };
    this.#check.probe = (row, line) => {
      place = { row, line };
    };
    this.#reader.write(Buffer.from("x\n"));
    return place;
  }
}
