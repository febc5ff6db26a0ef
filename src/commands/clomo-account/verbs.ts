import { line } from "../../lib/advice/index.ts";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { PASSWORD_RULE, ACCOUNT } from "../../lib/nouns/account.ts";
import { type Text, formatCount, text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption, defineSwitch } from "../kit/field.ts";
import { confirmChange } from "../kit/permission.ts";
import {
  DRY_RUN_NOTE,
  FORMER_SECRETS,
  STATE_UNCHANGED,
  describeUnrestoredValues,
  showWrittenRecord,
} from "../kit/columns/change-result.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import type { Tools } from "../kit/tools.ts";
import { USER_ARGUMENT, findUser } from "../kit/columns/users.ts";
import {
  ACCOUNT_ARGUMENT,
  ACCOUNT_COLUMNS,
  findAccount,
  ACCOUNT_NAMES,
  getDefaultColumns,
} from "../kit/columns/accounts.ts";
import {
  ACCOUNT_EXCLUDES,
  ACCOUNT_HELP,
  ACCOUNT_OPTIONS,
  needsPassword,
  resolveAccountValues,
  resolvePassword,
  ROLE_OPTION,
} from "../kit/change/account-options.ts";
import { HISTORY_DETAILS, showHistory } from "../kit/change/history.ts";
import { buildOrgOptions, FILTER_OPTIONS, LIMIT_OPTION, listColumns, SEARCH_OPTION } from "../kit/list/list.ts";
import { resolveOrgFilter } from "../kit/change/find-org.ts";

