import { NOTIFY_FILE } from "../../lib/renewals/notify/secret.ts";
import { same, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";

const SETTINGS_EXAMPLE = `    smtp:
      host: smtp.example.jp
      security: starttls # tls, starttls, none
      from: CLOMO <renewals@example.jp>
      user: renewals@example.jp
      password-file: smtp-password
    recipients:
      - name: it
        way: mail
        address: it@example.jp
        language: ja
      - name: chat
        way: webhook
        url-file: chat-url
        contexts: [kanto]`;

export default defineCommand({
  summary: text("set up and test the recipients of reminders", "通知先を設定し、テストする"),
  details: [
    text(
      `Recipients are listed in ${NOTIFY_FILE} in the settings folder (CLOMOCTL_HOME). Each recipient is notified of what \`status --notify\` finds. If the owner of an item is an email address, the owner gets reminders of that item, too. Put passwords, webhook URLs and headers in files of mode 0600, never in ${NOTIFY_FILE}. Example:`,
      `通知先は設定フォルダー(CLOMOCTL_HOME)の ${NOTIFY_FILE} に書きます。\`status --notify\` が見つけた項目が、各通知先に通知されます。更新担当(owner)がメールアドレスなら、その項目の通知はそこにも届きます。パスワード・Webhook の URL・ヘッダーは ${NOTIFY_FILE} に書かず、モード 0600 のファイルに置きます。例:`,
    ),
    same(SETTINGS_EXAMPLE),
  ],
  args: {
    action: {
      kind: "choice",
      choices: ["init", "test"],
      required: true,
      about: text(
        "init: write a settings file; test: send a message to each recipient",
        "init: 設定ファイルを作る、test: 1 通ずつ送る",
      ),
    },
  },
  options: {},
  examples: [{ line: "clomoctl renewals notify init" }, { line: "clomoctl renewals notify test" }],
  exits: ["not-found", "input-rejected", "unavailable"],
  opensTenant: false,
  async run(tools, { action }) {
    const { sendTestMessages, writeNotifySettings } = await import("../kit/items/notify-set-up.ts");
    return action === "init" ? writeNotifySettings(tools, SETTINGS_EXAMPLE) : sendTestMessages(tools);
  },
});
