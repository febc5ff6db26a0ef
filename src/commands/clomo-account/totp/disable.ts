import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { findAccount } from "../columns.ts";
import { requireAccountsWrite } from "../options.ts";

const OTHER_ACCOUNT_TEXT = text(
  "account of somebody else: name, or ID, email address or employee code of the user (default: your own account)",
  "ほかの人のアカウント。アカウント名、またはユーザーの ID・メールアドレス・社員コード(既定: 自分のアカウント)",
);

export default defineCommand({
  summary: text("sign in without an authenticator app", "認証アプリを無効にする"),
  args: { named: { kind: "string", value: "ACCOUNT", about: OTHER_ACCOUNT_TEXT } },
  options: {
    code: {
      kind: "string",
      value: "CODE",
      about: text("code of the app, or a backup code", "アプリのコードまたはバックアップコード"),
    },
  },
  examples: [
    { line: "clomoctl clomo-account totp disable --code 123456" },
    { line: "clomoctl clomo-account totp disable taro01" },
  ],
  exits: ["not-signed-in", "not-permitted", "input-rejected", "not-found", "throttled"],
  async run(tools, { named, code: typed }) {
    const { terminal } = tools;
    if (named !== undefined && typed !== undefined) throw CODE_OF_OTHER_FAILURE;
    const { client } = await tools.tenant("totp", "accounts", "users");
    if (named !== undefined) await requireAccountsWrite(tools, DISABLE_OTHER_LABEL);
    const request =
      named === undefined
        ? { code: typed ?? (await terminal.prompts.input({ message: CODE_PROMPT, flag: "--code CODE" })) }
        : { account: (await findAccount(client, named)).id };
    const { account } = await client.totp.disable(request);
    await terminal.note(
      text(`${account} signs in without codes now`, `「${account}」は、コードなしでサインインできるようになりました`),
    );
  },
});

const CODE_PROMPT = text("Code of the app, or a backup code:", "アプリのコードまたはバックアップコード:");

const DISABLE_OTHER_LABEL = text("disable the authenticator apps of others", "ほかの人の認証アプリの無効化");

const CODE_OF_OTHER_FAILURE = new Failure("usage", {
  what: text(
    "--code is only for your own account; another account's app is disabled without a code",
    "--code は自分のアカウント用です。ほかの人の認証アプリは、コードなしで無効にします",
  ),
  where: "--code",
});
