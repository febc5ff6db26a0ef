import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { APP_OPTION } from "../app.ts";
import { SECURED_USER_ARGUMENT, buildSecuredUserColumns, buildSecuredUserKind } from "./columns.ts";

export default defineCommand({
  summary: text("show a SECURED APPs user", "SECURED APPs のユーザーを 1 人表示する"),
  args: { user: SECURED_USER_ARGUMENT },
  options: { app: APP_OPTION },
  examples: [{ line: "clomoctl secured users show taro --app docs" }],
  exits: ["not-found"],
  async run(tools, { user: name, app }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const found = await client.secured.find(app, { name });
    const user = requireSingleMatch(name, found, buildSecuredUserKind(app));
    await terminal.show(buildSecuredUserColumns(app, terminal), user);
  },
});
