import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "../kit/columns/accounts.ts";

export default defineCommand({
  summary: text("show one CLOMO account", "CLOMO アカウントを 1 件表示する"),
  args: { account: ACCOUNT_ARGUMENT },
  options: {},
  examples: [
    { line: "clomoctl clomo-account show hanako01" },
    { line: "clomoctl clomo-account show hanako.yamazaki@example.jp --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { account }) {
    const { client } = await tools.tenant("accounts", "users");
    await tools.terminal.show(ACCOUNT_COLUMNS, await findAccount(client, account));
  },
});
