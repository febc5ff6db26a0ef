import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildHistoryDetails, showHistory } from "../records/history.ts";
import { ORG_ARGUMENT, ORG_LOOKUP } from "./find-org.ts";

export default defineCommand({
  summary: text("list all versions of an organisation", "組織の変更履歴を一覧する"),
  details: buildHistoryDetails(text("code, path or name", "組織コード・パス・組織名")),
  args: { org: ORG_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl orgs history 本社/営業部" }, { line: "clomoctl orgs history 営業部 --format json" }],
  exits: ["not-found"],
  async run(tools, { org }) {
    const { client } = await tools.tenant("orgs");
    const found = await client.orgs.history({ name: org });
    await showHistory(tools, { ...ORG_LOOKUP, fields: ORG.fields }, org, found);
  },
});
