import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import {
  excludeFilters,
  DELETION_EXITS,
  DELETION_HELP,
  DELETION_OPTIONS,
  USER_FILE_OPTION,
} from "../deletion/options.ts";
import { runDeletion } from "../deletion/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { buildFindableUsers, USER_ARGUMENT, USER_FILTERS } from "./columns.ts";

export default defineCommand({
  summary: text("delete users", "ユーザーを削除する"),
  details: [...DELETION_HELP],
  args: {
    users: { ...USER_ARGUMENT, required: undefined, repeatable: true, value: "USER" },
  },
  options: { ...USER_FILTERS, ...DELETION_OPTIONS, file: USER_FILE_OPTION },
  anyOf: [["users", "file", ...Object.keys(USER_FILTERS)]],
  excludes: excludeFilters("users", USER_FILTERS),
  examples: [
    { line: "clomoctl users delete hanako.yamazaki@example.jp A0003 --confirm-deletions 2" },
    {
      line: "clomoctl users delete --file leavers.txt --dry-run",
      about: text("a list with one user per line", "1 行に 1 人ずつ書いた一覧から"),
    },
    { line: "clomoctl users delete --search 山田 --dry-run" },
  ],
  exits: DELETION_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { users, org, direct, search, filterName, filterId, file, ...options }) =>
    runDeletion(tools, {
      kind: "users",
      names: users,
      file,
      filters: { org, direct: direct ? true : undefined, search, filterName, filterId },
      options,
      async found() {
        const { client } = await tools.tenant("users");
        return buildFindableUsers(client);
      },
    }),
});
