import { text } from "../../../lib/text/index.ts";
import { ADD, addMarks, MARKING, toMark } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { USER_NAMES } from "../columns.ts";

export default defineCommand({
  ...ADD,
  args: {
    users: toMark(
      text("id, mail address, employee code or account name", "ID・メールアドレス・社員コード・CLOMO アカウント名"),
    ),
  },
  options: { ...MARKING },
  examples: [
    { line: "clomoctl users administrators add taro.yamada@example.co.jp" },
    { line: "clomoctl users administrators add --none" },
  ],
  run: (tools, given) =>
    addMarks(tools, "users", given, async (names) => {
      const { client } = await tools.tenant("users");
      const ids: string[] = [];
      for (const name of names) ids.push(theOne(name, await client.users.find({ name }), USER_NAMES).id);
      return ids;
    }),
});
