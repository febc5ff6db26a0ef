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
  summary: text("change a CLOMO account", "CLOMO アカウントを変更する"),
  details: [
    text(
      "What is not given stays; an empty value (--memo '') removes one. With a lesser role the support option and the notice mail end; where nobody else holds the option that is said, and asked, first. People sign in with the name: tell them of a new one. Where the settings say what names are composed of, a new one is just that.",
      "指定しないものは変わりません。空の値(--memo '')で消せます。システム管理者でなくなると、サポートオプションとお知らせメール受信もなくなります(サポートオプションを付与された人がほかにいないときは、先にその旨を示して確認します)。アカウント名はサインインに使うため、変更したら本人に知らせてください。構成する情報を設定しているときは、それによる名前だけに変更できます。",
    ),
    ...ACCOUNT_HELP,
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    account: { kind: "string", value: "NEW", about: text("the new account name", "新しいアカウント名") },
    ...ACCOUNT_OPTIONS,
  },
  examples: [
    { line: "clomoctl clomo-account edit taro01 --account taro02" },
    { line: "clomoctl clomo-account edit taro01 --support-option --notice-mail --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, account: name, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireToWrite(tools, text("change CLOMO accounts", "CLOMOアカウントの変更"));
    const values = { ...(await accountValues(tools, options)), ...(name !== undefined && { name }) };
    if (options.passwordFile === undefined) refuseNothing(values, commandName("clomo-account edit"));
    const { client } = await tools.tenant("accounts", "users");
    const account = await accountNamed(client, named);
    const { id, role: former, passwordSetAt } = account;
    const isNeeded = needsPassword(former, options.role ?? former);
    const password = await passwordOf(tools, { ...options, dryRun, passwordSetAt }, isNeeded);
    const tryOut = () => client.accounts.edit(id, { ...values, ...password, dryRun: true });
    const { role, supportOption } = values;
    const left = await leftByChange(tools, account, { role, supportOption, dryRun, tryOut });
    if (left === undefined) return;
    tools.describeState(() => WHILE_WRITING);
    const written = await client.accounts.edit(id, { ...values, ...password, dryRun });
    await tellLeft(tools, left, await showAccountWritten(tools, written));
    await warnOfSecuredItems(tools, written);
  },
});
