import { line, step } from "../../lib/advice/index.ts";
import type { Import } from "../../lib/client/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Tools } from "../tools.ts";
import { IMPORT_DETAIL_COLUMNS } from "../../lib/plan/columns.ts";
import { findImport, ID_ARGUMENT, OPEN_STATES } from "./plan/find.ts";
import { NOTHING_CHANGED } from "./plan/pending-plan.ts";
import { buildRowsCommand, describeDifference } from "../../lib/plan/describe.ts";
import { showPlan } from "./plan/show.ts";
import { listProblems } from "./plan/problems.ts";

/** Returns that an approval of the plan before does not cover the plan as it is now. */
const describeApproval = async ({ outputs }: Tools, { number }: Import): Promise<Text> => {
  const workbook = line("imports show", [number], { report: await outputs.freeName("plan.xlsx") });
  return text(
    `a workbook that was written before shows the former plan; if that plan was approved, it needs approval again: ${workbook}`,
    `以前に書き出したブックの内容は前の計画です。承認を受けていた場合は、もう一度承認を受けてください: ${workbook}`,
  );
};

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
    tools.describeState(() => NOTHING_CHANGED);
    const plan = await client.imports.replan(found.id, {}, tools.signal);
    const problems = await listProblems(tools.terminal, client, plan);
    for (const told of describeDifference(plan)) await tools.terminal.note(told);
    await showPlan(tools, plan, { allRows: buildRowsCommand(plan), whole: problems.whole });
    if (!plan.rejected) {
      if ((plan.difference?.count ?? 0) > 0) await tools.terminal.warn(await describeApproval(tools, plan));
      const next = line("imports commit", [plan.number]);
      await tools.terminal.note(step("to commit the plan", "計画を適用するには", next));
    }
    await tools.terminal.show(IMPORT_DETAIL_COLUMNS, plan);
    if (plan.rejected) return "input-rejected";
    return plan.invalid > 0 ? "partial" : undefined;
  },
});
