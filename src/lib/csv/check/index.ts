import { openForReading, type FileHandle } from "../../files/read.ts";
import { createFileProblem, type Problem, type ProblemCode } from "../../model/problem.ts";
import { findDuplicates } from "./duplicates.ts";
import type { HashesWithOffset } from "./hashes.ts";
import { PROBLEM_LIMIT } from "./problems.ts";
import { FileCheck, FileReading, type CheckOptions } from "./reading.ts";
import type { SplitPoint } from "./split.ts";
import { startThread, type SecondThread } from "./thread.ts";
import type { FormatName } from "../../model/console-files.ts";
import { FORMATS } from "../../model/formats.ts";
import type { Layout } from "../layout/layout.ts";

export type { CheckOptions } from "./reading.ts";

/** The result of a check. */
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

/** The findings of the second thread and the position of its part in the file. */
interface SecondPart extends HashesWithOffset {
  readonly rows: number;
}

/**
 * Reads the first half of the file while a second thread reads the second half. Returns the findings of the second
 * thread; undefined if this thread must read both halves.
 */
const readInTwoThreads = async (
  reading: FileReading,
  check: FileCheck,
  split: SplitPoint,
  second: SecondThread,
  signal: AbortSignal | undefined,
): Promise<SecondPart | undefined> => {
  const stop = (): void => void second.stop();
  signal?.addEventListener("abort", stop);
  try {
    if (!(await reading.readToSplit(split))) return undefined;
    const found = await second.findings;
    signal?.throwIfAborted();
    if (!found.certain) return undefined;
    const { row, line } = reading.nextRecord();
    check.problems.addPart(found.problems, row - 1, line - 1);
    check.tally?.addPart(found.tally, row - 1, line - 1);
    return { rows: found.rows, hashes: found.hashes, rowsBefore: row - 1 };
  } catch (error) {
    // if the check was aborted, throw its reason: a stopped thread only reports that it has no result
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await second.stop();
  }
};

/** Reads the whole file, in two threads if worthwhile. Returns the findings of the second thread, if any. */
const readWholeFile = async (
  path: string,
  file: FileHandle,
  check: FileCheck,
  format: FormatName,
  options: CheckOptions,
): Promise<SecondPart | undefined> => {
  if (options.records !== undefined) {
    for await (const _ of options.records(check)) options.signal?.throwIfAborted();
    return undefined;
  }
  const { size } = await file.stat();
  const reading = new FileReading(file, size, check, options);
  await reading.readTo(Number.POSITIVE_INFINITY, size, () => check.records > 0);
  const split = await reading.findSplit();
  if (split !== undefined) {
    const { customFields, map, allowUnknownColumns, key, blank, fix, today } = options;
    const given = Object.entries({ customFields, map, allowUnknownColumns, key, blank, fix });
    const { startSecond = startThread } = options;
    const second = startSecond({
      path,
      from: split.next,
      format,
      header: check.header,
      // the part begins below the header
      reading: { ...options.reading, headerRow: undefined },
      options: { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), today },
      problemLimit: options.problemLimit ?? PROBLEM_LIMIT,
    });
    const rest = await readInTwoThreads(reading, check, split, second, options.signal);
    if (rest !== undefined) return rest;
  }
  await reading.readToEnd();
  return undefined;
};

/**
 * Checks a file against its format alone, without a tenant: encoding, quoting, header, every cell of every row, and
 * uniqueness within the file. Memory is bounded: problems beyond the limit are only counted.
 *
 * The second half of a large file is checked in parallel with the first, on the assumption that a record begins after a
 * newline near the middle. If the first half ends inside quotes, this assumption was wrong. In that case, the findings
 * for the second half are discarded, and the first thread continues alone.
 *
 * @param path path of a file; stdin must first be written to a temporary file
 * @throws the error of the file system, or the signal's reason
 */
export const checkFile = async (path: string, name: FormatName, options: CheckOptions): Promise<CheckReport> => {
  const format = FORMATS[name];
  const check = new FileCheck(format, options);
  const file = await openForReading(path);
  try {
    const rest = await readWholeFile(path, file, check, name, options);
    const rows = check.rows + (rest?.rows ?? 0);
    if (check.records === 0) check.problems.add(createFileProblem("file-empty"));
    else if (rows === 0) check.problems.add(createFileProblem("file-no-rows"));
    if (check.layout !== undefined) {
      const parts = [{ hashes: check.hashes.part, rowsBefore: 0 }, ...(rest === undefined ? [] : [rest])];
      await findDuplicates(file, parts, {
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
