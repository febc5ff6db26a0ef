import { NOTIFY_FILE, getNotifyFile, readNotifySettings } from "../../lib/renewals/notify/secret.ts";
import { same, text, type Language, type Text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../kit/command.ts";
import { defineChoice } from "../kit/field.ts";
import { line, step, commandName } from "../../lib/advice/index.ts";
import { renderMail } from "../../lib/document/index.ts";
import { ensureFolder, readTrustedFile, writeProgramFile } from "../../lib/files/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { createDeliverer } from "../../lib/renewals/notify/deliver.ts";
import { describeUnknownContext } from "../../lib/renewals/notify/send.ts";
import type { Recipient } from "../../lib/renewals/notify/settings-schema.ts";
import type { Column } from "../../lib/terminal/index.ts";
import type { Tools } from "../kit/tools.ts";

async function writeNotifySettings(tools: Tools, example: string): Promise<void> {
  const { home, terminal, temporary } = tools;
  const file = getNotifyFile(home);
  if (readTrustedFile(file, home.userId) !== undefined) {
    throw new Failure("input-rejected", {
      what: text("the settings file already exists", "設定ファイルはすでにあります"),
      where: file,
      hint: step("to test the settings", "設定を確認するには", line("renewals notify", ["test"])),
    });
  }
  const details = line("renewals notify", ["init"], { helpAll: true }).toJSON();
  const intro = text(`Recipients of reminders. For details: ${details}`, `期限の通知先。詳しくは: ${details}`);
  const content = `# ${intro[terminal.language]}\nlanguage: ${terminal.language}\n\n`;
  await ensureFolder(home.folder);
  await writeProgramFile(file, `${content}${example.replaceAll(/^ {4}/gm, "# ")}\n`, { ...temporary, secret: true });
  await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
  await terminal.note(
    text(
      `edit the file, then test it: ${line("renewals notify", ["test"])}`,
      `編集後、${line("renewals notify", ["test"])} で確認してください`,
    ),
  );
}

interface RecipientTest {
  readonly recipient: Recipient;
  readonly reason: Text | undefined;
}

const TEST_MESSAGE = {
  title: text(`Test of ${commandName("renewals notify")}`, `${commandName("renewals notify")} のテスト`),
  blocks: [
    {
      kind: "paragraph",
      words: text("This is a test. Reminders will arrive here.", "テスト送信です。期限の通知は、この宛先に届きます。"),
    },
  ],
} as const;

/** If no recipient has an email address, emails the sender: this tests the mail server that reminds item owners. */
async function sendTestMessages(tools: Tools): Promise<Outcome> {
  const { terminal, clock, signal, home } = tools;
  const written = await readNotifySettings(home);
  const settings = written ?? { language: terminal.language, recipients: [], smtp: undefined };
  const { smtp, recipients, language } = settings;
  const address = /<([^<>]+)>$/.exec(smtp?.from ?? "")?.[1] ?? smtp?.from ?? "";
  const sender: Recipient = { name: address, way: "mail", address, language };
  const all = smtp === undefined || recipients.some(({ way }) => way === "mail") ? recipients : [...recipients, sender];
  if (all.length === 0) {
    throw new Failure("not-found", {
      what:
        written === undefined
          ? text("no recipients are configured", "通知先の設定がありません")
          : text("the file names no recipient", "ファイルに通知先が書かれていません"),
      where: getNotifyFile(home),
      hint: step("to see the format", "書き方を見るには", line("renewals notify", ["init"], { helpAll: true })),
    });
  }
  const deliver = createDeliverer(settings, home);
  const names = (await tools.contexts.list()).map(({ name }) => name);
  const tried: RecipientTest[] = [];
  for (const [index, recipient] of all.entries()) {
    signal.throwIfAborted();
    const messageId = `test-${clock.now().getTime()}-${index}@clomoctl.invalid`;
    const fault = await deliver(recipient, { ...renderMail(TEST_MESSAGE, recipient.language), messageId });
    const reason = fault ?? describeUnknownContext(recipient, names);
    tried.push({ recipient, reason });
  }
  await terminal.list(buildTestColumns(terminal.language), tried);
  if (tried.some(({ reason }) => reason !== undefined)) return "unavailable";
  await terminal.note(step("to send reminders daily", "毎日通知するには", line("renewals schedule", [])));
  return undefined;
}

const buildTestColumns = (language: Language): readonly Column<RecipientTest>[] => [
  {
    key: "recipient",
    header: text("recipient", "通知先"),
    value: ({ recipient }) => (recipient.way === "mail" ? recipient.address : recipient.name),
  },
  { key: "way", header: text("channel", "通知方法"), value: ({ recipient }) => recipient.way },
  {
    key: "outcome",
    header: text("outcome", "結果"),
    value: ({ reason }) => (reason === undefined ? "sent" : "failed"),
    name: ({ reason }) => (reason === undefined ? text("sent", "送信済み") : text("failed", "失敗")),
  },
  { key: "reason", advice: true, header: text("reason", "理由"), value: ({ reason }) => reason?.[language] ?? null },
];

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
        contexts: [kanto-*, osaka] # names or patterns`;

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
    action: defineChoice(
      ["init", "test"],
      "init: write a settings file; test: send a message to each recipient",
      "init: 設定ファイルを作る、test: 1 通ずつ送る",
      { required: true },
    ),
  },
  options: {},
  examples: [{ line: "clomoctl renewals notify init" }, { line: "clomoctl renewals notify test" }],
  exits: ["not-found", "input-rejected", "unavailable"],
  opensTenant: false,
  async run(tools, { action }) {
    return action === "init" ? writeNotifySettings(tools, SETTINGS_EXAMPLE) : sendTestMessages(tools);
  },
});
