import type { Client, Import, PlanRow } from "../../../lib/client/index.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { guardFormula } from "../../../lib/terminal/table/cells.ts";
import type { Tools } from "../../tools.ts";
import { describeRow } from "../../../lib/plan/changes.ts";
import { ReasonCursor, formatReason } from "./row-reasons.ts";
import { isWorkbookName, encodeTable } from "./table-file.ts";

const REPORT_HEADER = ["row", "key", "action", "changed", "reason"];

/**
 * Writes a plan as one line per row with its changes, deletions last, so that a spreadsheet opens it directly: see
 * {@link encodeTable}. In CSV, a `'` guards the cells that a spreadsheet would run as formulas.
 */
export async function writeReport(tools: Tools, path: string, plan: Import): Promise<void> {
  const { client } = await tools.tenant("imports");
  const reasons = await ReasonCursor.open(client, plan.id, tools.terminal);
  const guard = isWorkbookName(path) ? (cell: string): string => cell : guardFormula;
  async function* batches(): AsyncGenerator<readonly (readonly string[])[]> {
    yield [REPORT_HEADER, ...(reasons.whole === undefined ? [] : [["1", "", "invalid", "", reasons.whole]])];
    if ((plan.kept?.count ?? 0) > 0) yield await readKeptRows(client, plan.id, tools.terminal, guard);
    for await (const batch of client.imports.rows(plan.id).batches()) {
      tools.signal.throwIfAborted();
      await reasons.advanceTo(batch.findLast(({ row }) => row > 0)?.row ?? 0);
      yield batch.map((row) => {
        const fields = describeRow(plan.kind, row).map((change) => change[tools.terminal.language]);
        const cells = buildCells(row, fields, reasons.at(row.row)?.reason ?? "");
        return cells.map((cell, at) => (at === REASON_INDEX ? cell : guard(cell)));
      });
    }
  }
  await tools.outputs.write(path, async (writer) => {
    for await (const bytes of encodeTable(path, batches())) await writer.write(bytes);
  });
  await reasons.close();
}

/** Reads the records that are kept although they are missing from the file, with the reasons. */
async function readKeptRows(
  client: Client<"imports">,
  id: string,
  terminal: Terminal,
  guard: (cell: string) => string,
): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  for await (const { row, code, params } of client.imports.problems(id)) {
    // problems of the file as a whole come first
    if (row > 0) break;
    const reason = formatReason(terminal, { code, params });
    if (params["kept"] === 1 || code === "export-lacks")
      rows.push(["", guard(String(params["name"] ?? params["org"])), "keep", "", guard(reason)]);
  }
  return rows;
}

/** Index of the reason column, whose cells are guarded already. */
const REASON_INDEX = REPORT_HEADER.indexOf("reason");

const buildCells = ({ row, key, action }: PlanRow, fields: readonly string[], reason: string): string[] => [
  row === 0 ? "" : String(row),
  key,
  action,
  fields.join("; "),
  reason,
];
