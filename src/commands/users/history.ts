import { USER } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { buildHistoryDetails, showHistory } from "../records/history.ts";
import { USER_ARGUMENT, USER_LOOKUP } from "./columns.ts";

export default defineCommand({
  summary: text("list every version of a user", "ユーザーの変更履歴を一覧する"),
  details: buildHistoryDetails(
    text("email address, employee code or account name", "メールアドレス・社員コード・アカウント名"),
  ),
  args: { user: USER_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl users history taro.yamada@example.co.jp" },
    { line: "clomoctl users history E00000002 --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { user }) {
    const { client } = await tools.tenant("users");
    const found = await client.users.history({ name: user });
    await showHistory(tools, { ...USER_LOOKUP, fields: USER.fields }, user, found);
  },
});
