import { SCHEME } from "../../../lib/nouns/scheme.ts";
import { text, joinTexts, same, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { confirmAndDelete, SMALL_DELETION_EXITS, SMALL_DELETION_OPTIONS } from "../../kit/change/small-deletion.ts";
import { listColumns, limitRecords, LIMIT_OPTION } from "../../kit/list/list.ts";
import {
  SCHEME_ARGUMENT,
  SCHEME_COLUMNS,
  findSchemeByName,
  defineItemOption,
  parseCheckItems,
  SCHEME_HELP,
  SCHEME_RESULT_LAYOUT,
} from "../../kit/columns/schemes.ts";
import { DRY_RUN_OPTION } from "../../kit/columns/field-options.ts";
import { showWrittenRecord } from "../../kit/columns/change-result.ts";
import type { SchemeDetail } from "../../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { createColumn, type Column } from "../../../lib/terminal/output-choice.ts";

const list = defineCommand({
  summary: text("list permission schemes", "カスタム管理権限スキームを一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl roles schemes list" }],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("roles");
    const columns = listColumns(terminal, SCHEME_COLUMNS, SCHEME.usual);
    await terminal.list(columns, limitRecords(await client.roles.schemes(), limit));
  },
});

const show = defineCommand({
  summary: text("show a permission scheme and its accounts", "カスタム管理権限スキームと、そのアカウントを表示する"),
  details: SCHEME_HELP,
  args: { scheme: SCHEME_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl roles schemes show ユーザー登録係" }],
  exits: ["not-found"],
  async run(tools, { scheme: typed }) {
    const { client } = await tools.tenant("roles");
    const { id } = findSchemeByName(typed, await client.roles.schemes());
    await tools.terminal.show(SCHEME_DETAIL_COLUMNS, await client.roles.scheme(id));
  },
});

const describeHolder = ({ name, account, orgs }: SchemeDetail["holders"][number]): Text => {
  const over = orgs === null ? "全て" : orgs.map((path) => (path === "" ? ROOT_ORG_NAME : path)).join("・");
  return text(`${name} <${account ?? ""}> (manages ${over})`, `${name} <${account ?? ""}>(管理対象: ${over})`);
};

const SCHEME_DETAIL_COLUMNS: readonly Column<SchemeDetail>[] = [
  ...SCHEME_COLUMNS.map(({ value, name, ...column }): Column<SchemeDetail> => ({
    ...column,
    value: ({ scheme }) => value(scheme),
    name: name && (({ scheme }) => name(scheme)),
  })),
  createColumn("holders", "assigned to", "このスキームのアカウント", {
    name: ({ holders }) => joinTexts(holders.map(describeHolder), same(", ")),
  }),
];

const create = defineCommand({
  summary: text("create a permission scheme", "カスタム管理権限スキームを作成する"),
  details: SCHEME_HELP,
  args: { name: { kind: "string", required: true, about: text("name of the new scheme", "スキーム名") } },
  options: {
    item: defineItemOption(text("check items of the scheme (at least one)", "チェック項目(1 つ以上)")),
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [["item"]],
  examples: [
    { line: "clomoctl roles schemes create ユーザー登録係 --item users.write,users.move" },
    { line: "clomoctl roles schemes create 組織担当 --item 組織の作成と変更 --item orgs.delete --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "locked"],
  shows: SCHEME_COLUMNS,
  async run(tools, { name, item, dryRun }) {
    const operations = parseCheckItems(item, "--item");
    const { client } = await tools.tenant("roles");
    await showWrittenRecord(tools, await client.roles.createScheme({ name, operations, dryRun }), SCHEME_RESULT_LAYOUT);
  },
});

const edit = defineCommand({
  summary: text("rename a permission scheme, or change its items", "カスタム管理権限スキームの名前や項目を変更する"),
  details: SCHEME_HELP,
  args: { scheme: SCHEME_ARGUMENT },
  options: {
    name: { kind: "string", value: "NEW", about: text("new name of the scheme", "新しい名前") },
    item: defineItemOption(text("check items that replace the current ones", "今の項目を置き換えるチェック項目")),
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [["name", "item"]],
  examples: [
    { line: "clomoctl roles schemes edit ユーザー登録係 --item users.write,orgs.write" },
    { line: "clomoctl roles schemes edit ユーザー登録係 --name 人事 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SCHEME_COLUMNS,
  async run(tools, { scheme: typed, name, item, dryRun }) {
    const operations = parseCheckItems(item, "--item");
    const values = { ...(name !== undefined && { name }), ...(operations.length > 0 && { operations }) };
    const { client } = await tools.tenant("roles");
    const { id } = findSchemeByName(typed, await client.roles.schemes());
    const written = await client.roles.editScheme(id, { ...values, dryRun });
    await showWrittenRecord(tools, written, SCHEME_RESULT_LAYOUT);
    const { before, after } = written;
    if (JSON.stringify(before?.operations) === JSON.stringify(after.operations) || after.accounts === 0) return;
    await tools.terminal.note(
      text(`accounts with this scheme: ${after.accounts}`, `このスキームのアカウント: ${after.accounts} 件`),
    );
  },
});

const remove = defineCommand({
  summary: text("delete permission schemes", "カスタム管理権限スキームを削除する"),
  args: { schemes: { ...SCHEME_ARGUMENT, repeatable: true } },
  options: SMALL_DELETION_OPTIONS,
  examples: [
    { line: "clomoctl roles schemes delete ユーザー登録係 --dry-run" },
    { line: "clomoctl roles schemes delete ユーザー登録係 --confirm-deletions 1" },
  ],
  exits: SMALL_DELETION_EXITS,
  shows: SCHEME_COLUMNS,
  async run(tools, { schemes, ...options }) {
    const chosen = await tools.tenant("roles");
    const { roles } = chosen.client;
    const known = await roles.schemes();
    const records = [...new Set(schemes.map((name) => findSchemeByName(name, known)))];
    await confirmAndDelete(tools, chosen, options, {
      columns: listColumns(tools.terminal, SCHEME_COLUMNS, SCHEME.usual),
      records,
      names: records.map(({ name }) => name),
      counted: { noun: text("scheme", "スキーム"), count: records.length },
      remove: (dryRun) => roles.deleteSchemes({ ids: records.map(({ id }) => id), dryRun }),
    });
  },
});

export default { create, delete: remove, edit, list, show };
