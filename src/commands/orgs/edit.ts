import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { ORG_ARGUMENT, findOrg } from "./find-org.ts";
import { ORG_RESULT_LAYOUT } from "./org-result-layout.ts";

const VALUE_OPTIONS = buildValueOptions(ORG.fields, { without: ["parentId"] });

export default defineCommand({
  summary: text("change an organisation's name or code", "組織名や組織コードを変更する"),
  args: { org: ORG_ARGUMENT },
  options: { ...VALUE_OPTIONS, dryRun: DRY_RUN_OPTION },
  anyOf: [Object.keys(VALUE_OPTIONS)],
  examples: [{ line: "clomoctl orgs edit 本社/営業部 --name 営業本部" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { org, dryRun, ...options }) {
    const values = await parseValueOptions(ORG.fields, options);
    const { client } = await tools.tenant("orgs");
    const { id } = await findOrg(tools, org);
    await showWrittenRecord(tools, await client.orgs.edit(id, { ...values, dryRun }), ORG_RESULT_LAYOUT);
  },
});
