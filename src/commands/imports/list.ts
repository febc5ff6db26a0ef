import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { noteFailedJobs } from "../jobs/recorder.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { IMPORT_LIST_COLUMNS, DEFAULT_LIST_COLUMNS } from "../../lib/plan/columns.ts";

const IMPORT_JOB = /^(?:[\w-]+ )+import |^console sync /;

export default defineCommand({
  summary: text("list imports, newest first", "インポートを新しい順に一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl imports list" }, { line: "clomoctl imports list --format json --fields number,state" }],
  exits: ["not-found", "locked"],
  async run(tools, { limit }) {
    const { client, context } = await tools.tenant("imports");
    const shown = (await client.imports.list()).filter(({ state }) => state !== "discarded");
    await tools.terminal.list(
      listColumns(tools.terminal, IMPORT_LIST_COLUMNS, DEFAULT_LIST_COLUMNS),
      limitRecords(shown, limit),
    );
    await noteFailedJobs(tools, context, IMPORT_JOB);
  },
});
