import { line } from "../../../lib/advice/index.ts";
import type { CustomField } from "../../../lib/client/index.ts";
import { CUSTOM_FIELD } from "../../../lib/nouns/user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../kit/change/small-deletion.ts";
import { buildFieldColumns, limitRecords, LIMIT_OPTION } from "../../kit/list/list.ts";
import { requireNamed } from "../../kit/list/single-match.ts";
import { proposeUndo } from "../../kit/columns/change-result.ts";

const FIELD_COLUMNS = buildFieldColumns<CustomField>(CUSTOM_FIELD.fields);

const FIELD_KIND = {
  noun: text("custom field", "カスタムユーザー情報の項目"),
  list: line("users fields list", []),
};

const add = defineCommand({
  summary: text("add a custom user field", "カスタムユーザー情報の項目を追加する"),
  details: text(
    `In a mirror of the console (CLOMO PANEL), add the same field in the console: see ${line("console list", [])}.`,
    `管理画面(CLOMO PANEL)のミラーでは、管理画面でも同じ項目を追加してください: ${line("console list", [])}`,
  ),
  args: { name: { kind: "string", required: true, about: text("name of the field", "項目名") } },
  options: {},
  examples: [{ line: "clomoctl users fields add 入社年度" }],
  exits: ["input-rejected", "not-found", "locked"],
  shows: FIELD_COLUMNS,
  async run(tools, { name }) {
    const { client } = await tools.tenant("users");
    await tools.terminal.show(FIELD_COLUMNS, await client.users.addField({ name }));
    await proposeUndo(tools);
  },
});

const list = defineCommand({
  summary: text("list custom user fields", "カスタムユーザー情報の項目を一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl users fields list" }],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { client } = await tools.tenant("users");
    await tools.terminal.list(FIELD_COLUMNS, limitRecords(await client.users.fields(), limit));
  },
});

const remove = defineCommand({
  summary: text("remove a custom user field and its values", "カスタムユーザー情報の項目と全員の値を削除する"),
  args: { field: { kind: "string", required: true, about: text("name or ID of the field", "項目名か ID") } },
  options: SMALL_DELETION_OPTIONS,
  examples: [
    { line: "clomoctl users fields remove 入社年度 --dry-run" },
    { line: "clomoctl users fields remove 入社年度 --yes" },
    {
      line: "clomoctl users fields remove 入社年度 --confirm-deletions 12",
      about: text("remove it with the values of 12 users, without confirmation", "12 人分の値とともに、確認なしで削除"),
    },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: FIELD_COLUMNS,
  async run(tools, { field: typed, ...options }) {
    const chosen = await tools.tenant("users");
    const { users: client } = chosen.client;
    const field = await client.field(requireNamed(typed, await client.fields(), FIELD_KIND).id);
    const { id, name, users } = field;
    await confirmAndDelete(tools, chosen, options, {
      columns: FIELD_COLUMNS,
      records: [field],
      names: [name],
      counted: { noun: text("value", "値"), count: users },
      also: text(`values that are lost: ${users}`, `失われる値: ${users} 件`),
      lost: text(`the field ${name} and its values`, `「${name}」とその値`),
      remove: async (dryRun) => (dryRun ? undefined : void (await client.removeField(id, { users }))),
    });
  },
});

export default { add, list, remove };
