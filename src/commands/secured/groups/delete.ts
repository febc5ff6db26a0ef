import { SECURED_GROUP } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../deletion/small-deletion.ts";
import { listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { GROUP_ARGUMENT, GROUP_COLUMNS, findGroup } from "./columns.ts";

export default defineCommand({
  summary: text("delete SECURED APPs groups", "SECURED APPs のグループを削除する"),
  args: { groups: { ...GROUP_ARGUMENT, repeatable: true } },
  options: { app: APP_OPTION, ...SMALL_DELETION_OPTIONS },
  examples: [
    { line: "clomoctl secured groups delete 営業 --app docs --dry-run" },
    { line: "clomoctl secured groups delete 営業 総務 --app docs --confirm-deletions 2" },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: GROUP_COLUMNS,
  async run(tools, { groups, app, ...options }) {
    const chosen = await tools.tenant("secured");
    const { client } = chosen;
    const known = await client.secured.groups(app);
    const records = [...new Set(groups.map((name) => findGroup(app, name, known)))];
    const memberships = records.reduce((sum, { users }) => sum + users, 0);
    await confirmAndDelete(tools, chosen, options, {
      columns: listColumns(tools.terminal, GROUP_COLUMNS, SECURED_GROUP.usual),
      records,
      names: records.map(({ name }) => name),
      counted: { noun: text("group", "グループ"), count: records.length },
      also: text(`memberships to remove: ${memberships}`, `解除するグループへの所属: ${memberships} 件`),
      remove: (dryRun) => client.secured.deleteGroups(app, { ids: records.map(({ id }) => id), dryRun }),
    });
  },
});
