import { commandName } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { refuseEmptyChange } from "../records/options.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import {
  ACCOUNT_HELP,
  ACCOUNT_OPTIONS,
  resolveAccountValues,
  needsPassword,
  resolvePassword,
  requireAccountsWrite,
} from "./options.ts";
import { warnAboutSecuredItems } from "./secured-items.ts";
import { confirmSupportLoss, printSupportReport } from "./successor.ts";
import { showChangedAccount } from "./rights-after-change.ts";

export default defineCommand({
  summary: text("grant a role to a CLOMO account", "CLOMO アカウントに管理者権限を付与する"),
  details: [...ACCOUNT_HELP],
  args: { named: ACCOUNT_ARGUMENT },
  options: { ...ACCOUNT_OPTIONS },
  examples: [
    { line: "clomoctl clomo-account grant taro01 --role operator --password-file taro01.txt" },
    { line: "clomoctl clomo-account grant taro01 --role system --support-option --notice-mail --password-in-console" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireAccountsWrite(tools, text("grant roles", "管理者権限の付与"));
    const values = await resolveAccountValues(tools, options);
    refuseEmptyChange(values, commandName("clomo-account grant"));
    const { client } = await tools.tenant("accounts", "users");
    const account = await findAccount(client, named);
    const { id, role: former, passwordSetAt } = account;
    const isNeeded = needsPassword(former, options.role ?? former);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, isNeeded);
    const tryOut = () => client.accounts.grant(id, { ...values, ...password, dryRun: true });
    const { role, supportOption } = values;
    const left = await confirmSupportLoss(tools, account, { role, supportOption, dryRun, tryOut });
    if (left === undefined) return;
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await client.accounts.grant(id, { ...values, ...password, dryRun });
    await printSupportReport(tools, left, await showChangedAccount(tools, written));
    await warnAboutSecuredItems(tools, written);
  },
});
