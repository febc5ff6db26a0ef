import { toLooseValue } from "../../../lib/csv/layout/columns.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { readRecords, type InputFormat } from "../../imports/plan/reading.ts";

export interface SurveyedColumn {
  /** without blanks at either end */
  readonly header: string;
  /** different values as column map files compare them, without blank ones */
  readonly values: ReadonlySet<string>;
}

const SURVEYED_ROWS = 2_000;
const MAX_VALUES = 100;
const MAX_VALUE_LENGTH = 100;

export async function surveyFile(
  file: InputFile,
  reading: InputFormat,
  signal: AbortSignal,
): Promise<readonly SurveyedColumn[]> {
  const last = reading.headerRow + SURVEYED_ROWS;
  let columns: readonly { readonly header: string; readonly values: Set<string> }[] | undefined;
  let isDone = false;
  const sink: RecordSink = {
    record(cells, count, row) {
      isDone ||= row >= last;
      if (row < reading.headerRow) return;
      if (columns === undefined) {
        columns = cells.slice(0, count).map((header) => ({ header: header.trim(), values: new Set() }));
        return;
      }
      for (const [at, { values }] of columns.entries()) {
        const value = at < count ? toLooseValue(cells[at] ?? "") : "";
        // copied, because a cell is a slice that keeps a whole chunk of the file in memory
        if (value !== "" && value.length <= MAX_VALUE_LENGTH && values.size < MAX_VALUES)
          values.add(Buffer.from(value).toString());
      }
    },
    problem: () => undefined,
  };
  for await (const _ of readRecords(file.chunks(), { ...reading, rows: last }, file.label, sink)) {
    signal.throwIfAborted();
    if (isDone) break;
  }
  return columns ?? [];
}
