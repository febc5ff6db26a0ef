import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { listColumns } from "../listing/list.ts";
import { IMPORT_DETAIL_COLUMNS, buildRowColumns, DEFAULT_ROW_COLUMNS } from "../../lib/plan/columns.ts";
import { findImport, IMPORT_ARGUMENT } from "./plan/find.ts";
import { buildRowsCommand, isFromFile } from "../../lib/plan/describe.ts";
import { showPlan } from "./plan/show.ts";
import { listProblems } from "./plan/problems.ts";

export default defineCommand({
  summary: text("show an import and what it changed or would change", "インポートと、その変更内容を表示する"),
  args: { id: IMPORT_ARGUMENT },
  options: {
    rows: {
      kind: "boolean",
      about: text(
        "list the changes of each record (for an uncommitted plan: every row)",
        "変更したデータとその内容を一覧する(未適用の計画では全行)",
      ),
    },
  },
  examples: [
    { line: "clomoctl imports show last" },
    {
      line: "clomoctl imports show 12 --rows --format ndjson",
      about: text("changed records, with old and new values", "変更したデータと、変更前・変更後の値"),
    },
  ],
  exits: ["not-found", "conflict"],
  async run(tools, { id, rows }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("imports");
    const found = await findImport(client, id);
    if (rows) {
      const columns = listColumns(
        terminal,
        buildRowColumns(found.kind, (at) => terminal.moment(at)),
        DEFAULT_ROW_COLUMNS,
      );
      return terminal.list(columns, client.imports.rows(found.id));
    }
    if (found.state === "planned") {
      const problems = isFromFile(found) ? await listProblems(terminal, client, found, found.fileName) : undefined;
      await showPlan(tools, found, { allRows: buildRowsCommand(found), whole: problems?.whole });
    }
    await terminal.show(IMPORT_DETAIL_COLUMNS, found);
  },
});
