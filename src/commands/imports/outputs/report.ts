import type { Client, Import, PlanRow } from "../../../lib/client/index.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import { guardFormula } from "../../../lib/terminal/table/cells.ts";
import type { Tools } from "../../tools.ts";
import { describeRow } from "../../../lib/plan/changes.ts";
import { Reasons, writtenReason } from "./row-reasons.ts";
import { isWorkbookName, tableBytes } from "./table-file.ts";

const HEADER = ["row", "key", "action", "changed", "reason"];

/**
 * Writes a plan as one line per row with its changes, deletions last, so that a spreadsheet opens it directly: see
 * {@link tableBytes}. In CSV, cells that a spreadsheet would run are guarded by a `'`.
 */
export async function writeReport(tools: Tools, path: string, plan: Import): Promise<void> {
  const { client } = await tools.tenant("imports");
  const reasons = await Reasons.open(client, plan.id, tools.terminal);
  const guard = isWorkbookName(path) ? (cell: string): string => cell : guardFormula;
  async function* batches(): AsyncGenerator<readonly (readonly string[])[]> {
    yield [HEADER, ...(reasons.whole === undefined ? [] : [["1", "", "invalid", "", reasons.whole]])];
    if ((plan.kept?.count ?? 0) > 0) yield await keptRows(client, plan.id, tools.terminal, guard);
    for await (const batch of client.imports.rows(plan.id).batches()) {
      tools.signal.throwIfAborted();
      await reasons.advanceTo(batch.findLast(({ row }) => row > 0)?.row ?? 0);
      yield batch.map((row) => {
        const fields = describeRow(plan.kind, row).map((change) => change[tools.terminal.language]);
        const cells = cellsOf(row, fields, reasons.at(row.row)?.reason ?? "");
        return cells.map((cell, at) => (at === REASON ? cell : guard(cell)));
      });
    }
  }
  await tools.outputs.write(path, async (writer) => {
    for await (const bytes of tableBytes(path, batches())) await writer.write(bytes);
  });
  await reasons.close();
}

/** The records that the file lacks and that are kept, with the reasons. */
async function keptRows(
  client: Client<"imports">,
  id: string,
  terminal: Terminal,
  guard: (cell: string) => string,
): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  for await (const { row, code, params } of client.imports.problems(id)) {
    // those of the file as a whole come first
    if (row > 0) break;
    const reason = writtenReason(terminal, { code, params });
    if (params["kept"] === 1)
      rows.push(["", guard(String(params["name"] ?? params["org"])), "keep", "", guard(reason)]);
  }
  return rows;
}

/** The column of the reasons, which are guarded already. */
const REASON = HEADER.indexOf("reason");

const cellsOf = ({ row, key, action }: PlanRow, fields: readonly string[], reason: string): string[] => [
  row === 0 ? "" : String(row),
  key,
  action,
  fields.join("; "),
  reason,
];
