import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { USER_ARGUMENT, USER_COLUMNS, findUser } from "./columns.ts";
import { USER_RESULT_LAYOUT } from "./user-result.ts";

const VALUE_OPTIONS = buildValueOptions(USER.fields, { without: ["org"] });

export default defineCommand({
  summary: text("change a user", "ユーザーを変更する"),
  args: { user: USER_ARGUMENT },
  options: { ...VALUE_OPTIONS, dryRun: DRY_RUN_OPTION },
  anyOf: [Object.keys(VALUE_OPTIONS)],
  examples: [
    { line: "clomoctl users edit hanako.yamazaki@example.jp --title 課長" },
    { line: "clomoctl users edit A0002 --tel '' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, dryRun, ...options }) {
    const values = await parseValueOptions(USER.fields, options);
    const { client } = await tools.tenant("users");
    const { id } = await findUser(client, user, tools.globals.as);
    const written = await client.users.edit(id, { ...values, dryRun });
    await showWrittenRecord(tools, written, USER_RESULT_LAYOUT);
  },
});
