import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { APP } from "../app.ts";
import { securedUserColumns, securedUserNames } from "./columns.ts";

export default defineCommand({
  summary: text("show one SECURED APPs user", "SECURED APPs のユーザーを 1 人表示する"),
  args: {
    user: {
      kind: "string",
      required: true,
      names: "secured-users",
      about: text("user id (ユーザーID) or id", "ユーザーID か ID"),
    },
  },
  options: { app: APP },
  examples: [{ line: "clomoctl secured users show taro --app docs" }],
  exits: ["not-found"],
  async run(tools, { user: name, app }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const user = theOne(name, await client.secured.find(app, { name }), securedUserNames(app));
    await terminal.show(securedUserColumns(app), user);
  },
});
