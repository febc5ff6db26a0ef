import { commandName } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { refuseNothing } from "../records/options.ts";
import { BEFORE_WRITING, WHILE_WRITING } from "../records/written.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, accountNamed } from "./columns.ts";
import { ACCOUNT_HELP, ACCOUNT_OPTIONS, accountValues, needsPassword, passwordOf, requireToWrite } from "./options.ts";
import { warnOfSecuredItems } from "./secured-items.ts";
import { leftByChange, tellLeft } from "./successor.ts";
import { showAccountWritten } from "./written.ts";

export default defineCommand({
  summary: text("give a CLOMO account a role", "CLOMO アカウントに管理者権限を付与する"),
  details: [
    text(
      "system: システム管理者, everything. division: 部門管理者, its managed organisations. operator: オペレーター, its own organisation and those below (that those below count is ours). custom: カスタム管理者, what its scheme says.",
      "system: システム管理者(すべての操作)。division: 部門管理者(管理対象組織)。operator: オペレーター(自身の所属組織とその下位。下位を含むのは clomoctl 独自の規則)。custom: カスタム管理者(スキームで選んだ操作)。",
    ),
    ...ACCOUNT_HELP,
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: { ...ACCOUNT_OPTIONS },
  examples: [
    { line: "clomoctl clomo-account grant taro01 --role operator --password-file taro01.txt" },
    { line: "clomoctl clomo-account grant taro01 --role system --support-option --notice-mail --password-in-console" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireToWrite(tools, text("grant roles", "管理者権限の付与"));
    const values = await accountValues(tools, options);
    refuseNothing(values, commandName("clomo-account grant"));
    const { client } = await tools.tenant("accounts", "users");
    const account = await accountNamed(client, named);
    const { id, role: former, passwordSetAt } = account;
    const isNeeded = needsPassword(former, options.role ?? former);
    const password = await passwordOf(tools, { ...options, dryRun, passwordSetAt }, isNeeded);
    const tryOut = () => client.accounts.grant(id, { ...values, ...password, dryRun: true });
    const { role, supportOption } = values;
    const left = await leftByChange(tools, account, { role, supportOption, dryRun, tryOut });
    if (left === undefined) return;
    tools.describeState(() => WHILE_WRITING);
    const written = await client.accounts.grant(id, { ...values, ...password, dryRun });
    await tellLeft(tools, left, await showAccountWritten(tools, written));
    await warnOfSecuredItems(tools, written);
  },
});
