import { text } from "../../../lib/text/index.ts";
import {
  ADMINISTRATOR_COLUMNS,
  MARKING,
  MARKING_HELP,
  namesOf,
  refuseNone,
  showMarks,
} from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { USER_NAMES } from "../columns.ts";

export default defineCommand({
  summary: text("mark users as administrators", "ユーザーを管理者として指定する"),
  details: MARKING_HELP,
  args: {
    users: {
      kind: "string",
      value: "USER",
      repeatable: true,
      about: text(
        "id, mail address, employee code or account name",
        "ID・メールアドレス・社員コード・CLOMO アカウント名",
      ),
    },
  },
  options: { ...MARKING },
  examples: [
    { line: "clomoctl users administrators add taro.yamada@example.co.jp" },
    { line: "clomoctl users administrators add --none" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ADMINISTRATOR_COLUMNS,
  async run(tools, { users, file, none }) {
    const names = await namesOf(tools, { names: users, file, none });
    const { client } = await tools.tenant("administrators", "users");
    refuseNone(none, await client.administrators.list("users"));
    const ids: string[] = [];
    for (const name of names) ids.push(theOne(name, await client.users.find({ name }), USER_NAMES).id);
    tools.describeState(() => text("they may have been marked", "指定されている可能性があります"));
    await showMarks(tools, await client.administrators.mark("users", { add: ids }));
  },
});
