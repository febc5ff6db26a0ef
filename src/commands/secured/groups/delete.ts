import { line } from "../../../lib/advice/index.ts";
import type { App, Client, SecuredGroup, SecuredUser } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { SECURED_GROUP } from "../../../lib/model/secured-user.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { deleteFew, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../deletion/small.ts";
import { listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { getManagerTitle } from "../users/roles.ts";
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
    await deleteFew(tools, chosen, options, {
      columns: listColumns(tools.terminal, GROUP_COLUMNS, SECURED_GROUP.usual),
      records,
      names: records.map(({ name }) => name),
      counted: { noun: text("group", "グループ"), count: records.length },
      also: text(`memberships that end: ${memberships}`, `外れる所属: ${memberships} 件`),
      warnings: await describeManagersWithoutGroup(client, app, records),
      remove: (dryRun) => client.secured.deleteGroups(app, { ids: records.map(({ id }) => id), memberships, dryRun }),
    });
  },
});

const MAX_NAMED_MANAGERS = 10;

/** Describes which managers would be left without a group; empty if there are none. @see facts 6.7 */
async function describeManagersWithoutGroup(
  { secured }: Client<"secured">,
  app: App,
  groups: readonly SecuredGroup[],
): Promise<readonly Text[]> {
  const going = new Set(groups.map(({ name }) => nameKey(name)));
  const left = new Map<string, SecuredUser>();
  for (const { name, users } of groups) {
    const members = users === 0 ? [] : secured.list(app, { group: name });
    for await (const user of members) {
      const isLeft = user.role === "manager" && user.groups.every((group) => going.has(nameKey(group)));
      if (isLeft) left.set(user.id, user);
    }
  }
  if (left.size === 0) return [];
  const first = [...left.values()].slice(0, MAX_NAMED_MANAGERS);
  const names = [
    ...first.map(({ name, userId }) => `${name} <${userId}>`),
    ...(left.size > MAX_NAMED_MANAGERS ? ["…"] : []),
  ];
  const { en, ja } = getManagerTitle(app);
  const edit = line("secured users edit", ["USER"], { app: app, group: "GROUP" });
  return [
    text(
      `${formatCount(left.size, en)} would be left without a group and could not manage anything: ${names.join(", ")}; to assign another group: ${edit}`,
      `所属するグループがなくなり、何も管理できなくなる${ja}が ${left.size} 人います: ${names.join("、")}。ほかのグループを設定するには: ${edit}`,
    ),
  ];
}
