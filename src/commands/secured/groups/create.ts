import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { showWrittenRecord } from "../../records/change-result.ts";
import { APP_OPTION } from "../app.ts";
import { GROUP_COLUMNS, GROUP_RESULT_LAYOUT } from "./columns.ts";

export default defineCommand({
  summary: text("create a SECURED APPs group", "SECURED APPs のグループを作成する"),
  args: { name: { kind: "string", required: true, about: text("name of the new group", "グループ名") } },
  options: { app: APP_OPTION, dryRun: DRY_RUN_OPTION },
  examples: [{ line: "clomoctl secured groups create 営業三部 --app docs" }],
  exits: ["input-rejected", "not-permitted", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { name, app, dryRun }) {
    const { client } = await tools.tenant("secured");
    await showWrittenRecord(tools, await client.secured.createGroup(app, { name, dryRun }), GROUP_RESULT_LAYOUT);
  },
});
