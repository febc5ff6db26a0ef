import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { PROFILE_PASSWORD_RULE, profilePasswordFault } from "../../../lib/model/push-certificate.ts";
import { TEXT } from "../../../lib/model/rules.ts";
import { text } from "../../../lib/text/index.ts";
import { requireApple } from "../../ade/fence.ts";
import { defineCommand } from "../../command.ts";
import { BEFORE_WRITING, WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import { secretOf, secretOptions, takesStdin, type Secret } from "../../records/secrets.ts";
import { requireRight } from "../../rights.ts";
import { PUSH_COLUMNS } from "../columns.ts";

const PASSWORD: Secret<"password"> = {
  name: "password",
  called: "パスワード",
  rule: TEXT,
  further: { about: PROFILE_PASSWORD_RULE, fault: profilePasswordFault },
};

const { passwordFile, passwordStdin } = secretOptions(PASSWORD);

export default defineCommand({
  summary: text(
    "record that the password for installing the profile by hand was set",
    "プロファイルの手動インストール用パスワードの設定を記録する",
  ),
  details: [
    text(
      `The password (${PROFILE_PASSWORD_RULE.en}) is checked, and kept nowhere: clomoctl installs no profiles. That it was set, and when, is recorded. Without an option it is asked for twice, without echo. In a mirror of the console it is refused, unless the endpoint is a simulator.`,
      `パスワード(${PROFILE_PASSWORD_RULE.ja})は形式だけを確かめ、保存しません(clomoctl はプロファイルをインストールしません)。設定したことと日時だけを記録します。オプションを省略すると、画面に表示せずに 2 回尋ねます。管理画面のミラーでは、接続先がシミュレーターの場合を除き実行できません。`,
    ),
  ],
  args: {},
  options: { passwordFile, passwordStdin },
  examples: [{ line: "clomoctl push-cert profile-password set --password-file pw.txt" }],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: PUSH_COLUMNS,
  async run(tools, { passwordFile: file, passwordStdin: stdin }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "apple.write");
    const given = { file, stdin, prompt: file === undefined && !stdin };
    takesStdin(PASSWORD, given);
    await requireApple(tools, CONSOLE_STEPS.push);
    const { client } = await tools.tenant("push-certificate");
    const password = (await secretOf(tools, PASSWORD, given)) ?? "";
    tools.describeState(() => WHILE_WRITING);
    const state = await client["push-certificate"].setProfilePassword({ password });
    tools.describeDone(WRITTEN);
    await tools.terminal.show(PUSH_COLUMNS, state);
    await tools.terminal.note(
      text("recorded; the password itself is kept nowhere", "記録しました。パスワード自体は保存していません"),
    );
  },
});
