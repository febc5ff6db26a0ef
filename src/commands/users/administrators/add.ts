import { text } from "../../../lib/text/index.ts";
import { ADD_COMMAND, addMarks, MARKING_OPTIONS, createMarkArgument } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { USER_LOOKUP } from "../columns.ts";

export default defineCommand({
  ...ADD_COMMAND,
  args: {
    users: createMarkArgument(
      text("ID, email address, employee code or account name", "ID・メールアドレス・社員コード・CLOMO アカウント名"),
    ),
  },
  options: { ...MARKING_OPTIONS },
  examples: [
    { line: "clomoctl users administrators add taro.yamada@example.co.jp" },
    { line: "clomoctl users administrators add --none" },
  ],
  run: (tools, given) =>
    addMarks(tools, "users", given, async (names) => {
      const { client } = await tools.tenant("users");
      const ids: string[] = [];
      for (const name of names) ids.push(requireSingleMatch(name, await client.users.find({ name }), USER_LOOKUP).id);
      return ids;
    }),
});
