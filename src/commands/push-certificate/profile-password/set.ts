import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { PROFILE_PASSWORD_RULE, validateProfilePassword } from "../../../lib/model/push-certificate.ts";
import { ANY_TEXT_RULE } from "../../../lib/model/rules.ts";
import { text } from "../../../lib/text/index.ts";
import { requireAppleAccess } from "../../ade/fence.ts";
import { defineCommand } from "../../command.ts";
import { STATE_UNCHANGED, STATE_MAYBE_CHANGED, STATE_CHANGED } from "../../records/change-result.ts";
import { readSecretInput, buildSecretOptions, isSecretFromStdin, type Secret } from "../../records/secrets.ts";
import { requireRight } from "../../rights.ts";
import { PUSH_COLUMNS } from "../columns.ts";

const PROFILE_PASSWORD_SECRET: Secret<"password"> = {
  name: "password",
  called: text("password", "パスワード"),
  rule: ANY_TEXT_RULE,
  further: { about: PROFILE_PASSWORD_RULE, fault: validateProfilePassword },
};

const { passwordFile, passwordStdin } = buildSecretOptions(PROFILE_PASSWORD_SECRET);

export default defineCommand({
  summary: text(
    "record that the password for manual installation of the profile was set",
    "プロファイルの手動インストール用パスワードの設定を記録する",
  ),
  details: [
    text(
      `The password (${PROFILE_PASSWORD_RULE.en}) is checked but not saved, because clomoctl does not install profiles. Only the fact that it was set and the time are recorded. Without an option, you are asked for the password twice, without echo. In a mirror of the console, this command is refused unless the endpoint is a simulator.`,
      `パスワード(${PROFILE_PASSWORD_RULE.ja})は形式だけを確かめ、保存しません(clomoctl はプロファイルをインストールしません)。設定したことと日時だけを記録します。オプションを省略すると、画面に表示せずに 2 回尋ねます。管理画面のミラーでは、接続先がシミュレーターの場合を除き実行できません。`,
    ),
  ],
  args: {},
  options: { passwordFile, passwordStdin },
  examples: [{ line: "clomoctl push-cert profile-password set --password-file pw.txt" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: PUSH_COLUMNS,
  async run(tools, { passwordFile: file, passwordStdin: stdin }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireRight(tools, "apple.write");
    const given = { file, stdin, prompt: file === undefined && !stdin };
    isSecretFromStdin(PROFILE_PASSWORD_SECRET, given);
    await requireAppleAccess(tools, CONSOLE_STEPS.push);
    const { client } = await tools.tenant("push-certificate");
    const password = (await readSecretInput(tools, PROFILE_PASSWORD_SECRET, given)) ?? "";
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const state = await client["push-certificate"].setProfilePassword({ password });
    tools.describeDone(STATE_CHANGED);
    await tools.terminal.show(PUSH_COLUMNS, state);
    await tools.terminal.note(
      text("recorded; the password itself is not saved", "記録しました。パスワード自体は保存していません"),
    );
  },
});
