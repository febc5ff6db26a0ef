import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { showWrittenRecord } from "../kit/columns/change-result.ts";
import { ORG_COLUMNS } from "../kit/columns/orgs.ts";
import { ORG_RESULT_LAYOUT } from "./list.ts";
import { ORG_ARGUMENT, findOrg } from "../kit/change/find-org.ts";

export default defineCommand({
  summary: text("move an organisation and everything below it", "組織を、下位の組織も含めて移動する"),
  args: { org: ORG_ARGUMENT },
  options: {
    parent: {
      kind: "string",
      value: "ORG",
      required: true,
      about: text("new parent: code or path (全社: top level)", "新しい上位組織のコードかパス(最上位は 全社)"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl orgs move 本社/営業部 --parent 全社 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { org, parent, dryRun }) {
    const { client } = await tools.tenant("orgs");
    const [moved, above] = [await findOrg(tools, org), await findOrg(tools, parent)];
    const written = await client.orgs.move(moved.id, { parent: above.id, dryRun });
    await showWrittenRecord(tools, written, {
      ...ORG_RESULT_LAYOUT,
      along: ({ along }) =>
        text(
          `also moved: ${formatCount(along.orgs, "organisation")} below it, ${formatCount(along.users, "user")} and ${formatCount(along.devices, "device")}`,
          `一緒に移るもの: 下位の組織 ${along.orgs} 件、ユーザー ${along.users} 人、デバイス ${along.devices} 台`,
        ),
    });
  },
});
