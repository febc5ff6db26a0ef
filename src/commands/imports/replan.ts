import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_DETAILS } from "../../lib/plan/columns.ts";
import { findImport, ID_ARGUMENT, OPEN } from "./plan/find.ts";
import { NOTHING_CHANGED } from "./plan/pending.ts";
import { rowsLine } from "../../lib/plan/describe.ts";
import { showPlan } from "./plan/show.ts";
import { listProblems } from "./plan/problems.ts";

export default defineCommand({
  summary: text("compare a plan with the current tenant again", "計画を現在のテナントと比較し直す"),
  args: { id: ID_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl imports replan last" }],
  exits: ["input-rejected", "conflict", "not-found", "partial"],
  shows: IMPORT_DETAILS,
  async run(tools, { id }) {
    const { client } = await tools.tenant("imports");
    const found = await findImport(client, id, OPEN);
    tools.describeState(() => NOTHING_CHANGED);
    const plan = await client.imports.replan(found.id, tools.signal);
    const problems = await listProblems(tools.terminal, client, plan);
    await showPlan(tools, plan, { allRows: rowsLine(plan), whole: problems.whole });
    if (!plan.rejected) {
      const next = line("imports commit", [plan.number]);
      await tools.terminal.note(step("continue with", "続けるには", next));
    }
    await tools.terminal.show(IMPORT_DETAILS, plan);
    if (plan.rejected) return "input-rejected";
    return plan.invalid > 0 ? "partial" : undefined;
  },
});
