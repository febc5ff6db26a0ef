import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { DRY_RUN_OPTION } from "../../kit/columns/field-options.ts";
import { showWrittenRecord } from "../../kit/columns/change-result.ts";
import {
  defineItemOption,
  parseCheckItems,
  SCHEME_ARGUMENT,
  SCHEME_COLUMNS,
  SCHEME_HELP,
  SCHEME_RESULT_LAYOUT,
  findSchemeByName,
} from "../../kit/columns/schemes.ts";

export default defineCommand({
  summary: text("rename a permission scheme, or change its items", "カスタム管理権限スキームの名前や項目を変更する"),
  details: [...SCHEME_HELP],
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
