import { assessAdeHealth } from "../../lib/derived/ade-health.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { FACT_COLUMNS, showNextStep } from "./status-columns.ts";

export default defineCommand({
  summary: text("show the state of ADE, and what to do next", "ADE の状態と次の操作を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl ade status" }, { line: "clomoctl ade status --format json" }],
  exits: [],
  async run(tools) {
    const { terminal, clock } = tools;
    const { client } = await tools.tenant("ade");
    const ade = await client.ade.show();
    await terminal.show(FACT_COLUMNS, ade);
    for (const { what, line } of assessAdeHealth(ade, clock.now())) await terminal.warn({ why: what, line });
    await showNextStep(tools, ade);
  },
});
