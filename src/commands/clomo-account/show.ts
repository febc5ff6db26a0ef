import type { Account } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, accountNamed } from "./columns.ts";

const ALL = text("all", "全て");
const [YES, NO] = [text("yes", "はい"), text("no", "いいえ")];

/** As they are, but for a system administrator, who has all organisations whatever is recorded. @see facts 2.1 */
const SHOWN = ACCOUNT_COLUMNS.map((column): Column<Account> => {
  const { key, name } = column;
  if (key === "managesAll")
    return { ...column, name: ({ role, managesAll }) => (role === "system" || managesAll ? YES : NO) };
  if (key !== "managedOrgs" || name === undefined) return column;
  return { ...column, name: (account) => (account.role === "system" ? ALL : name(account)) };
});

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
    await tools.terminal.show(SHOWN, await accountNamed(client, account));
  },
});
