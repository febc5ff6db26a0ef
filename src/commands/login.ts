import type { RemoteContext } from "../lib/config/context.ts";
import { storeCredential } from "../lib/config/credentials.ts";
import { line, step } from "../lib/advice/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { defineOption } from "./kit/field.ts";
import { PASSWORD_FILE_OPTION, readSecretFile } from "./kit/change/secrets.ts";
import type { Tools } from "./kit/tools.ts";

export const requireRemoteContext = async (tools: Tools): Promise<RemoteContext> => {
  const { context } = await tools.tenant();
  if (context.kind === "remote") return context;
  throw new Failure("usage", {
    what: text(
      `${context.name} is a local tenant: you do not need to sign in`,
      `${context.name} はこのコンピューターに保存されたテナントのため、サインインは不要です`,
    ),
    where: "--context",
    hint: step(
      "to add the tenant of a server",
      "サーバーのテナントを登録するには",
      line("context add", ["NAME"], { url: "https://…" }),
    ),
  });
};

export default defineCommand({
  summary: text(
    "sign in to the tenant of a server, or to a server",
    "サーバーのテナント、またはサーバーにサインインする",
  ),
  details: [
    text(
      "The session of an account lasts 12 hours from its last use, at most 30 days. Its secret is stored in clomoctl's folder (CLOMOCTL_HOME), in a file that only you can read. For cron and scripts, create an access token instead, and pass it with CLOMOCTL_TOKEN or --token-file.",
      "アカウントのセッションは最後に使ってから 12 時間、最長 30 日有効です。シークレットは、自分だけが読めるファイルとして clomoctl のフォルダー(CLOMOCTL_HOME)に保存します。cron やスクリプトではアクセストークンを作り、CLOMOCTL_TOKEN か --token-file で渡してください。",
    ),
    text(
      "With the address of a server, you sign in once for all its tenants with the server's identity provider: open the shown address in any browser, and enter the code there. A context is added for each tenant that you may enter. The session is renewed in silence until the provider or `logout` ends it.",
      "サーバーのアドレスを指定すると、そのサーバーの ID プロバイダーで、全テナントに 1 回でサインインします。表示されたアドレスを任意のブラウザーで開き、コードを入力してください。利用できるテナントごとにコンテキストを追加します。セッションは自動で更新され、プロバイダーか `logout` が終了するまで続きます。",
    ),
    text(
      "If you forgot your password, --forgot sends a code to the email address of your account; with --reset-code, you set a new password and sign in. The response does not reveal whether an account exists.",
      "パスワードを忘れた場合は、--forgot でアカウントのメールアドレスにコードを送り、--reset-code で新しいパスワードを設定してサインインします。アカウントが存在するかどうかは表示しません。",
    ),
  ],
  args: {
    server: {
      kind: "string",
      value: "SERVER",
      about: text(
        "address of a server with an identity provider: https://…",
        "ID プロバイダーを使うサーバーのアドレス(https://…)",
      ),
    },
  },
  options: {
    account: { kind: "string", value: "NAME", about: text("account name", "アカウント名") },
    passwordFile: PASSWORD_FILE_OPTION,
    forgot: {
      kind: "string",
      value: "ACCOUNT",
      about: text("email a code for setting a new password", "パスワード再設定コードをメールで受け取る"),
    },
    resetCode: defineOption(
      "string",
      "CODE",
      "set a new password with the code received by email",
      "メールで届いたコードで新しいパスワードを設定する",
    ),
  },
  excludes: [
    ["server", "forgot", "account"],
    ["server", "forgot", "passwordFile"],
    ["server", "forgot", "resetCode"],
    ["server", "context"],
    ["server", "as"],
    ["server", "tokenFile"],
  ],
  examples: [
    { line: "clomoctl login --context head-office" },
    { line: "clomoctl login https://mdm.example.jp" },
    { line: "clomoctl login --context head-office --account taro01 --password-file taro01.txt" },
    { line: "clomoctl login --context head-office --forgot taro01" },
    { line: "clomoctl login --context head-office --account taro01 --reset-code 7K2M-04QX-9TRB" },
  ],
  exits: ["not-signed-in", "input-rejected", "not-found", "unavailable", "throttled"],
  async run(tools, { server, account: typed, passwordFile, forgot, resetCode }) {
    const { terminal, home, temporary } = tools;
    if (server !== undefined) return (await import("./kit/change/server-session.ts")).signInToServer(tools, server);
    const context = await requireRemoteContext(tools);
    const { client } = await tools.tenant("sessions");
    if (forgot !== undefined) {
      await client.sessions.requestResetCode({ account: forgot });
      const next = line("login", [], { account: forgot, resetCode: "CODE" });
      await terminal.note(CODE_REQUESTED_TEXT);
      await terminal.note(step("to set a new password with the code", "コードで新しいパスワードを設定するには", next));
      return;
    }
    const flag = passwordFile === undefined ? "--account NAME --password-file FILE" : "--account NAME";
    const account = typed ?? (await terminal.prompts.input({ message: text("Account:", "アカウント名:"), flag }));
    const password =
      resetCode === undefined
        ? await readPassword(tools, passwordFile)
        : await (await import("./kit/change/account-options.ts")).readNewPassword(tools, passwordFile);
    if (resetCode !== undefined) await client.sessions.resetPassword({ account, code: resetCode, password });
    const request = { account, password };
    const { secret, account: called } = await client.sessions.create(request);
    await storeCredential({ home, processes: temporary.processes }, context, secret);
    const { name } = context;
    await terminal.note(text(`signed in to ${name} as ${called}`, `${name} に ${called} としてサインインしました`));
  },
});

/** Does not check the rules for new passwords, because an older password may violate them. */
const readPassword = async (tools: Tools, file: string | undefined): Promise<string> =>
  file === undefined
    ? tools.terminal.prompts.secret({ message: text("Password:", "パスワード:"), flag: "--password-file FILE" })
    : readSecretFile(tools, file);

const CODE_REQUESTED_TEXT = text(
  "if this account exists and its password can be reset, a code was sent to its email address",
  "このアカウントが存在し、パスワードを再設定できる場合は、メールアドレスにコードを送信しました",
);
