import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezone } from "../tools.ts";
import { findItem, ITEM_ARGUMENT } from "./items/find-item.ts";
import { ITEM_COLUMNS, showItem } from "./items/columns.ts";
import { ITEM_OPTIONS } from "./items/options.ts";
import { confirmItemTexts, readItemOptions } from "./items/read-options.ts";

export default defineCommand({
  summary: text("change a recorded item", "登録した項目を変更する"),
  details: [
    text(
      "Options that you omit change nothing. An empty value (--owner '') clears a value. After you set a date, the date in the recorded file is no longer used. To record a new file or a login: `renewals renew`.",
      "指定しない項目は変わりません。空の値(--owner '')を指定すると、その値を消します。期限を指定すると、登録済みのファイルの期限は使わなくなります。新しいファイルやログインの登録には `renewals renew` を使います。",
    ),
  ],
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
    await confirmItemTexts(tools, { ...options, name });
    const said = readItemOptions(options, resolveTimezone(tools, tenant));
    const change = { ...said, ...(name === undefined ? {} : { name }) };
    const after = await tenant.client.renewals.edit(before.id, change);
    await showItem(tools, tenant, after);
  },
});
