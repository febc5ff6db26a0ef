import { ACCOUNT } from "../../lib/nouns/account.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { HISTORY_DETAILS, showHistory } from "../kit/change/history.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_NAMES } from "../kit/columns/accounts.ts";

export default defineCommand({
  summary: text("list every version of a CLOMO account", "CLOMO アカウントの変更履歴を一覧する"),
  details: [
    ...HISTORY_DETAILS,
    text(
      "The name and the password of the account are in users history.",
      "アカウント名とパスワードの変更は users history にあります。",
    ),
  ],
  args: { account: ACCOUNT_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl clomo-account history hanako01" },
    { line: "clomoctl clomo-account history hanako.yamazaki@example.jp --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { account }) {
    const { client } = await tools.tenant("accounts");
    const found = await client.accounts.history({ name: account });
    await showHistory(tools, { ...ACCOUNT_NAMES, fields: ACCOUNT.fields }, account, found);
  },
});
