import { line, step } from "../../../lib/advice/index.ts";
import type { SecuredUser } from "../../../lib/client/index.ts";
import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { FILTERS, firstOf, isUsualTable, LIMIT, listColumns } from "../../listing/list.ts";
import { APP } from "../app.ts";
import { securedUserColumns } from "./columns.ts";

export default defineCommand({
  summary: text("list SECURED APPs users", "SECURED APPs のユーザーを一覧する"),
  args: {},
  options: {
    app: APP,
    sort: {
      kind: "choice",
      choices: ["user-id", "name"],
      default: "user-id",
      about: text("the field to sort by", "並べ替えの基準"),
    },
    desc: { kind: "boolean", about: text("sort in descending order", "降順にする") },
    ...FILTERS,
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl secured users list --app docs" },
    { line: "clomoctl secured users list --app calendar --sort name --desc --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { app, limit, ...query }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const columns = listColumns(terminal, securedUserColumns(app, terminal), SECURED_USER.usual);
    const shown = { administrators: 0 };
    await terminal.list(columns, counting(firstOf(client.secured.list(app, query), limit), shown));
    if (shown.administrators === 0 || !isUsualTable(terminal)) return;
    const apart = line("secured administrators list", [], { app });
    await terminal.note(
      step(
        `${shown.administrators} of them ${shown.administrators === 1 ? "is an administrator" : "are administrators"}, whom no export has, and no import or edit changes`,
        `うち ${shown.administrators} 人は管理者です(エクスポートされず、インポートや編集で変わりません)`,
        apart,
      ),
    );
  },
});

/** Users, counting the administrators among them as they pass. */
async function* counting(
  users: AsyncIterable<SecuredUser> | Iterable<SecuredUser>,
  count: { administrators: number },
): AsyncGenerator<SecuredUser> {
  for await (const user of users) {
    if (user.administrator) count.administrators += 1;
    yield user;
  }
}
