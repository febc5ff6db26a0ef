import { line } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { MARKED_ARGUMENT, REMOVE_COMMAND, removeMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  ...REMOVE_COMMAND,
  args: {
    users: {
      ...MARKED_ARGUMENT,
      about: text(
        "ID, email address, employee code or account name",
        "ID・メールアドレス・社員コード・CLOMO アカウント名",
      ),
    },
  },
  options: {},
  examples: [{ line: "clomoctl users administrators remove taro.yamada@example.co.jp" }],
  run: (tools, { users }) =>
    removeMarks(tools, "users", users, line("users administrators list", []), async (name) => {
      const { client } = await tools.tenant("users");
      return (await client.users.find({ name })).map(({ id }) => id);
    }),
});
