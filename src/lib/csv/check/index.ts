import { openForReading, type FileHandle } from "../../files/read.ts";
import { createFileProblem, type Problem, type ProblemCode } from "../../model/problem.ts";
import { findDuplicates } from "./duplicates.ts";
import { readBytes } from "./read.ts";
import { FileCheck, type CheckOptions } from "./reading.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import type { Layout } from "../layout/layout.ts";
import { RecordReader } from "../records/reader.ts";

export type { CheckOptions } from "./reading.ts";

export interface CheckReport {
  /** number of records, not including the header */
  readonly rows: number;
  /** sorted by row and column; if there are more problems than the limit, only the first ones found */
  readonly problems: readonly Problem[];
  /** number of problems by code, including those that are not listed */
  readonly counts: ReadonlyMap<ProblemCode, number>;
  readonly errors: number;
  readonly warnings: number;
  /** undefined if the file has no readable header */
  readonly layout: Layout | undefined;
}

/** Reads the whole file.  @throws the signal's reason */
const readWholeFile = async (file: FileHandle, check: FileCheck, options: CheckOptions): Promise<void> => {
  if (options.records !== undefined) {
    for await (const _ of options.records(check)) options.signal?.throwIfAborted();
    return;
  }
  const { size } = await file.stat();
  const reader = new RecordReader(options.reading, check);
  let done = 0;
  await readBytes(file, (bytes) => {
    options.signal?.throwIfAborted();
    reader.write(bytes);
    done += bytes.length;
    options.onProgress?.(done, size);
    return true;
  });
  reader.end();
};

/**
 * Checks a file against its format alone, without a tenant: encoding, quoting, header, every cell of every row, and
 * uniqueness within the file. Memory is bounded: problems beyond the limit are only counted.
 *
 * @param path path of a file; stdin must first be written to a temporary file
 * @throws the error of the file system, or the signal's reason
 */
export const checkFile = async (path: string, name: FormatName, options: CheckOptions): Promise<CheckReport> => {
  const format = FORMATS[name];
  const check = new FileCheck(format, options);
  const file = await openForReading(path);
  try {
    await readWholeFile(file, check, options);
    const { rows } = check;
    if (check.records === 0) check.problems.add(createFileProblem("file-empty"));
    else if (rows === 0) check.problems.add(createFileProblem("file-no-rows"));
    if (check.layout !== undefined) {
      await findDuplicates(file, check.hashes.part, {
        layout: check.layout,
        reading: options.reading,
        fix: options.fix,
        today: options.today,
        records: options.records,
        signal: options.signal,
        report: (problem) => check.problems.add(problem),
      });
    }
    for (const problem of check.tally?.problems() ?? []) check.problems.add(problem);
    const { problems, layout } = check;
    return {
      rows,
      problems: problems.sorted(),
      counts: problems.counts,
      errors: problems.count("error"),
      warnings: problems.count("warning"),
      layout,
    };
  } finally {
    await file.close();
  }
};
