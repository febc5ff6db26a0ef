import { line } from "../../lib/advice/index.ts";
import type { Account, SentCode } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { PASSWORD_RULE, RESET_CODE, SENT_CODE } from "../../lib/model/account.ts";
import { codeKey, emailKey } from "../../lib/model/normalise.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, WHILE_WRITING } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, accountNamed } from "./columns.ts";
import { ACCOUNT_OPTIONS, newPassword, passwordOf, requireToWrite } from "./options.ts";
import { showAccountWritten } from "./written.ts";

const SENT_COLUMNS = columnsOfFields<SentCode>(SENT_CODE);

export default defineCommand({
  summary: text("reset the password of a CLOMO account", "CLOMO アカウントのパスワードを再設定する"),
  details: [
    text(
      `By an administrator: the new password (${PASSWORD_RULE.en}) comes from --password-file, or is asked for twice without echo. In a mirror of the console it is set in the console, and --password-in-console records when.`,
      `管理者が再設定する場合: 新しいパスワード(${PASSWORD_RULE.ja})を --password-file で渡すか、画面に表示せずに 2 回尋ねます。管理画面のミラーでは管理画面で設定し、--password-in-console で日時だけを記録します。`,
    ),
    text(
      `By the person: --by-mail sends a code to an address of the account, which is typed or given by --to; then --code sets a new password. A code holds for ${RESET_CODE.minutes} minutes and ${RESET_CODE.tries} tries, and once; a new one takes its place. Mail goes out by the mail server of renewals notify. Everybody with a role may do so for the account that --as names, others for those that they may edit.`,
      `本人が再設定する場合: --by-mail で、入力した(または --to で指定した)アカウントのメールアドレスにコードを送り、--code で新しいパスワードを設定します。コードの有効期間は ${RESET_CODE.minutes} 分、入力は ${RESET_CODE.tries} 回までで、1 回だけ使えます。新しいコードを送ると、前のコードは無効になります。送信には renewals notify のメールサーバーを使います。管理者権限のある人は --as で指定した自分のアカウントに、ほかの人は編集できるアカウントに実行できます。`,
    ),
    text(
      "CLOMO's own login page mails a link instead (「パスワードを忘れた場合はこちら」): that is of the console. A link of clomoctl comes with the service that signs people in over the network.",
      "CLOMO のログイン画面(「パスワードを忘れた場合はこちら」)がメールで送るのは、コードではなくリンクです。clomoctl のリンクは、ネットワーク経由でサインインできるサービスとともに提供する予定です。",
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    byMail: { kind: "boolean", about: text("mail a code to the person", "本人にコードをメールで送る") },
    to: {
      kind: "string",
      value: "ADDRESS",
      about: text("with --by-mail: which address of the account", "--by-mail の送信先(アカウントのメールアドレス)"),
    },
    code: {
      kind: "string",
      value: "CODE",
      about: text("set the password by the code that was mailed", "メールで届いたコードで再設定する"),
    },
    passwordFile: ACCOUNT_OPTIONS.passwordFile,
    passwordInConsole: ACCOUNT_OPTIONS.passwordInConsole,
    dryRun: DRY_RUN,
  },
  excludes: [
    ["byMail", "code"],
    ["byMail", "passwordFile"],
    ["byMail", "passwordInConsole"],
    ["byMail", "dryRun"],
    ["code", "passwordInConsole"],
    ["code", "dryRun"],
    ["passwordFile", "passwordInConsole"],
  ],
  examples: [
    { line: "clomoctl clomo-account reset-password taro01 --password-file taro01.txt" },
    { line: "clomoctl clomo-account reset-password taro01 --by-mail --to taro@example.co.jp" },
    { line: "clomoctl clomo-account reset-password taro01 --code 7K2M-04QX-9TRB" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "unavailable", "locked"],
  changes: true,
  async run(tools, { named, byMail, to, code, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    const { passwordFile, passwordInConsole } = options;
    if (to !== undefined && !byMail) throw ONLY_BY_MAIL;
    const { terminal } = tools;
    await terminal.checkOutput(byMail ? SENT_COLUMNS : ACCOUNT_COLUMNS);
    const { client } = await tools.tenant("accounts", "users");
    if (byMail) {
      const { id } = await personNamed(tools, named);
      const address = to ?? (await terminal.prompts.input({ message: WHERE_TO, flag: "--to ADDRESS" }));
      tools.describeState(() => WHILE_SENDING);
      return tellSent(tools, await client.accounts.sendResetCode(id, { address }));
    }
    if (code !== undefined) {
      const { id } = await personNamed(tools, named);
      const password = await newPassword(tools, passwordFile);
      tools.describeState(() => WHILE_WRITING);
      await showAccountWritten(tools, await client.accounts.resetWithCode(id, { code, password }));
      return;
    }
    await requireToReset(tools, named);
    const { id, passwordSetAt } = await accountNamed(client, named);
    const password = await passwordOf(tools, { ...options, dryRun, passwordSetAt }, true);
    tools.describeState(() => WHILE_WRITING);
    const given = { ...password, ...(passwordInConsole && { passwordInConsole }), dryRun };
    await showAccountWritten(tools, await client.accounts.resetPassword(id, given));
  },
});

const ONLY_BY_MAIL = new Failure("usage", {
  what: text("--to goes with --by-mail", "--to は --by-mail と一緒に指定してください"),
  where: "--to",
});

const WHERE_TO = text("Mail address of the account to send the code to:", "コードを送るアカウントのメールアドレス:");

const OF_OTHERS = text("set the passwords of others", "ほかの人のパスワードの再設定");

const WHILE_SENDING = text("a code may have been sent", "コードが送信されている可能性があります");

/** The user of who acts, where that is the account that is named; it may lie outside the organisations that he sees. */
async function ownNamed(tools: Tools, named: string): Promise<Pick<Account, "id"> | undefined> {
  if (tools.globals.as === undefined) return undefined;
  const { account, user } = await (await tools.tenant("whoami")).client.whoami.show();
  if (user === null) return undefined;
  const isOwn = user.id === named || emailKey(user.email) === emailKey(named);
  return isOwn || (account !== null && codeKey(account) === codeKey(named)) ? user : undefined;
}

/** The account that is named: one's own whether or not it is in lists. @throws as `accountNamed` */
async function personNamed(tools: Tools, named: string): Promise<Pick<Account, "id">> {
  const own = await ownNamed(tools, named);
  if (own !== undefined) return own;
  await requireToWrite(tools, OF_OTHERS);
  return accountNamed((await tools.tenant("accounts")).client, named);
}

/**
 * Checks that who acts may set the password without a code: system administrators alone may for themselves, as they alone
 * change administrators above operator.
 *
 * @throws Failure `not-permitted`, with the way that is left for oneself
 */
async function requireToReset(tools: Tools, named: string): Promise<void> {
  if ((await ownNamed(tools, named)) === undefined) return requireToWrite(tools, OF_OTHERS);
  try {
    await requireRight(tools, "accounts.roles", { asked: OWN });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not-permitted") throw error;
    const { mirroredAt } = await (await tools.tenant("tenant")).client.tenant.show();
    throw error.with({ hint: mirroredAt === null ? byMailInstead(named) : IN_CONSOLE });
  }
}

const OWN = text("set their own password without a code", "コードによらない本人のパスワードの再設定");

const byMailInstead = (named: string): Text => {
  const command = line("clomo-account reset-password", [named], { byMail: true });
  return text(
    `to have a code mailed: ${command}; or ask a system administrator`,
    `コードをメールで受け取るには: ${command}。または、システム管理者に依頼してください`,
  );
};

const IN_CONSOLE = text(
  "the console's login page mails a link: 「パスワードを忘れた場合はこちら」; or ask a system administrator",
  "管理画面のログイン画面の「パスワードを忘れた場合はこちら」からメールでリンクを受け取るか、システム管理者に依頼してください",
);

async function tellSent(tools: Tools, sent: SentCode): Promise<void> {
  const { terminal } = tools;
  const { id, name, address, expiresAt, tries } = sent;
  tools.describeDone(
    text("the code was sent; its output may be incomplete", "コードは送信済みです。出力は不完全な場合があります"),
  );
  await terminal.show(SENT_COLUMNS, sent);
  const until = terminal.moment(expiresAt);
  const command = line("clomo-account reset-password", [typableName(name, id)], { code: "CODE" });
  const notes: readonly Text[] = [
    text(
      `a code was sent to ${address}: it holds until ${until}, once, for at most ${tries} tries`,
      `コードを ${address} に送信しました。有効期限は ${until}、1 回だけ有効で、入力は ${tries} 回までです`,
    ),
    text(`to set the new password by it: ${command}`, `新しいパスワードを設定するには: ${command}`),
  ];
  for (const note of notes) await terminal.note(note);
}
