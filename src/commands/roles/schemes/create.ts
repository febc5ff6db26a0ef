import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { DRY_RUN_OPTION } from "../../kit/columns/field-options.ts";
import { showWrittenRecord } from "../../kit/columns/change-result.ts";
import {
  defineItemOption,
  parseCheckItems,
  SCHEME_COLUMNS,
  SCHEME_HELP,
  SCHEME_RESULT_LAYOUT,
} from "../../kit/columns/schemes.ts";

export default defineCommand({
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
