import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { RowChecker, type RowOptions } from "../../../lib/csv/layout/rows.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getProblemSeverity, type Problem } from "../../../lib/model/problem.ts";
import { readRecords, type InputFormat } from "../plan/reading.ts";
import { Remedies } from "./remedies.ts";

/** How a file is scanned for remedies. */
interface RemedyScan extends Pick<RowOptions, "today"> {
  readonly kind: FormatName;
  readonly map: ColumnMap;
  readonly signal: AbortSignal;
}

/**
 * Returns what a file needs in order to be imported with a map, as far as this can be determined without a tenant. Only
 * a
 * tenant knows which organisations and groups exist, so all organisations and groups in the file are treated as new.
 *
 * @throws the signal's reason
 */
export async function scanForRemedies(
  file: InputFile,
  reading: InputFormat,
  { kind, map, today, signal }: RemedyScan,
): Promise<Remedies> {
  const remedies = new Remedies(kind);
  const report = (problem: Problem): void => remedies.take({ ...problem, severity: getProblemSeverity(problem.code) });
  let checker: RowChecker | undefined;
  let open: (readonly [at: number, option: "createOrgs" | "createGroups"])[] = [];
  const sink = {
    record(cells: readonly string[], count: number, row: number, line: number): void {
      if (checker === undefined) {
        const { layout } = readHeader(cells.slice(0, count), FORMATS[kind], { map });
        checker = new RowChecker(layout, report, { today });
        open = layout.columns.flatMap(({ column: { refers } }, at) =>
          refers?.creates === undefined ? [] : [[at, refers.creates.option] as const],
        );
        return;
      }
      if (count === 0 || checker.skips(cells, count, row, line)) return;
      checker.check(cells, count, row, line);
      if (!checker.complete) return;
      const { values } = checker;
      const named = open.filter(([at]) => (values[at]?.length ?? 0) > 0);
      for (const [, option] of named) remedies.create(option);
      if (named.length > 0) open = open.filter((one) => !named.includes(one));
    },
    problem: () => undefined,
  };
  for await (const _ of readRecords(file.chunks(), reading, file.label, sink)) signal.throwIfAborted();
  for (const problem of checker?.tally.problems() ?? []) report(problem);
  return remedies;
}
