import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_DETAIL_COLUMNS } from "../../lib/plan/columns.ts";
import { findImport, IMPORT_ARGUMENT, OPEN_STATES } from "./plan/find.ts";

export default defineCommand({
  summary: text("discard a plan without changing the tenant", "計画を破棄する(テナントは変更しない)"),
  args: { id: IMPORT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl imports discard P12" }],
  exits: ["conflict", "not-found"],
  shows: IMPORT_DETAIL_COLUMNS,
  async run(tools, { id }) {
    const { client, requireChangePermission } = await tools.tenant("imports");
    const found = await findImport(client, id, OPEN_STATES);
    await requireChangePermission();
    await tools.terminal.show(IMPORT_DETAIL_COLUMNS, await client.imports.discard(found.id));
    const { number, fileName } = found;
    await tools.terminal.note(
      text(
        `plan ${number} (${fileName}) was discarded; the tenant was not changed`,
        `計画 ${number}(${fileName})を破棄しました。テナントは変更していません`,
      ),
    );
  },
});
