import type { Import } from "../../../../lib/client/index.ts";
import type { ContentWriter } from "../../../../lib/files/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { createTableCellRenderer } from "../../../../lib/terminal/output.ts";
import { guardFormula } from "../../../../lib/terminal/output.ts";
import { buildFieldColumns } from "../../../listing/list.ts";
import type { Tools } from "../../../tools.ts";
import { isWorkbookName, encodeTable } from "../table-file.ts";

const EXTRA_COLUMN_KEYS: readonly string[] = ["administrator", "path"];

/**
 * Writes the records of a kind that a plan deletes, so that people can delete them by hand, because 追加更新 does not
 * delete anything. The file is a workbook, or a CSV file in which a `'` guards the cells that a spreadsheet would run
 * as
 * formulas.
 *
 * @param plan its id, and the kind of the records to write: the plan's own, or another kind that it deletes
 * @param done called when the file is in place; if it throws, the new file is removed
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
  const columns = buildFieldColumns<{ readonly id: string }>(thing.fields).filter(
    ({ key }) => key !== "id" && (thing.usual.includes(key) || EXTRA_COLUMN_KEYS.includes(key)),
  );
  const { language } = tools.terminal;
  const cells = columns.map((column) => createTableCellRenderer(column, { language }));
  const guard = isWorkbookName(path) ? (cell: string): string => cell : guardFormula;
  async function* rows(): AsyncGenerator<readonly (readonly string[])[]> {
    yield [columns.map(({ header }) => header[language])];
    for await (const record of await listRecordsOfKind(tools, plan)) {
      if (gone.has(record.id)) yield [cells.map((cell) => guard(cell(record)))];
    }
  }
  const write = async (writer: ContentWriter): Promise<void> => {
    for await (const bytes of encodeTable(path, rows())) await writer.write(bytes);
  };
  await tools.outputs.write(path, write, { settle: done });
}

async function listRecordsOfKind(
  tools: Tools,
  { kind }: Pick<Import, "kind">,
): Promise<AsyncIterable<{ readonly id: string }> | Iterable<{ readonly id: string }>> {
  const { app } = FORMATS[kind];
  if (app !== undefined) return (await tools.tenant("secured")).client.secured.list(app);
  if (kind === "orgs") return (await tools.tenant("orgs")).client.orgs.list();
  if (kind === "devices") return (await tools.tenant("devices")).client.devices.list();
  return (await tools.tenant("users")).client.users.list();
}
