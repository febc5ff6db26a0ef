import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS } from "../../deletion/options.ts";
import { runDeletion } from "../../deletion/run.ts";
import { RESULT_COLUMNS } from "../../../lib/plan/columns.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserKind } from "./columns.ts";

export default defineCommand({
  summary: text("delete SECURED APPs users", "SECURED APPs のユーザーを削除する"),
  // only an administrator sees the Users screen. @see facts 6.6, 6.7
  details: [...DELETION_HELP],
  args: {
    users: {
      kind: "string",
      value: "USER",
      repeatable: true,
      about: text("ユーザーID or ID of the user", "ユーザーID か ID"),
    },
  },
  options: { app: APP_OPTION, ...DELETION_OPTIONS },
  anyOf: [["users", "file"]],
  examples: [
    { line: "clomoctl secured users delete taro --app docs --confirm-deletions 1" },
    { line: "clomoctl secured users delete --file users.txt --app docs --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { users, app, file, ...options }) =>
    runDeletion(tools, {
      kind: app,
      from: { names: users, file },
      options,
      async found() {
        const { client } = await tools.tenant("secured");
        return {
          ...buildSecuredUserKind(app),
          find: (name) => client.secured.find(app, { name }),
        };
      },
    }),
});
