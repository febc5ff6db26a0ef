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
      "Values that you omit do not change; an empty value (--owner '') removes a value. A date that you type replaces the recorded file. To record a new file or a login: `renewals renew`.",
      "指定しないものは変わりません。空の値(--owner '')で消せます。期限を指定すると、登録済みのファイルは参照しなくなります。新しいファイルやログインの登録は `renewals renew` です。",
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
