import type { Import, InputProblem } from "../../../lib/client/index.ts";
import { createEncoder } from "../../../lib/csv/encoding/encode.ts";
import { getReasonHeader, isReasonHeader } from "../../../lib/csv/layout/layout.ts";
import { type RecordSink, formatRecord } from "../../../lib/csv/records/record.ts";
import { describeProblemReason } from "../../../lib/plan/columns.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { readRecords, rereadFile, type InputFormat } from "../read-list/open-table.ts";
import type { PlannedFile } from "./plan-secrets.ts";
import { isWorkbookName, encodeTable, type Rows } from "../files/table-file.ts";

interface ErrorsSource extends Omit<PlannedFile, "map" | "plan"> {
  readonly plan: Pick<Import, "errors" | "header" | "inputSha256">;
  readonly problems: () => AsyncIterable<InputProblem> | Iterable<InputProblem>;
}

/** If all rows are valid, removes the file of an earlier run. */
export async function writeErrors(tools: Tools, name: string, source: ErrorsSource): Promise<void> {
  const { plan, reading } = source;
  if (plan.errors === 0) {
    if (await tools.outputs.exists(name)) await tools.outputs.remove(name);
    await tools.terminal.note(
      text(`no invalid rows: ${name} was not written`, `エラーのある行がないため、${name} は書き出していません`),
    );
    return;
  }
  const rows = selectInvalidRecords(tools, source);
  const isTable = reading.encoding === "xlsx" || isWorkbookName(name);
  await tools.outputs.write(name, async (writer) => {
    for await (const bytes of isTable ? encodeTable(name, rows) : encodeRecords(rows, reading))
      await writer.write(bytes);
  });
  await tools.terminal.note(text(`wrote the invalid rows to ${name}`, `エラーのある行を ${name} に書き出しました`));
}

async function* encodeRecords(
  rows: AsyncIterable<Rows>,
  { encoding, dialect }: InputFormat,
): AsyncGenerator<Uint8Array> {
  if (encoding === "xlsx") return;
  const encoder = createEncoder(encoding, { onUnmappable: "replace", bom: true });
  for await (const batch of rows)
    yield encoder.write(batch.map((cells) => formatRecord(cells, "\r\n", dialect)).join(""));
  yield encoder.end();
}

async function* selectInvalidRecords(
  tools: Tools,
  { plan, problems, file, reading }: ErrorsSource,
): AsyncGenerator<Rows> {
  const { terminal } = tools;
  const reasons = readRowReasons(problems(), reading.headerRow, terminal);
  let { value: next } = await reasons.next();
  const whole = next?.row === reading.headerRow ? next.reason : undefined;
  let found: { readonly row: number; readonly cells: readonly string[] }[] = [];
  const { length: width } = plan.header;
  const drop = plan.header.findIndex(isReasonHeader);
  const withReason = (cells: readonly string[], reason: string): readonly string[] => {
    const padded = Array.from({ length: Math.max(width, cells.length) }, (_, at) => cells[at] ?? "");
    const inWidth = padded.slice(0, width).filter((_, at) => at !== drop);
    return [...inWidth, reason, ...padded.slice(width)];
  };
  const reasonOf = async (row: number): Promise<string | undefined> => {
    if (row === reading.headerRow) return getReasonHeader(plan.header);
    while (next !== undefined && next.row < row) ({ value: next } = await reasons.next());
    if (next?.row !== row) return whole;
    return text(`row ${row}: ${next.reason}`, `${row} 行目: ${next.reason}`)[terminal.language];
  };
  const sink: RecordSink = {
    record: (cells, count, row) => {
      if (count !== 1 || cells[0] !== "") found.push({ row, cells: cells.slice(0, count) });
    },
    problem: () => undefined,
  };
  for await (const _ of readRecords(rereadFile(file, plan), reading, file.label, sink)) {
    const rows: (readonly string[])[] = [];
    for (const { row, cells } of found) {
      const reason = await reasonOf(row);
      if (reason !== undefined) rows.push(withReason(cells, reason));
    }
    yield rows;
    found = [];
  }
  await reasons.return(undefined);
}

const MAX_ROW_REASONS = 20;

interface RowReason {
  readonly row: number;
  readonly reason: string;
}

export async function* readRowReasons(
  problems: AsyncIterable<InputProblem> | Iterable<InputProblem>,
  headerRow: number,
  teller: Pick<Terminal, "language" | "plain">,
): AsyncGenerator<RowReason, undefined> {
  let row = headerRow;
  let reasons: string[] = [];
  const join = (): RowReason => ({ row, reason: guardFormula(reasons.join("; ").replaceAll(/[\r\n]+/g, " ")) });
  for await (const problem of problems) {
    if (problem.severity !== "error") continue;
    if (problem.row > row) {
      if (reasons.length > 0) yield join();
      ({ row } = problem);
      reasons = [];
    }
    const reason = teller.plain(describeProblemReason(problem)[teller.language]);
    if (reasons.length === MAX_ROW_REASONS) reasons.push("…");
    else if (reasons.length < MAX_ROW_REASONS)
      reasons.push(problem.header === "" ? reason : `${problem.header}: ${reason}`);
  }
  if (reasons.length > 0) yield join();
}
