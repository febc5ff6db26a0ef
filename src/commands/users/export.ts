import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { EXPORT_OPTIONS, runExport } from "../csv/file/export.ts";
import { resolveOrgFilter } from "../orgs/find-org.ts";
import { USER_ORG_OPTIONS } from "./columns.ts";

export default defineCommand({
  summary: text("export users as a CSV file", "ユーザーを CSV ファイルにエクスポートする"),
  caution: USER.unconfirmed,
  args: {},
  options: { ...EXPORT_OPTIONS, ...USER_ORG_OPTIONS },
  examples: [
    { line: "clomoctl users export -o users-now.csv" },
    { line: "clomoctl users export --encoding utf-8 --bom --filter-name 山田" },
  ],
  exits: ["input-rejected", "not-found"],
  async run(tools, { org, direct, ...options }) {
    const { client } = await tools.tenant("users");
    const within = await resolveOrgFilter(tools, { org, direct });
    await runExport(tools, options, (query) => client.users.export({ ...query, ...within }));
  },
});
