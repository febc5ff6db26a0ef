import { commandName, line } from "../../lib/advice/index.ts";
import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN, refuseNothing, valueOptions, valuesOf } from "../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../records/written.ts";
import { USER_ARGUMENT, USER_COLUMNS, userNamed } from "./columns.ts";
import { USER_WRITTEN, warnOfKana } from "./written.ts";

export default defineCommand({
  summary: text("change a user", "ユーザーを変更する"),
  details: [
    text(
      `What is not given stays; an empty value (--title '') removes one. --email names all addresses, the main one first. The name of a CLOMO account can be changed, but never cleared. Another organisation: ${line("users move", [])}.`,
      `指定しないものは変わりません。空の値(--title '')で消せます。--email にはアドレスを「メイン」から順にすべて指定します。CLOMO アカウント名は変更できますが、消すことはできません。所属組織の変更: ${line("users move", [])}`,
    ),
  ],
  args: { user: USER_ARGUMENT },
  options: { ...valueOptions(USER.fields, { without: ["org"] }), dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl users edit hanako.yamazaki@example.jp --title 課長" },
    { line: "clomoctl users edit A0002 --tel '' --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { user, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const values = await valuesOf(USER.fields, options);
    refuseNothing(values, commandName("users edit"));
    const { client } = await tools.tenant("users");
    const { id } = await userNamed(client, user);
    tools.describeState(() => WHILE_WRITING);
    const written = await client.users.edit(id, { ...values, dryRun });
    await showWritten(tools, written, USER_WRITTEN);
    await warnOfKana(tools, values["nameKana"]);
  },
});
