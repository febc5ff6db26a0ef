import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS, USER_FILE_OPTIONS } from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { buildFindableUsers, USER_ARGUMENT } from "./columns.ts";

export default defineCommand({
  summary: text("delete users", "ユーザーを削除する"),
  details: [...DELETION_HELP],
  args: {
    users: { ...USER_ARGUMENT, required: undefined, repeatable: true, value: "USER" },
  },
  options: { ...DELETION_OPTIONS, ...USER_FILE_OPTIONS },
  anyOf: [["users", "file"]],
  examples: [
    { line: "clomoctl users delete hanako.yamazaki@example.jp A0003 --confirm-deletions 2" },
    { line: "clomoctl users delete --file 退職者.xlsx --sheet 3月 --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { users, file, encoding, sheet, ...options }) =>
    runDeletion(tools, {
      kind: "users",
      from: { names: users, file, encoding, sheet },
      options,
      async found() {
        const { client } = await tools.tenant("users");
        return buildFindableUsers(client);
      },
    }),
});
