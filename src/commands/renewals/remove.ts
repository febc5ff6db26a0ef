import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { ITEM_COLUMNS, showItem } from "./items/columns.ts";
import { confirmChange } from "../permission.ts";

export default defineCommand({
  summary: text(
    "delete a renewal item and the records of its reminders",
    "年次更新・期限の項目と、その通知の記録を削除する",
  ),
  args: { item: ITEM_ARGUMENT },
  options: {},
  examples: [
    {
      line: "clomoctl renewals remove 旧サーバー --yes",
      about: text("delete without confirmation", "確認せずに削除する"),
    },
  ],
  exits: ["not-permitted", "not-found", "conflict", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed }) {
    const { terminal } = tools;
    const tenant = await tools.tenant("renewals");
    const { client, context } = tenant;
    const { id, name } = await findItem(client, typed);
    const message = text(
      `Delete ${name} from the tenant ${context.name}, including the records of its reminders?`,
      `テナント ${context.name} の「${name}」と、その通知の記録を削除しますか?`,
    );
    if (!(await confirmChange(tools, message))) {
      await terminal.note(text("nothing was deleted", "何も削除していません"));
      return;
    }
    const removed = await client.renewals.remove(id);
    await terminal.note(text(`deleted ${name}`, `「${name}」を削除しました`));
    await showItem(tools, tenant, removed);
  },
});
