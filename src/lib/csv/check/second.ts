import { openForReading } from "../../files/read.ts";
import { ValueHashes, type HashPart } from "./hashes.ts";
import { PartChecker } from "./part.ts";
import { ProblemList, type ProblemTally } from "./problems.ts";
import { readBytes } from "./read.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import { readHeader, type HeaderOptions } from "../layout/header.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import type { ColumnTally } from "../layout/tally.ts";
import type { RowOptions } from "../layout/rows.ts";

/**
 * A request to check a part of a file that is assumed to begin with a whole record. Plain data, because it is sent to a
 * worker.
 */
export interface PartTask {
  readonly path: string;
  /** start of the part in bytes */
  readonly from: number;
  readonly format: FormatName;
  /** the file's header row */
  readonly header: readonly string[];
  readonly reading: RecordReaderOptions;
  readonly options: HeaderOptions & RowOptions;
  readonly problemLimit: number;
}

/** The findings for a part of a file. Rows and lines are counted from 1 at the start of the part. */
export interface PartFindings {
  /** false if blank lines may have been read as records: this part must be read again from the start of the file */
  readonly certain: boolean;
  readonly rows: number;
  readonly problems: ProblemTally;
  readonly tally: ColumnTally;
  readonly hashes: HashPart;
}

/**
 * Checks the part of a file that begins at `task.from`.
 *
 * @returns the findings, and the memory that can be transferred with them
 */
export const checkPart = async (task: PartTask): Promise<{ found: PartFindings; memory: ArrayBuffer[] }> => {
  const { layout } = readHeader(task.header, FORMATS[task.format], task.options);
  const problems = new ProblemList(task.problemLimit);
  const hashes = new ValueHashes();
  const checker = new PartChecker(layout, task.options, problems, hashes);
  let certain = true;
  const reader = new RecordReader(task.reading, {
    record(cells, count, row, line, _sound, units) {
      // the reader treats the first record as the header: if it has only one cell, blank lines would be read as records
      if (row === 1 && count === 1) certain = false;
      checker.record(cells, count, row, line, units);
    },
    problem: (problem) => checker.problem(problem, task.header),
  });
  const file = await openForReading(task.path);
  try {
    await readBytes(file, { from: task.from, to: Number.POSITIVE_INFINITY }, (bytes) => {
      reader.write(bytes);
      return certain;
    });
    if (certain) reader.end();
  } finally {
    await file.close();
  }
  const { listed, counts } = problems;
  return {
    found: {
      certain,
      rows: checker.rows,
      problems: { listed, counts },
      tally: checker.tally.found,
      hashes: hashes.part,
    },
    memory: hashes.transferable,
  };
};
