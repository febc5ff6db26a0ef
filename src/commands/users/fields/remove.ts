import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../deletion/small-deletion.ts";
import { FIELD_COLUMNS, findCustomField } from "./columns.ts";

export default defineCommand({
  summary: text(
    "remove a custom user field and its values",
    "カスタムユーザー情報の項目と、全ユーザーのその値を削除する",
  ),
  args: {
    field: {
      kind: "string",
      required: true,
      about: text("name or ID of the field", "項目名か ID"),
    },
  },
  options: SMALL_DELETION_OPTIONS,
  examples: [
    { line: "clomoctl users fields remove 入社年度 --dry-run" },
    {
      line: "clomoctl users fields remove 入社年度 --yes",
      about: text("remove a field without values, without confirmation", "値のない項目を確認なしで削除"),
    },
    {
      line: "clomoctl users fields remove 入社年度 --confirm-deletions 12",
      about: text("remove it with the values of 12 users, without confirmation", "12 人分の値とともに、確認なしで削除"),
    },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: FIELD_COLUMNS,
  async run(tools, { field: typed, ...options }) {
    const chosen = await tools.tenant("users");
    const { client } = chosen;
    const field = await client.users.field(findCustomField(typed, await client.users.fields()).id);
    const { id, name, users } = field;
    await confirmAndDelete(tools, chosen, options, {
      columns: FIELD_COLUMNS,
      records: [field],
      names: [name],
      counted: { noun: text("value", "値"), count: users },
      also: text(`values that are lost: ${users}`, `失われる値: ${users} 件`),
      lost: text(`the field ${name} and its values`, `「${name}」とその値`),
      remove: async (dryRun) => (dryRun ? undefined : void (await client.users.removeField(id, { users }))),
    });
  },
});
