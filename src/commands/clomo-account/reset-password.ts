import { line } from "../../lib/advice/index.ts";
import type { Account, MailedResetCode } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { MAILED_RESET_CODE_FIELDS } from "../../lib/model/account.ts";
import { codeKey, emailKey } from "../../lib/model/normalise.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { buildFieldColumns } from "../listing/columns.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import { ACCOUNT_OPTIONS, readNewPassword, resolvePassword, requireAccountsWrite } from "./options.ts";
import { showChangedAccount } from "./rights-after-change.ts";

const SENT_CODE_COLUMNS = buildFieldColumns<MailedResetCode>(MAILED_RESET_CODE_FIELDS);

export default defineCommand({
  summary: text("reset the password of a CLOMO account", "CLOMO アカウントのパスワードを再設定する"),
  details: [
    text(
      "CLOMO's login page (「パスワードを忘れた場合はこちら」) sends a link instead of a code. clomoctl will provide such links together with a service for signing in over the network.",
      "CLOMO のログイン画面(「パスワードを忘れた場合はこちら」)がメールで送るのは、コードではなくリンクです。clomoctl のリンクは、ネットワーク経由でサインインできるサービスとともに提供する予定です。",
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    byMail: { kind: "boolean", about: text("send a code to the user by email", "本人にコードをメールで送る") },
    to: {
      kind: "string",
      value: "ADDRESS",
      about: text(
        "with --by-mail: email address of the account to send the code to",
        "--by-mail の送信先(アカウントのメールアドレス)",
      ),
    },
    code: {
      kind: "string",
      value: "CODE",
      about: text("set the password with the code received by email", "メールで届いたコードで再設定する"),
    },
    passwordFile: ACCOUNT_OPTIONS.passwordFile,
    passwordInConsole: ACCOUNT_OPTIONS.passwordInConsole,
    forSignIn: {
      kind: "boolean",
      about: text(
        "mirror only: set the password for signing in to its server (serve), which is not the console's",
        "ミラーのみ: サーバー(serve)へのサインイン専用のパスワードを設定する(管理画面のパスワードではない)",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [
    ["byMail", "code"],
    ["byMail", "passwordFile"],
    ["byMail", "passwordInConsole"],
    ["byMail", "dryRun"],
    ["code", "passwordInConsole"],
    ["code", "dryRun"],
    ["passwordFile", "passwordInConsole"],
    ["forSignIn", "passwordInConsole"],
    ["forSignIn", "byMail"],
    ["forSignIn", "code"],
  ],
  examples: [
    { line: "clomoctl clomo-account reset-password taro01 --password-file taro01.txt" },
    { line: "clomoctl clomo-account reset-password taro01 --by-mail --to taro@example.co.jp" },
    { line: "clomoctl clomo-account reset-password taro01 --for-sign-in --password-file taro01.txt" },
    { line: "clomoctl clomo-account reset-password taro01 --code 7K2M-04QX-9TRB" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "unavailable", "locked"],
  changes: true,
  async run(tools, { named, byMail, to, code, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    const { passwordFile, passwordInConsole, forSignIn } = options;
    if (to !== undefined && !byMail) throw TO_WITHOUT_BY_MAIL_FAILURE;
    const { terminal } = tools;
    await terminal.checkOutput(byMail ? SENT_CODE_COLUMNS : ACCOUNT_COLUMNS);
    const { client } = await tools.tenant("accounts", "users");
    if (byMail) {
      const { id } = await findResetAccount(tools, named);
      const address = to ?? (await terminal.prompts.input({ message: ADDRESS_PROMPT, flag: "--to ADDRESS" }));
      tools.describeState(() => SENDING_STATE);
      return showSentCode(tools, await client.accounts.sendResetCode(id, { address }));
    }
    if (code !== undefined) {
      const { id } = await findResetAccount(tools, named);
      const password = await readNewPassword(tools, passwordFile);
      tools.describeState(() => STATE_MAYBE_CHANGED);
      await showChangedAccount(tools, await client.accounts.resetWithCode(id, { code, password }));
      return;
    }
    await requireResetRight(tools, named);
    const { id, passwordSetAt } = await findAccount(client, named);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, true);
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const given = {
      ...password,
      ...(passwordInConsole && { passwordInConsole }),
      ...(forSignIn && { forSignIn }),
      dryRun,
    };
    await showChangedAccount(tools, await client.accounts.resetPassword(id, given));
  },
});

const TO_WITHOUT_BY_MAIL_FAILURE = new Failure("usage", {
  what: text("--to requires --by-mail", "--to は --by-mail と一緒に指定してください"),
  where: "--to",
});

const ADDRESS_PROMPT = text(
  "Email address of the account to send the code to:",
  "コードを送るアカウントのメールアドレス:",
);

const RESET_OTHER_PASSWORDS_LABEL = text("set the passwords of others", "ほかの人のパスワードの再設定");

const SENDING_STATE = text("a code may have been sent", "コードが送信されている可能性があります");

/** Returns the acting account's user if the name identifies it, even outside its visible organisations. */
async function findOwnAccount(tools: Tools, named: string): Promise<Pick<Account, "id"> | undefined> {
  if (tools.globals.as === undefined) return undefined;
  const { account, user } = await (await tools.tenant("whoami")).client.whoami.show();
  if (user === null) return undefined;
  const isOwn = user.id === named || emailKey(user.email) === emailKey(named);
  return isOwn || (account !== null && codeKey(account) === codeKey(named)) ? user : undefined;
}

/** Finds an account by name, including the acting account if lists omit it.  @throws as {@link findAccount} */
async function findResetAccount(tools: Tools, named: string): Promise<Pick<Account, "id">> {
  const own = await findOwnAccount(tools, named);
  if (own !== undefined) return own;
  await requireAccountsWrite(tools, RESET_OTHER_PASSWORDS_LABEL);
  return findAccount((await tools.tenant("accounts")).client, named);
}

/**
 * Checks that the acting account may set the password without a code. Only system administrators may do so for their
 * own account, because only they can change administrators above operator.
 *
 * @throws Failure `not-permitted`, with the way that remains to reset one's own password
 */
async function requireResetRight(tools: Tools, named: string): Promise<void> {
  if ((await findOwnAccount(tools, named)) === undefined)
    return requireAccountsWrite(tools, RESET_OTHER_PASSWORDS_LABEL);
  try {
    await requireRight(tools, "accounts.roles", { asked: RESET_OWN_PASSWORD_LABEL });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not-permitted") throw error;
    const { mirroredAt } = await (await tools.tenant("tenant")).client.tenant.show();
    throw error.with({ hint: mirroredAt === null ? suggestResetByMail(named) : LOGIN_PAGE_HINT });
  }
}

const RESET_OWN_PASSWORD_LABEL = text(
  "set their own password without a code",
  "コードによらない本人のパスワードの再設定",
);

const suggestResetByMail = (named: string): Text => {
  const command = line("clomo-account reset-password", [named], { byMail: true });
  return text(
    `to receive a code by email: ${command}; or ask a system administrator`,
    `コードをメールで受け取るには: ${command}。または、システム管理者に依頼してください`,
  );
};

const LOGIN_PAGE_HINT = text(
  "to receive a link by email, use 「パスワードを忘れた場合はこちら」 on the console's login page; or ask a system administrator",
  "管理画面のログイン画面の「パスワードを忘れた場合はこちら」からメールでリンクを受け取るか、システム管理者に依頼してください",
);

async function showSentCode(tools: Tools, sent: MailedResetCode): Promise<void> {
  const { terminal } = tools;
  const { id, name, address, expiresAt, tries } = sent;
  tools.describeDone(
    text("the code was sent, but the output may be incomplete", "コードは送信済みです。出力は不完全な場合があります"),
  );
  await terminal.show(SENT_CODE_COLUMNS, sent);
  const until = terminal.moment(expiresAt);
  const command = line("clomo-account reset-password", [toTypableName(name, id)], { code: "CODE" });
  const notes: readonly Text[] = [
    text(
      `a code was sent to ${address}; it is valid until ${until}, can be used once, and allows at most ${tries} tries`,
      `コードを ${address} に送信しました。有効期限は ${until}、1 回だけ有効で、入力は ${tries} 回までです`,
    ),
    text(`to set the new password with the code: ${command}`, `新しいパスワードを設定するには: ${command}`),
  ];
  for (const note of notes) await terminal.note(note);
}
