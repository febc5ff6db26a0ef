import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_DETAIL_COLUMNS } from "../../lib/plan/columns.ts";
import { findImport, ID_ARGUMENT, OPEN_STATES } from "./plan/find.ts";
import { buildRowsCommand } from "../../lib/plan/describe.ts";
import { showPlan } from "./plan/show.ts";
import { listProblems } from "./plan/problems.ts";

export default defineCommand({
  summary: text("compare a plan with the tenant's current state again", "計画を現在のテナントともう一度比較する"),
  args: { id: ID_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl imports replan last" }],
  exits: ["input-rejected", "conflict", "not-found", "partial"],
  shows: IMPORT_DETAIL_COLUMNS,
  async run(tools, { id }) {
    const { client } = await tools.tenant("imports");
    const found = await findImport(client, id, OPEN_STATES);
    const plan = await client.imports.replan(found.id, {}, tools.signal);
    const problems = await listProblems(tools.terminal, client, plan);
    await showPlan(tools, plan, { allRows: buildRowsCommand(plan), whole: problems.whole });
    if (!plan.rejected) {
      const next = line("imports commit", [plan.number]);
      await tools.terminal.note(step("to commit the plan", "計画を適用するには", next));
    }
    await tools.terminal.show(IMPORT_DETAIL_COLUMNS, plan);
    if (plan.rejected) return "input-rejected";
    return plan.invalid > 0 ? "partial" : undefined;
  },
});
