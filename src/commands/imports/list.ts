import type { Import } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { IMPORT_LIST_COLUMNS, DEFAULT_LIST_COLUMNS } from "../../lib/plan/columns.ts";

/** The states of plans that were never committed and cannot be committed any more. */
const ENDED_STATES: ReadonlySet<Import["state"]> = new Set(["discarded", "failed"]);

export default defineCommand({
  summary: text("list imports, newest first", "インポートを新しい順に一覧する"),
  args: {},
  options: {
    limit: LIMIT_OPTION,
    all: {
      kind: "boolean",
      about: text("also list plans that were never committed", "適用しなかった計画も表示する"),
    },
  },
  examples: [{ line: "clomoctl imports list" }, { line: "clomoctl imports list --format json --fields number,state" }],
  exits: ["not-found", "locked"],
  async run(tools, { limit, all }) {
    const { client } = await tools.tenant("imports");
    const imports = await client.imports.list();
    const shown = all ? imports : imports.filter(({ state }) => !ENDED_STATES.has(state));
    await tools.terminal.list(
      listColumns(tools.terminal, IMPORT_LIST_COLUMNS, DEFAULT_LIST_COLUMNS),
      limitRecords(shown, limit),
    );
  },
});
