import { SCHEME } from "../../../lib/nouns/scheme.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../kit/change/small-deletion.ts";
import { listColumns } from "../../kit/list/list.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, findSchemeByName } from "../../kit/columns/schemes.ts";

export default defineCommand({
  summary: text("delete permission schemes", "カスタム管理権限スキームを削除する"),
  args: { schemes: { ...SCHEME_ARGUMENT, repeatable: true } },
  options: SMALL_DELETION_OPTIONS,
  examples: [
    { line: "clomoctl roles schemes delete ユーザー登録係 --dry-run" },
    { line: "clomoctl roles schemes delete ユーザー登録係 --confirm-deletions 1" },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: SCHEME_COLUMNS,
  async run(tools, { schemes, ...options }) {
    const chosen = await tools.tenant("roles");
    const { roles } = chosen.client;
    const known = await roles.schemes();
    const records = [...new Set(schemes.map((name) => findSchemeByName(name, known)))];
    await confirmAndDelete(tools, chosen, options, {
      columns: listColumns(tools.terminal, SCHEME_COLUMNS, SCHEME.usual),
      records,
      names: records.map(({ name }) => name),
      counted: { noun: text("scheme", "スキーム"), count: records.length },
      remove: (dryRun) => roles.deleteSchemes({ ids: records.map(({ id }) => id), dryRun }),
    });
  },
});
