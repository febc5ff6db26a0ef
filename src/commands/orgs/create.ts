import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { ORG_COLUMNS } from "./columns.ts";
import { findOrg } from "./find-org.ts";
import { ORG_RESULT_LAYOUT } from "./org-result-layout.ts";

export default defineCommand({
  summary: text("create an organisation", "組織を作成する"),
  args: { name: { kind: "string", required: true, about: text("name of the organisation", "組織名") } },
  options: { ...buildValueOptions(ORG.fields, { without: ["name"] }), dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl orgs create 営業三部 --code S03" },
    { line: "clomoctl orgs create 一課 --parent 本社/営業部 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ORG_COLUMNS,
  async run(tools, { name, dryRun, ...options }) {
    const { client } = await tools.tenant("orgs");
    const resolve = { org: async (typed: string) => (await findOrg(tools, typed)).id };
    const values = await parseValueOptions(ORG.fields, options, resolve);
    await showWrittenRecord(tools, await client.orgs.create({ ...values, name, dryRun }), ORG_RESULT_LAYOUT);
  },
});
