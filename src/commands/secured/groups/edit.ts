import { counted, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN } from "../../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { GROUP_ARGUMENT, GROUP_COLUMNS, GROUP_HELP, groupNamed, GROUP_WRITTEN } from "./columns.ts";

export default defineCommand({
  summary: text("rename a SECURED APPs group", "SECURED APPs のグループの名前を変更する"),
  details: [
    text(
      "Its users stay in it: their グループ名 is changed with it, all in one step.",
      "所属するユーザーはそのままで、各ユーザーの「グループ名」も同時に変わります。",
    ),
    ...GROUP_HELP,
  ],
  args: { group: GROUP_ARGUMENT },
  options: {
    app: APP,
    name: { kind: "string", value: "NEW", required: true, about: text("the new name", "新しい名前") },
    dryRun: DRY_RUN,
  },
  examples: [{ line: "clomoctl secured groups edit 営業 --name 営業本部 --app docs" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: GROUP_COLUMNS,
  async run(tools, { group, app, name, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "secured.write");
    const { client } = await tools.tenant("secured");
    const { id, users } = groupNamed(app, group, await client.secured.groups(app));
    tools.describeState(() => WHILE_WRITING);
    const written = await client.secured.editGroup({ app, id }, { name, dryRun });
    await showWritten(tools, written, GROUP_WRITTEN);
    if (users > 0 && written.before?.name !== written.after.name) {
      await tools.terminal.note(
        text(
          `${counted(users, "user")} in it: their グループ名 is the new one`,
          `所属するユーザー ${users} 人の「グループ名」も変わります`,
        ),
      );
    }
  },
});
