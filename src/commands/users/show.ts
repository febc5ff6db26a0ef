import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { USER_ARGUMENT, USER_COLUMNS, findUser } from "./columns.ts";

export default defineCommand({
  summary: text("show one user", "ユーザーを 1 人表示する"),
  args: { user: USER_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl users show hanako.yamazaki@example.jp" },
    { line: "clomoctl users show A0002 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { user }) {
    const { client } = await tools.tenant("users");
    await tools.terminal.show(USER_COLUMNS, await findUser(client, user, tools.globals.as));
  },
});
