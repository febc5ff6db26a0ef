import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { getDisplayName, ROW_ACTION_NAMES } from "../../../lib/model/import.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { describeRow } from "../../../lib/plan/changes.ts";
import { ReasonCursor, readKeptRecords, readWarnings } from "./row-reasons.ts";
import { isWorkbookName, encodeTable } from "./table-file.ts";

const REPORT_HEADER = [
  text("row", "行"),
  text("key", "キー"),
  text("action", "動作"),
  text("changed", "変更内容"),
  text("reason", "理由"),
] as const;

const KEPT_WORD = text("keep", "残す");
const WARNING_WORD = text("warning", "警告");

/**
 * Writes what a plan does to each record: a workbook for approval by people, see {@link renderPlanSheet}, or CSV with
 * one line per row, in which a `'` guards the cells that a spreadsheet would run as formulas.
 */
export async function writeReport(tools: Tools, path: string, plan: Import): Promise<void> {
  const rows = isWorkbookName(path)
    ? (await import("./plan-workbook.ts")).renderPlanSheet(tools, plan)
    : readLines(tools, plan);
  await tools.outputs.write(path, async (writer) => {
    for await (const part of encodeTable(path, rows)) await writer.write(part);
  });
}

async function* readLines(tools: Tools, plan: Import): AsyncGenerator<readonly (readonly string[])[]> {
  const { language } = tools.terminal;
  const { client } = await tools.tenant("imports");
  yield [REPORT_HEADER.map((words) => words[language])];
  // only a plan has a file with problems
  const reasons = plan.state === "planned" ? await ReasonCursor.open(client, plan, tools.terminal) : undefined;
  if (reasons?.whole !== undefined) yield [["1", "", ROW_ACTION_NAMES.invalid[language], "", reasons.whole]];
  const warnings =
    plan.state === "planned" && plan.warnings > 0
      ? await ReasonCursor.open(client, plan, tools.terminal, readWarnings)
      : undefined;
  if (warnings?.whole !== undefined) yield [["1", "", WARNING_WORD[language], "", warnings.whole]];
  if (reasons !== undefined && (plan.kept?.count ?? 0) > 0) {
    const kept = await readKeptRecords(tools, plan);
    yield kept.map(([name, reason]) => ["", guardFormula(name), KEPT_WORD[language], "", guardFormula(reason)]);
  }
  for await (const batch of client.imports.rows(plan.id).batches()) {
    tools.signal.throwIfAborted();
    const last = batch.findLast(({ row }) => row > 0)?.row ?? 0;
    await Promise.all([reasons?.advanceTo(last), warnings?.advanceTo(last)]);
    yield batch.map((row) => {
      const fields = describeRow(plan.kind, row).map((change) => change[language]);
      const cells = buildCells(row, getDisplayName(ROW_ACTION_NAMES, row.action)[language], fields);
      // reasons are guarded already
      const told = [reasons, warnings].flatMap((cursor) => cursor?.at(row.row)?.reason ?? []);
      return [...cells.map(guardFormula), told.join("; ")];
    });
  }
  await Promise.all([reasons?.close(), warnings?.close()]);
}

const buildCells = ({ row, key }: PlanRow, action: string, fields: readonly string[]): readonly string[] => [
  row === 0 ? "" : String(row),
  key,
  action,
  fields.join("; "),
];
