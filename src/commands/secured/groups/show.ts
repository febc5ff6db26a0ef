import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { formatCount, joinTexts, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserColumns } from "../users/columns.ts";
import { getManagerTitle } from "../users/roles.ts";
import { GROUP_ARGUMENT, findGroup } from "./columns.ts";

const DEFAULT_MEMBER_COLUMNS = ["userId", "name", "role"];

export default defineCommand({
  summary: text("show the users of a SECURED APPs group", "SECURED APPs のグループに所属するユーザーを表示する"),
  details: [
    text(
      "Lists all users of the group by ユーザーID with their roles, and counts the users of each role, including administrators of SECURED APPs MANAGER.",
      "所属するユーザーをユーザーID 順に、それぞれの権限と、権限ごとの人数とともに表示します(SECURED APPs MANAGER の管理者も含みます)。",
    ),
  ],
  args: { group: GROUP_ARGUMENT },
  options: { app: APP_OPTION, limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl secured groups show 営業 --app docs" }],
  exits: ["not-found"],
  async run(tools, { group: typed, app, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const { name, users } = findGroup(app, typed, await client.secured.groups(app));
    const columns = listColumns(terminal, buildSecuredUserColumns(app, terminal), DEFAULT_MEMBER_COLUMNS);
    const roles = new Map<SecuredUser["role"], number>();
    const members = client.secured.list(app, { group: name });
    await terminal.list(columns, countRoles(limitRecords(members, limit), roles));
    const told = joinTexts(
      [...roles].map(([role, count]) => describeRoleCount(app, role, count)),
      text(", ", "、"),
    );
    const size = text(`${name}: ${formatCount(users, "user")}`, `${name}: ${users} 人`);
    const shown = [...roles.values()].reduce((sum, count) => sum + count, 0);
    if (shown === 0) return terminal.note(size);
    const among = shown < users ? text(`; among the first ${shown}`, `、先頭の ${shown} 人のうち`) : text("", "");
    await terminal.note(text(`${size.en}${among.en}: ${told.en}`, `${size.ja}${among.ja}: ${told.ja}`));
  },
});

function describeRoleCount(app: App, role: SecuredUser["role"], count: number): Text {
  if (role === "administrator") return text(formatCount(count, "administrator"), `管理者 ${count} 人`);
  if (role === "user") return text(formatCount(count, "ordinary user"), `一般ユーザー ${count} 人`);
  const { en, ja } = getManagerTitle(app);
  return text(formatCount(count, en), `${ja} ${count} 人`);
}

async function* countRoles(
  users: AsyncIterable<SecuredUser> | Iterable<SecuredUser>,
  roles: Map<SecuredUser["role"], number>,
): AsyncGenerator<SecuredUser> {
  for await (const user of users) {
    roles.set(user.role, (roles.get(user.role) ?? 0) + 1);
    yield user;
  }
}
