import { MARKED, REMOVE, removeMarks } from "../../administrators/marks.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  ...REMOVE,
  args: { users: MARKED },
  options: {},
  examples: [{ line: "clomoctl users administrators remove taro.yamada@example.co.jp" }],
  run: (tools, { users }) => removeMarks(tools, "users", users, "clomoctl users administrators list"),
});
