import { text } from "../../lib/text/index.ts";
import { RECORDED_FIELDS } from "../../lib/nouns/renewal.ts";
import { defineCommand } from "../kit/command.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { confirmChange } from "../kit/permission.ts";
import { resolveTimezone } from "../kit/tools.ts";
import { ITEM_COLUMNS, showItem, ITEM_ARGUMENT, findItem } from "../kit/items/columns.ts";
import { ITEM_OPTIONS } from "../kit/items/options.ts";
import { readItemOptions } from "../kit/items/read-options.ts";

const edit = defineCommand({
  summary: text("change a recorded item", "登録した項目を変更する"),
  details: text(
    "Options that you omit change nothing. An empty value (--owner '') clears a value. After you set a date, the date in the recorded file is no longer used. To record a new file or a login: `renewals renew`.",
    "指定しない項目は変わりません。空の値(--owner '')を指定すると、その値を消します。期限を指定すると、登録済みのファイルの期限は使わなくなります。新しいファイルやログインの登録には `renewals renew` を使います。",
  ),
  args: { item: ITEM_ARGUMENT },
  options: {
    name: { kind: "string", value: "NAME", about: text("new name of the item", "新しい名前") },
    ...ITEM_OPTIONS,
  },
  anyOf: [["name", ...Object.keys(ITEM_OPTIONS)]],
  examples: [{ line: "clomoctl renewals edit example.jp --expires 2028-03-31 --owner ''" }],
  exits: ["input-rejected", "not-found", "locked"],
  shows: ITEM_COLUMNS,
  async run(tools, { item: typed, name, ...options }) {
    const tenant = await tools.tenant("renewals");
    const before = await findItem(tenant.client, typed);
    await requireFreeTextConfirmation(tools, RECORDED_FIELDS, { ...options, name });
    const said = readItemOptions(options, resolveTimezone(tools, tenant));
    const change = { ...said, ...(name === undefined ? {} : { name }) };
    const after = await tenant.client.renewals.edit(before.id, change);
    await showItem(tools, tenant, after);
  },
});

const remove = defineCommand({
  summary: text("delete a renewal item and its reminder records", "年次更新・期限の項目と、その通知の記録を削除する"),
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

export default { edit, remove };
