import { commandName, line } from "../../lib/advice/index.ts";
import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, refuseEmptyChange, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { STATE_UNCHANGED, showWrittenRecord, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { USER_ARGUMENT, USER_COLUMNS, findUser } from "./columns.ts";
import { USER_RESULT_LAYOUT, warnOfNonKatakana } from "./user-result.ts";

export default defineCommand({
  summary: text("change a user", "ユーザーを変更する"),
  details: [
    text(
      `Values that you do not pass do not change; an empty value (--title '') clears a value. --email replaces all addresses (main address first). A CLOMO account name can be changed but not cleared. To change the organisation, use ${line("users move", [])}.`,
      `指定しないものは変わりません。空の値(--title '')で消せます。--email にはアドレスを「メイン」から順にすべて指定します。CLOMO アカウント名は変更できますが、消すことはできません。所属組織を変更するには ${line("users move", [])} を使ってください。`,
    ),
  ],
  args: { user: USER_ARGUMENT },
  options: { ...buildValueOptions(USER.fields, { without: ["org"] }), dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl users edit hanako.yamazaki@example.jp --title 課長" },
    { line: "clomoctl users edit A0002 --tel '' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    const values = await parseValueOptions(USER.fields, options);
    refuseEmptyChange(values, commandName("users edit"));
    const { client } = await tools.tenant("users");
    const { id } = await findUser(client, user, tools.globals.as);
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await client.users.edit(id, { ...values, dryRun });
    await showWrittenRecord(tools, written, USER_RESULT_LAYOUT);
    await warnOfNonKatakana(tools, values["nameKana"]);
  },
});
