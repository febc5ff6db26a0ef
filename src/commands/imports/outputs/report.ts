import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { writeFileAtomically } from "../../../lib/files/index.ts";
import { formatRecord } from "../../../lib/csv/records/writer.ts";
import { guardFormula } from "../../../lib/terminal/table/cells.ts";
import type { Tools } from "../../tools.ts";
import { describeRow } from "../plan/changes.ts";
import { Reasons } from "./row-reasons.ts";

const HEADER = ["row", "key", "action", "changed", "reason"];

/**
 * Writes a plan as one line per row with its changes, deletions last: CSV in UTF-8 with a byte order mark and CRLF, so that a
 * spreadsheet opens it directly; cells that a spreadsheet would run are guarded by a `'`.
 */
export async function writeReport(tools: Tools, path: string, plan: Import): Promise<void> {
  const { client } = await tools.tenant("imports");
  const reasons = await Reasons.open(client, plan.id, tools.terminal.language);
  await writeFileAtomically(path, tools.temporary, async (writer) => {
    await writer.write(`\ufeff${lineOf(HEADER)}`);
    if (reasons.whole !== undefined) await writer.write(lineOf(["1", "", "invalid", "", reasons.whole]));
    for await (const batch of client.imports.rows(plan.id).batches()) {
      tools.signal.throwIfAborted();
      let text = "";
      await reasons.advanceTo(batch.findLast(({ row }) => row > 0)?.row ?? 0);
      for (const row of batch) {
        const fields = describeRow(plan.kind, row).map((change) => change[tools.terminal.language]);
        text += lineOf(cellsOf(row, fields, reasons.at(row.row)?.reason ?? ""));
      }
      await writer.write(text);
    }
  });
  await reasons.close();
}

const lineOf = (cells: readonly string[]): string => formatRecord(cells, "\r\n");

const cellsOf = ({ row, key, action }: PlanRow, fields: readonly string[], reason: string): string[] => [
  row === 0 ? "" : String(row),
  guardFormula(key),
  action,
  guardFormula(fields.join("; ")),
  reason,
];