const list = defineCommand({
  summary: text("list CLOMO accounts", "CLOMO アカウントを一覧する"),
  args: {},
  options: {
    role: { ...ROLE_OPTION, about: text("only accounts with this role", "この管理者権限のアカウントに絞り込む") },
    supportOption: {
      kind: "boolean",
      about: text("only accounts with the support option", "サポートオプションのあるアカウントに絞り込む"),
    },
    ...buildOrgOptions(
      text("only accounts in this organisation (code or path) or below it", "この組織(組織コードかパス)とその下の組織"),
    ),
    search: SEARCH_OPTION,
    ...FILTER_OPTIONS,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl clomo-account list --role system" },
    { line: "clomoctl clomo-account list --support-option --format json" },
    { line: "clomoctl clomo-account list --org 本社/営業部 --search 山" },
  ],
  exits: ["not-found"],
  async run(tools, { org, direct, supportOption, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("accounts");
    const query = {
      ...filters,
      limit,
      ...(supportOption && { supported: true }),
      ...(await resolveOrgFilter(tools, { org, direct })),
    };
    const accounts = client.accounts.list(query);
    const columns = listColumns(terminal, ACCOUNT_COLUMNS, getDefaultColumns(filters.role));
    await terminal.list(columns, accounts, () => accounts.ndjson());
  },
});

const show = defineCommand({
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

const history = defineCommand({
  summary: text("list every version of a CLOMO account", "CLOMO アカウントの変更履歴を一覧する"),
  details: [
    HISTORY_DETAILS,
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

export async function showChangedAccount(tools: Tools, written: WrittenAccount): Promise<void> {
  const { before, after } = written;
  // listing accounts can fail, because the acting account may have just lost this permission
  const isOnly = async (which: { readonly role?: "system"; readonly supported?: true }): Promise<boolean> => {
    const { client } = await tools.tenant("accounts");
    const holders = await ignoreFailure(() => Array.fromAsync(client.accounts.list(which)));
    return holders?.every(({ id }) => id === after.id) === true;
  };
  const isGrant = after.role === "system" && before?.role !== "system";
  await showWrittenRecord(tools, written, {
    columns: ACCOUNT_COLUMNS,
    called: ({ name, user }) => `${name} (${user})`,
    // the last system administrator keeps the role
    undoable: !isGrant || !(await isOnly({ role: "system" })),
    // an account that loses its role also loses its password
    along: ({ before, after }) =>
      before !== null && before.role !== after.role && after.role === "none" && after.passwordSetAt !== null
        ? describeUnrestoredValues(FORMER_SECRETS)
        : undefined,
  });
  if (before?.supportOption !== true || after.supportOption) return;
  if (await isOnly({ supported: true }))
    await tools.terminal.warn(describeSupportLoss(toTypableName(after.name, after.id)));
}

/** CLOMO sends emails about certificates only to system administrators with the support option. @see facts 3.2 */
const describeSupportLoss = (leaver: string): Text => {
  const command = line("handover checklist", [], { leaver });
  return text(
    `no account has the support option, so nobody receives CLOMO's emails about certificates; to hand over the option: ${command}`,
    `サポートオプションのあるアカウントがなくなったため、証明書に関する CLOMO のメールはだれにも届きません。引き継ぐには: ${command}`,
  );
};

const create = defineCommand({
  summary: text("create a CLOMO account for a user", "ユーザーに CLOMO アカウントを作成する"),
  details: ACCOUNT_HELP,
  args: { user: USER_ARGUMENT },
  options: {
    account: defineOption(
      "string",
      "NAME",
      "account name; optional if it is built from other values",
      "アカウント名(構成する情報の設定があれば省略可)",
    ),
    alreadyInConsole: defineSwitch(
      "in a mirror: the account exists in the console and has a password",
      "ミラーの場合: 管理画面で作成済みのアカウント",
    ),
    ...ACCOUNT_OPTIONS,
  },
  excludes: [...ACCOUNT_EXCLUDES, ["alreadyInConsole", "passwordFile"], ["alreadyInConsole", "passwordInConsole"]],
  examples: [
    { line: "clomoctl clomo-account create hanako.yamazaki@example.jp --account hanako01" },
    { line: "clomoctl clomo-account create A0003 --account jiro01 --role system --already-in-console" },
    {
      line: "clomoctl clomo-account create A0002 --account taro01 --role division --managed-orgs 本社/営業部 --password-file taro01.txt",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { user: typed, account, dryRun, alreadyInConsole, ...options }) {
    const values = await resolveAccountValues(tools, options);
    const { id: user, accountName } = await findUser((await tools.tenant("users")).client, typed);
    // do not prompt for a password if the user already has an account, because the tenant will reject the command
    const role = accountName === null ? (options.role ?? "none") : "none";
    const needed = !alreadyInConsole && needsPassword("none", role);
    const password = await resolvePassword(tools, { ...options, dryRun }, needed);
    const { client } = await tools.tenant("accounts");
    const written = await client.accounts.create({
      ...values,
      ...password,
      user,
      ...(account !== undefined && { name: account }),
      ...(alreadyInConsole && { alreadyInConsole, ...(role !== "none" && { passwordInConsole: true }) }),
      dryRun,
    });
    await showChangedAccount(tools, written);
  },
});

const edit = defineCommand({
  summary: text("change a CLOMO account", "CLOMO アカウントを変更する"),
  details: ACCOUNT_HELP,
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

const resetPassword = defineCommand({
  summary: text("set a new password for a CLOMO account", "CLOMO アカウントのパスワードを再設定する"),
  details: text(
    `Pass the new password (${PASSWORD_RULE.en}) with --password-file, or type it twice at the prompt, which does not show it. For a mirror, set the password in the console, and record the time with --password-in-console. People who forgot their own password use \`login --forgot\`.`,
    `新しいパスワード(${PASSWORD_RULE.ja})を --password-file で渡すか、入力の案内に従って 2 回入力します(画面には表示されません)。管理画面のミラーでは管理画面で設定し、--password-in-console で日時だけを記録します。自分のパスワードを忘れた人は \`login --forgot\` を使います。`,
  ),
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    passwordFile: ACCOUNT_OPTIONS.passwordFile,
    passwordInConsole: ACCOUNT_OPTIONS.passwordInConsole,
    forSignIn: defineSwitch(
      "in a mirror: only to sign in to its server (serve)",
      "ミラーの場合: サーバー(serve)へのサインイン専用",
    ),
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [
    ["passwordFile", "passwordInConsole"],
    ["forSignIn", "passwordInConsole"],
  ],
  examples: [
    { line: "clomoctl clomo-account reset-password taro01 --password-file taro01.txt" },
    { line: "clomoctl clomo-account reset-password taro01 --for-sign-in --password-file taro01.txt" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun, ...options }) {
    const { passwordInConsole, forSignIn } = options;
    const { client } = await tools.tenant("accounts", "users");
    const { id, passwordSetAt } = await findAccount(client, named);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, true);
    const given = {
      ...password,
      ...(passwordInConsole && { passwordInConsole }),
      ...(forSignIn && { forSignIn }),
      dryRun,
    };
    const written = await client.accounts.resetPassword(id, given);
    if (!forSignIn) return showChangedAccount(tools, written);
    // the record does not show the password that is only for signing in to a server
    await tools.terminal.show(ACCOUNT_COLUMNS, written.after);
    await tools.terminal.note(dryRun ? DRY_RUN_NOTE : text("the password was set", "パスワードを設定しました"));
  },
});

async function confirmRevocation(tools: Tools, { id, name, role }: Account, dryRun: boolean): Promise<boolean> {
  const { terminal, globals } = tools;
  if (dryRun || globals.yes || !terminal.interactive || role !== "system") return true;
  const { client } = await tools.tenant("accounts");
  const all = await Array.fromAsync(client.accounts.list({ role: "system" }));
  const left = all.filter((other) => other.id !== id).length;
  if (left === 0) return true;
  const message = text(
    `Revoke the role of ${name}? ${formatCount(left, "system administrator")} will remain.`,
    `「${name}」の管理者権限を外しますか? 残るシステム管理者は ${left} 人です。`,
  );
  if (await confirmChange(tools, message)) return true;
  await terminal.note(STATE_UNCHANGED);
  return false;
}

const revoke = defineCommand({
  summary: text("revoke the role (accounts cannot be deleted)", "管理者権限を外す(アカウントは削除できません)"),
  args: { named: ACCOUNT_ARGUMENT },
  options: { dryRun: DRY_RUN_OPTION },
  examples: [{ line: "clomoctl clomo-account revoke taro01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun }) {
    const { client } = await tools.tenant("accounts");
    const account = await findAccount(client, named);
    const { id } = account;
    if (!(await confirmRevocation(tools, account, dryRun))) return;
    await showChangedAccount(tools, await client.accounts.revoke(id, { dryRun }));
  },
});

export default { history, list, show, create, edit, "reset-password": resetPassword, revoke };
