import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { zoneOf } from "../tools.ts";
import { IMPORT_DETAILS, importDetails } from "./plan/columns.ts";
import { findImport, ID_ARGUMENT, OPEN } from "./plan/find.ts";

export default defineCommand({
  summary: text("discard a plan; the tenant is left unchanged", "計画を破棄する(テナントは変更しない)"),
  args: { id: ID_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl imports discard 12" }],
  exits: ["conflict", "not-found"],
  shows: IMPORT_DETAILS,
  async run(tools, { id }) {
    const chosen = await tools.tenant("imports");
    const { client, permitChange } = chosen;
    const found = await findImport(client, id, OPEN);
    await permitChange();
    await tools.terminal.show(importDetails(zoneOf(tools, chosen)), await client.imports.discard(found.id));
  },
});
