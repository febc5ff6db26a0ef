import type { Account } from "../../../lib/client/index.ts";
import { line, step } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { codeKey } from "../../../lib/model/normalise.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { readNewPassword } from "./account-options.ts";
import type { Tools } from "../tools.ts";

export interface FirstAdministrator {
  readonly account: string | undefined;
  readonly email: string | undefined;
  readonly passwordFile: string | undefined;
}

/**
 * Does nothing if the account is already the first system administrator.
 * @throws Failure `conflict` if there is another system administrator; `input-rejected` in a mirror
 */
export async function createFirstAdministrator(tools: Tools, typed: FirstAdministrator): Promise<void> {
  const { terminal } = tools;
  const { passwordFile } = typed;
  const { client } = await tools.tenant("accounts", "users", "tenant");
  const ask = (message: Text, flag: string): Promise<string> =>
    terminal.prompts.input({ message, flag: passwordFile === undefined ? `${flag} --password-file FILE` : flag });
  const account = typed.account ?? (await ask(ACCOUNT_PROMPT, "--account NAME"));
  if ((await client.tenant.show()).mirroredAt !== null)
    throw new Failure("input-rejected", {
      what: text(
        "this tenant is a mirror, so its administrators are created in the console",
        "このテナントは管理画面のミラーのため、管理者は管理画面で作成します",
      ),
      hint: step(
        "to set the password with which a recorded administrator signs in to this server",
        "記録済みの管理者がこのサーバーにサインインするためのパスワードを設定するには",
        line("clomo-account reset-password", [account], { forSignIn: true, passwordFile: "FILE" }),
      ),
    });
  const administrators: Account[] = [];
  for await (const one of client.accounts.list({ role: "system" })) administrators.push(one);
  const own = administrators.find(({ name }) => codeKey(name) === codeKey(account));
  if (own !== undefined && own.passwordSetAt !== null) {
    await terminal.note(
      step(
        `${own.name} is a system administrator already; the password was not changed. To change it`,
        `${own.name} はすでにシステム管理者です。パスワードは変更していません。変更するには`,
        line("clomo-account reset-password", [own.name], { passwordFile: passwordFile ?? "FILE" }),
      ),
    );
    return;
  }
  const other = administrators.find(({ passwordSetAt }) => passwordSetAt !== null);
  if (other !== undefined) throw createAdministratorExistsFailure(other);
  // read the password file first, so that an unusable file is reported before a prompt
  const filed = passwordFile === undefined ? undefined : await readNewPassword(tools, passwordFile);
  const email = typed.email ?? (account.includes("@") ? account : await ask(EMAIL_PROMPT, "--email ADDRESS"));
  const password = filed ?? (await readNewPassword(tools, undefined));
  const [known] = await client.users.find({ name: email });
  const user = known ?? (await client.users.create({ name: account, emails: [email] })).after;
  await client.accounts.create({ user: user.id, name: account, role: "system", password });
  await terminal.note(text(`created the system administrator ${account}`, `システム管理者 ${account} を作成しました`));
}

const ACCOUNT_PROMPT = text("Account of the first administrator:", "最初の管理者のアカウント名:");
const EMAIL_PROMPT = text("Email address of the first administrator:", "最初の管理者のメールアドレス:");

const createAdministratorExistsFailure = ({ name }: Account): Failure =>
  new Failure("conflict", {
    what: text(
      `the tenant has a system administrator already: ${name}; nothing was changed`,
      `システム管理者 ${name} がすでにいるため、何も変更していません`,
    ),
  });
