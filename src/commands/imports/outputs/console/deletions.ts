import type { Import } from "../../../../lib/client/index.ts";
import { formatRecord } from "../../../../lib/csv/records/writer.ts";
import { writeFileAtomically } from "../../../../lib/files/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import type { Column } from "../../../../lib/terminal/index.ts";
import { guardFormula, tableCellOf } from "../../../../lib/terminal/table/cells.ts";
import { columnsOfFields } from "../../../listing/columns.ts";
import type { Tools } from "../../../tools.ts";

/** What people need to find a record in the console, besides what lists usually show. */
const FURTHER: readonly string[] = ["administrator", "path"];

/**
 * Writes the records of CLOMO PANEL that a plan deletes, to be deleted by hand: 追加更新 deletes nothing. CSV in UTF-8 with
 * a byte order mark and CRLF, so that a spreadsheet opens it directly, 0600.
 *
 * @param done called when the file is safe; if it throws, no file is left
 */
export async function writeDeletions(
  tools: Tools,
  path: string,
  plan: Import,
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
  await writeFileAtomically(path, { ...tools.temporary, secret: true, settle: done }, async (writer) => {
    const { language } = tools.terminal;
    await writer.write(`\ufeff${lineOf(columns.map(({ header }) => header[language]))}`);
    for await (const record of await recordsOf(tools, plan)) {
      if (gone.has(record.id)) await writer.write(lineOf(columns.map((column) => cellOf(column, record))));
    }
  });
}

const lineOf = (cells: readonly string[]): string => formatRecord(cells, "\r\n");

const cellOf = <R>({ value }: Column<R>, record: R): string => guardFormula(tableCellOf(value(record)));

/** All records of the plan's kind. */
async function recordsOf(
  tools: Tools,
  { kind }: Import,
): Promise<AsyncIterable<{ readonly id: string }> | Iterable<{ readonly id: string }>> {
  if (kind === "orgs") return (await tools.tenant("orgs")).client.orgs.list();
  if (kind === "devices") return (await tools.tenant("devices")).client.devices.list();
  return (await tools.tenant("users")).client.users.list();
}
