import type { FileHandle } from "../../files/read.ts";
import { ValueHashes } from "./hashes.ts";
import { PartChecker, addHeaderName } from "./part.ts";
import { ProblemList } from "./problems.ts";
import { CHUNK_BYTES, readBytes } from "./read.ts";
import type { PartTask } from "./second.ts";
import { findSplit, type SplitPoint } from "./split.ts";
import type { SecondThread } from "./thread.ts";
import type { Format } from "../../model/format.ts";
import { readHeader, type HeaderOptions } from "../layout/header.ts";
import type { HeaderPlace, Layout } from "../layout/layout.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import type { Tally } from "../layout/tally.ts";
import type { RecordProblem, RecordSink } from "../records/record.ts";
import type { RowOptions } from "../layout/rows.ts";
import type { CellUnits } from "../records/units.ts";

export interface CheckOptions extends HeaderOptions, RowOptions {
  readonly reading: RecordReaderOptions;
  /** reads the records instead, in any number of steps, if the file is not text */
  readonly records?: ((sink: RecordSink) => AsyncIterable<void>) | undefined;
  /** number of threads; default 2: the second half of a large file is checked in parallel */
  readonly threads?: 1 | 2 | undefined;
  /** minimum size in bytes of files that are checked in two threads */
  readonly splitFrom?: number | undefined;
  /** size of a chunk in bytes */
  readonly chunkBytes?: number | undefined;
  readonly startSecond?: ((task: PartTask) => SecondThread) | undefined;
  readonly problemLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** receives the number of bytes that this thread has read, and the number that it has to read */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const MIN_SPLIT_BYTES = 8 * 1024 * 1024;
/** The share of the file that the first thread reads. It is more than half, because the second thread starts later. */
const FIRST_SHARE = 0.53;

export class FileCheck implements RecordSink {
  readonly problems: ProblemList;
  readonly hashes = new ValueHashes();
  readonly #format: Format;
  readonly #options: CheckOptions;
  #header: readonly string[] = [];
  #checker: PartChecker | undefined;
  #records = 0;
  layout: Layout | undefined;
  /** receives the position of the next record; that record is not checked */
  probe: ((row: number, line: number) => void) | undefined;

  constructor(format: Format, options: CheckOptions) {
    this.#format = format;
    this.#options = options;
    this.problems = new ProblemList(options.problemLimit);
  }

  get header(): readonly string[] {
    return this.#header;
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
    if (this.probe !== undefined) {
      this.probe(row, line);
      return;
    }
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
    const { threads = 2, splitFrom = MIN_SPLIT_BYTES, reading } = this.#options;
    if (threads === 1 || this.#size < splitFrom || width < 2) return undefined;
    const offset = Math.max(this.#done, Math.floor(this.#size * FIRST_SHARE));
    return findSplit(this.#file, offset, {
      encoding: reading.encoding,
      delimiter: reading.dialect?.delimiter ?? ",",
      width,
    });
  }

  async readToSplit({ newline, next }: SplitPoint): Promise<boolean> {
    await this.readTo(newline, next);
    const before = this.#check.records;
    await this.readTo(next, next);
    return this.#check.records > before;
  }

  nextRecord(): { readonly row: number; readonly line: number } {
    let place = { row: 0, line: 0 };
    this.#check.probe = (row, line) => {
      place = { row, line };
    };
    this.#reader.write(Buffer.from("x\n"));
    return place;
  }
}
