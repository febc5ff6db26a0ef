import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findOrg } from "../orgs/find-org.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../records/options.ts";
import { showWrittenRecord } from "../records/change-result.ts";
import { USER_COLUMNS } from "./columns.ts";
import { USER_RESULT_LAYOUT } from "./user-result.ts";

export default defineCommand({
  summary: text("create a user", "ユーザーを作成する"),
  args: {},
  options: { ...buildValueOptions(USER.fields, { isNew: true }), dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl users create --name '髙橋 花子' --email hanako.takahashi@example.jp --org 本社/営業部" },
    { line: "clomoctl users create --name 共用端末01 --email user001@example.com --account-name user001 --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: USER_COLUMNS,
  async run(tools, { dryRun, ...options }) {
    const { client } = await tools.tenant("users");
    const resolve = { org: async (typed: string) => (await findOrg(tools, typed)).id };
    const values = await parseValueOptions(USER.fields, options, resolve);
    await showWrittenRecord(tools, await client.users.create({ ...values, dryRun }), USER_RESULT_LAYOUT);
  },
});
