import { formatCount, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { showWrittenRecord } from "../../records/change-result.ts";
import { APP_OPTION } from "../app.ts";
import { GROUP_ARGUMENT, GROUP_COLUMNS, findGroup, GROUP_RESULT_LAYOUT } from "./columns.ts";

export default defineCommand({
  summary: text("rename a SECURED APPs group", "SECURED APPs のグループの名前を変更する"),
  details: [
    text(
      "The users remain in the group, and their グループ名 changes in the same step.",
      "所属するユーザーは変わらず、各ユーザーの「グループ名」も同時に変わります。",
    ),
  ],
  args: { group: GROUP_ARGUMENT },
  options: {
    app: APP_OPTION,
    name: { kind: "string", value: "NEW", required: true, about: text("new name of the group", "新しい名前") },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl secured groups edit 営業 --name 営業本部 --app docs" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { group, app, name, dryRun }) {
    const { client } = await tools.tenant("secured");
    const { id, users } = findGroup(app, group, await client.secured.groups(app));
    const written = await client.secured.editGroup({ app, id }, { name, dryRun });
    await showWrittenRecord(tools, written, GROUP_RESULT_LAYOUT);
    if (users > 0 && written.before?.name !== written.after.name) {
      await tools.terminal.note(
        text(
          `this also changes the グループ名 of ${formatCount(users, "user")}`,
          `所属するユーザー ${users} 人の「グループ名」も変わります`,
        ),
      );
    }
  },
});
