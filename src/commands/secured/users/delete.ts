import { FILTERS } from "../../listing/list.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS } from "../../deletion/options.ts";
import { runDeletion } from "../../deletion/run.ts";
import { RESULT_COLUMNS } from "../../../lib/plan/columns.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { nearSecuredUsers, securedUserNames } from "./columns.ts";

export default defineCommand({
  summary: text("delete SECURED APPs users", "SECURED APPs のユーザーを削除する"),
  // @see facts 6.6, 6.7: only an administrator sees the Users screen
  details: [
    ...DELETION_HELP,
    text(
      "Filters take every user that they find, as 「全ユーザー XXX 名を選択する。」 does in the console beyond the 20 of a page. Administrators are never deleted: filters leave them, and list them apart. In the console only an administrator (管理者) sees the Users screen, no ファイル管理者 and no グループ管理者.",
      "絞り込みは、管理画面で 20 件を超えて「全ユーザー XXX 名を選択する。」を選んだときと同じく、当てはまるすべてのユーザーを対象にします。管理者は削除しません。絞り込みに含まれていても残し、別に示します。管理画面の「Users」画面を開けるのは管理者だけで、ファイル管理者とグループ管理者は開けません。",
    ),
  ],
  args: {
    users: {
      kind: "string",
      value: "USER",
      repeatable: true,
      names: "secured-users",
      about: text("user id (ユーザーID) or id", "ユーザーID か ID"),
    },
  },
  options: { app: APP, ...FILTERS, ...DELETION_OPTIONS },
  examples: [
    { line: "clomoctl secured users delete taro --app docs --confirm-deletions 1" },
    { line: "clomoctl secured users delete --filter-id test --app docs --dry-run" },
  ],
  exits: DELETION_EXITS,
  shows: RESULT_COLUMNS,
  run: (tools, { users, app, filterName, filterId, file, ...options }) =>
    runDeletion(tools, {
      kind: app,
      names: users,
      file,
      filters: { filterName, filterId },
      options,
      async found() {
        await requireRight(tools, "secured.write");
        const { client } = await tools.tenant("secured");
        return {
          ...securedUserNames(app),
          find: (name) => client.secured.find(app, { name }),
          near: (name) => nearSecuredUsers(client, app, name),
          every: () => client.secured.list(app),
          knownBy: ({ id, userId }) => ({ exact: [id, userId] }),
        };
      },
    }),
});
