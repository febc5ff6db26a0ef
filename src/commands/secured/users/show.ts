import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { APP } from "../app.ts";
import { nearSecuredUsers, SECURED_USER_ARGUMENT, securedUserColumns, securedUserNames } from "./columns.ts";

export default defineCommand({
  summary: text("show one SECURED APPs user", "SECURED APPs のユーザーを 1 人表示する"),
  args: { user: SECURED_USER_ARGUMENT },
  options: { app: APP },
  examples: [{ line: "clomoctl secured users show taro --app docs" }],
  exits: ["not-found"],
  async run(tools, { user: name, app }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const found = await client.secured.find(app, { name });
    const near = found.length > 0 ? [] : await nearSecuredUsers(client, app, name);
    const user = theOne(name, found, securedUserNames(app), near);
    await terminal.show(securedUserColumns(app, terminal), user);
  },
});
