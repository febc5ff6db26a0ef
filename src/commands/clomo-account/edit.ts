import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import {
  ACCOUNT_EXCLUDES,
  ACCOUNT_HELP,
  ACCOUNT_OPTIONS,
  resolveAccountValues,
  needsPassword,
  resolvePassword,
} from "./options.ts";
import { showChangedAccount } from "./changed-account.ts";

export default defineCommand({
  summary: text("change a CLOMO account", "CLOMO アカウントを変更する"),
  details: [...ACCOUNT_HELP],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    account: { kind: "string", value: "NEW", about: text("new account name", "新しいアカウント名") },
    ...ACCOUNT_OPTIONS,
  },
  excludes: ACCOUNT_EXCLUDES,
  anyOf: [["account", ...Object.keys(ACCOUNT_OPTIONS).filter((key) => key !== "dryRun")]],
  examples: [
    { line: "clomoctl clomo-account edit taro01 --account taro02" },
    { line: "clomoctl clomo-account edit taro01 --role operator --password-file taro01.txt" },
    { line: "clomoctl clomo-account edit taro01 --support-option --notice-mail --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, account: name, dryRun, ...options }) {
    const values = { ...(await resolveAccountValues(tools, options)), ...(name !== undefined && { name }) };
    const { client } = await tools.tenant("accounts", "users");
    const account = await findAccount(client, named);
    const { id, role: former, passwordSetAt } = account;
    const isNeeded = needsPassword(former, options.role ?? former);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, isNeeded);
    const written = await client.accounts.edit(id, { ...values, ...password, dryRun });
    await showChangedAccount(tools, written);
  },
});
