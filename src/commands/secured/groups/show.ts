import type { App, SecuredUser } from "../../../lib/client/index.ts";
import { counted, joined, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { firstOf, LIMIT, listColumns } from "../../listing/list.ts";
import { APP } from "../app.ts";
import { securedUserColumns } from "../users/columns.ts";
import { managerOf } from "../users/roles.ts";
import { GROUP_ARGUMENT, GROUP_HELP, groupNamed } from "./columns.ts";

/** What tells a user of a group. */
const USUAL = ["userId", "name", "role"];

export default defineCommand({
  summary: text("show the users of a SECURED APPs group", "SECURED APPs のグループに所属するユーザーを表示する"),
  details: [
    text(
      "All users in it by ユーザーID, each with his role, and how many have which. Administrators of SECURED APPs MANAGER may be among them.",
      "所属するユーザーをユーザーID 順に、それぞれの権限と、権限ごとの人数とともに表示します(SECURED APPs MANAGER の管理者も含みます)。",
    ),
    ...GROUP_HELP,
  ],
  args: { group: GROUP_ARGUMENT },
  options: { app: APP, limit: LIMIT },
  examples: [{ line: "clomoctl secured groups show 営業 --app docs" }],
  exits: ["not-found"],
  async run(tools, { group: typed, app, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const { name, users } = groupNamed(app, typed, await client.secured.groups(app));
    const columns = listColumns(terminal, securedUserColumns(app, terminal), USUAL);
    const roles = new Map<SecuredUser["role"], number>();
    const members = client.secured.list(app, { group: name });
    await terminal.list(columns, counting(firstOf(members, limit), roles));
    const told = joined(
      [...roles].map(([role, count]) => numberOf(app, role, count)),
      text(", ", "、"),
    );
    const size = text(`${name}: ${counted(users, "user")}`, `${name}: ${users} 人`);
    const shown = [...roles.values()].reduce((sum, count) => sum + count, 0);
    if (shown === 0) return terminal.note(size);
    const among = shown < users ? text(`; of the first ${shown}`, `、先頭の ${shown} 人のうち`) : text("", "");
    await terminal.note(text(`${size.en}${among.en}: ${told.en}`, `${size.ja}${among.ja}: ${told.ja}`));
  },
});

/** How many have a role, as the app calls it. */
function numberOf(app: App, role: SecuredUser["role"], count: number): Text {
  if (role === "administrator") return text(counted(count, "administrator"), `管理者 ${count} 人`);
  if (role === "user") return text(counted(count, "ordinary user"), `一般ユーザー ${count} 人`);
  const { en, ja } = managerOf(app);
  return text(counted(count, en), `${ja} ${count} 人`);
}

/** Users, counting their roles as they pass. */
async function* counting(
  users: AsyncIterable<SecuredUser> | Iterable<SecuredUser>,
  roles: Map<SecuredUser["role"], number>,
): AsyncGenerator<SecuredUser> {
  for await (const user of users) {
    roles.set(user.role, (roles.get(user.role) ?? 0) + 1);
    yield user;
  }
}
