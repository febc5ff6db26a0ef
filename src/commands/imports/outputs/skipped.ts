import type { Import } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import { getReasonHeader } from "../../../lib/csv/layout/layout.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { RowSelection } from "../../../lib/csv/layout/selection.ts";
import { toListDay } from "../../../lib/csv/layout/skipped-value.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { readRecords, type InputFormat } from "../plan/reading.ts";
import { removeOldRows } from "./errors.ts";
import { rereadFile } from "./reread.ts";
import { encodeTable } from "./table-file.ts";

interface SkippedSource {
  readonly plan: Import;
  readonly file: InputFile;
  readonly reading: InputFormat;
  readonly map: ColumnMap | undefined;
}

/**
 * Writes the header and the rows of a file that its column map skips, cell by cell, with the reason in the last column.
 * If there are no such rows, no file is written.
 *
 * @throws `input-rejected` if the file is no longer the one that the plan was made from
 */
export async function writeSkipped(tools: Tools, name: string, source: SkippedSource): Promise<void> {
  if (source.plan.skipped === undefined)
    return removeOldRows(tools, name, text("no skipped rows", "読み飛ばした行がない"));
  await tools.outputs.write(name, async (writer) => {
    for await (const bytes of encodeTable(name, selectSkippedRows(source))) await writer.write(bytes);
  });
}

async function* selectSkippedRows({
  plan,
  file,
  reading,
  map,
}: SkippedSource): AsyncGenerator<readonly (readonly string[])[]> {
  let found: (readonly string[])[] = [];
  let selection: RowSelection | undefined;
  let width = 0;
  const add = (cells: readonly string[], reason: string): void => {
    found.push([...Array.from({ length: width }, (_, at) => cells[at] ?? ""), reason]);
  };
  const sink: RecordSink = {
    record(all, count) {
      const cells = all.slice(0, count);
      if (selection === undefined) {
        selection = new RowSelection(readHeader(cells, FORMATS[plan.kind], { map }).layout, toListDay(plan.createdAt));
        width = count;
        add(cells, getReasonHeader(cells));
        return;
      }
      const omission = selection.find(cells, count);
      if (omission?.code === "row-skipped") add(cells, guardFormula(`${omission.header}: ${omission.params["value"]}`));
    },
    problem: () => undefined,
  };
  for await (const _ of readRecords(rereadFile(file, plan), reading, file.label, sink)) {
    yield found;
    found = [];
  }
}
