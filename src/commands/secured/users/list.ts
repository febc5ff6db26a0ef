import { line, step } from "../../../lib/advice/index.ts";
import type { SecuredUser } from "../../../lib/client/index.ts";
import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { FILTER_OPTIONS, isDefaultTable, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserColumns } from "./columns.ts";

export default defineCommand({
  summary: text("list SECURED APPs users", "SECURED APPs のユーザーを一覧する"),
  args: {},
  options: {
    app: APP_OPTION,
    sort: {
      kind: "choice",
      choices: ["user-id", "name"],
      default: "user-id",
      about: text("field to sort by", "並べ替えの基準"),
    },
    desc: { kind: "boolean", about: text("sort in descending order", "降順にする") },
    ...FILTER_OPTIONS,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl secured users list --app docs" },
    { line: "clomoctl secured users list --app calendar --sort name --desc --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { app, ...query }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const columns = listColumns(terminal, buildSecuredUserColumns(app, terminal), SECURED_USER.usual);
    const shown = { administrators: 0 };
    await terminal.list(columns, countAdministrators(client.secured.list(app, query), shown));
    if (shown.administrators === 0 || !isDefaultTable(terminal)) return;
    const apart = line("secured administrators list", [], { app });
    await terminal.note(
      step(
        `${shown.administrators} of these users ${shown.administrators === 1 ? "is an administrator" : "are administrators"} (exports do not contain administrators, and imports and edits do not change them); to list the administrators`,
        `うち ${shown.administrators} 人は管理者です(エクスポートされず、インポートや編集で変わりません)。管理者の一覧`,
        apart,
      ),
    );
  },
});

async function* countAdministrators(
  users: AsyncIterable<SecuredUser> | Iterable<SecuredUser>,
  count: { administrators: number },
): AsyncGenerator<SecuredUser> {
  for await (const user of users) {
    if (user.administrator) count.administrators += 1;
    yield user;
  }
}
