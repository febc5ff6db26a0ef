import { ADE_PROFILE } from "../../../lib/model/ade-profile.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { listColumns } from "../../listing/list.ts";
import { buildAssignmentSteps } from "../next.ts";
import { printEndpoint } from "../shown.ts";
import { PROFILE_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list ADE profiles", "ADE プロファイルを一覧する"),
  args: {},
  options: {},
  examples: [
    { line: "clomoctl ade profiles list" },
    { line: "clomoctl ade profiles list --fields name,skipItems,automatic" },
  ],
  exits: ["not-permitted"],
  async run(tools) {
    const { client } = await tools.tenant("ade", "profiles");
    await printEndpoint(tools, await client.ade.show());
    const profiles = await client.profiles.list();
    await tools.terminal.list(listColumns(tools.terminal, PROFILE_COLUMNS, ADE_PROFILE.usual), profiles);
    if (profiles.length > 0 || !tools.terminal.onTerminal) return;
    for (const one of buildAssignmentSteps([])) await tools.terminal.note(one);
  },
});
