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
  summary: text("change a CLOMO account", "CLOMO アカウントを変更する"),
  details: [
    text(
      "Values that you do not pass do not change; an empty value (--memo '') clears a value. If an account stops being a system administrator, it also loses the support option and notice emails. If nobody else has the support option, you are warned and asked first. Users sign in with the account name, so tell them if it changes. If the settings define what names are built from, only that name is accepted.",
      "指定しない項目は変わりません。空の値(--memo '')を指定すると消せます。システム管理者でなくなると、サポートオプションとお知らせメール受信もなくなります(サポートオプションを付与された人がほかにいないときは、先にその旨を示して確認します)。アカウント名はサインインに使うため、変更したら本人に知らせてください。構成する情報を設定しているときは、それによる名前だけに変更できます。",
    ),
    ...ACCOUNT_HELP,
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    account: { kind: "string", value: "NEW", about: text("new account name", "新しいアカウント名") },
    ...ACCOUNT_OPTIONS,
  },
  examples: [
    { line: "clomoctl clomo-account edit taro01 --account taro02" },
    { line: "clomoctl clomo-account edit taro01 --support-option --notice-mail --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, account: name, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireAccountsWrite(tools, text("change CLOMO accounts", "CLOMO アカウントの変更"));
    const values = { ...(await resolveAccountValues(tools, options)), ...(name !== undefined && { name }) };
    if (options.passwordFile === undefined) refuseEmptyChange(values, commandName("clomo-account edit"));
    const { client } = await tools.tenant("accounts", "users");
    const account = await findAccount(client, named);
    const { id, role: former, passwordSetAt } = account;
    const isNeeded = needsPassword(former, options.role ?? former);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, isNeeded);
    const tryOut = () => client.accounts.edit(id, { ...values, ...password, dryRun: true });
    const { role, supportOption } = values;
    const left = await confirmSupportLoss(tools, account, { role, supportOption, dryRun, tryOut });
    if (left === undefined) return;
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await client.accounts.edit(id, { ...values, ...password, dryRun });
    await printSupportReport(tools, left, await showChangedAccount(tools, written));
    await warnAboutSecuredItems(tools, written);
  },
});
