import type { Import } from "../../../../lib/client/index.ts";
import type { ContentWriter } from "../../../../lib/files/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { tableCell } from "../../../../lib/terminal/output.ts";
import { guardFormula } from "../../../../lib/terminal/table/cells.ts";
import { columnsOfFields } from "../../../listing/columns.ts";
import type { Tools } from "../../../tools.ts";
import { isWorkbookName, tableBytes } from "../table-file.ts";

/** What people need to find a record in the console, besides what lists usually show. */
const FURTHER: readonly string[] = ["administrator", "path"];

/**
 * Writes the records of a kind that a plan deletes, to be deleted by hand: 追加更新 deletes nothing. A workbook, or
 * CSV where cells that a spreadsheet would run are guarded by a `'`.
 *
 * @param plan its id, and the kind of the records: the plan's own, or that of others that it deletes
 * @param done called when the file is in place; if it throws, none is left
 */
export async function writeDeletions(
  tools: Tools,
  path: string,
  plan: Pick<Import, "id" | "kind">,
  done: () => Promise<unknown>,
): Promise<void> {
  const { client } = await tools.tenant("imports");
  const gone = new Set<unknown>();
  for await (const { after } of client.imports.rows(plan.id, { action: "delete" })) {
    gone.add(after.find(({ field }) => field === "id")?.value);
  }
  const { thing } = FORMATS[plan.kind];
  const columns = columnsOfFields<{ readonly id: string }>(thing.fields).filter(
    ({ key }) => key !== "id" && (thing.usual.includes(key) || FURTHER.includes(key)),
  );
  const { language } = tools.terminal;
  const cells = columns.map((column) => tableCell(column, { language }));
  const guard = isWorkbookName(path) ? (cell: string): string => cell : guardFormula;
  async function* rows(): AsyncGenerator<readonly (readonly string[])[]> {
    yield [columns.map(({ header }) => header[language])];
    for await (const record of await recordsOf(tools, plan)) {
      if (gone.has(record.id)) yield [cells.map((cell) => guard(cell(record)))];
    }
  }
  const write = async (writer: ContentWriter): Promise<void> => {
    for await (const bytes of tableBytes(path, rows())) await writer.write(bytes);
  };
  await tools.outputs.write(path, write, { settle: done });
}

/** All records of the plan's kind. */
async function recordsOf(
  tools: Tools,
  { kind }: Pick<Import, "kind">,
): Promise<AsyncIterable<{ readonly id: string }> | Iterable<{ readonly id: string }>> {
  const { app } = FORMATS[kind];
  if (app !== undefined) return (await tools.tenant("secured")).client.secured.list(app);
  if (kind === "orgs") return (await tools.tenant("orgs")).client.orgs.list();
  if (kind === "devices") return (await tools.tenant("devices")).client.devices.list();
  return (await tools.tenant("users")).client.users.list();
}
