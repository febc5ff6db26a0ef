import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN } from "../../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { GROUP_COLUMNS, GROUP_HELP, GROUP_WRITTEN } from "./columns.ts";

export default defineCommand({
  summary: text("create a SECURED APPs group", "SECURED APPs のグループを作成する"),
  details: GROUP_HELP,
  args: { name: { kind: "string", required: true, about: text("the group's name", "グループ名") } },
  options: { app: APP, dryRun: DRY_RUN },
  examples: [{ line: "clomoctl secured groups create 営業三部 --app docs" }],
  exits: ["input-rejected", "not-permitted", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { name, app, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "secured.write");
    const { client } = await tools.tenant("secured");
    tools.describeState(() => WHILE_WRITING);
    await showWritten(tools, await client.secured.createGroup(app, { name, dryRun }), GROUP_WRITTEN);
  },
});
