import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { buildNextSteps } from "../next.ts";
import { FACT_COLUMNS, toAdeFacts, printEndpoint } from "../shown.ts";

export default defineCommand({
  summary: text("show the endpoint of Apple's services", "接続先を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl ade endpoint show" }],
  exits: [],
  async run(tools) {
    const { client } = await tools.tenant("ade");
    const ade = await client.ade.show();
    await tools.terminal.show(FACT_COLUMNS.slice(0, 4), toAdeFacts(ade));
    if (ade.endpoint !== null) return;
    await printEndpoint(tools, ade);
    for (const one of buildNextSteps(ade, tools.clock.now().getTime()))
      if (one.line !== undefined) await tools.terminal.note(one);
  },
});
