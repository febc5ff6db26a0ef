import { line, step, commandName } from "../../../lib/advice/index.ts";
import { join } from "node:path";
import type { Document } from "../../../lib/document/blocks.ts";
import { renderMail } from "../../../lib/document/index.ts";
import { ensureFolder, readTrustedFile, writeProgramFile } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { createDeliverer } from "../../../lib/renewals/notify/deliver.ts";
import { NOTIFY_FILE, type NotifySettings, type Recipient } from "../../../lib/renewals/notify/settings.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Language, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Tools } from "../../tools.ts";

/**
 * Writes a settings file with comments, without a mail server and recipients.
 *
 * @throws Failure `input-rejected` if settings already exist
 */
export async function writeNotifySettings(tools: Tools): Promise<void> {
  const { home, terminal, temporary } = tools;
  const file = join(home.settings, NOTIFY_FILE);
  if (readTrustedFile(file, home.userId) !== undefined) {
    throw new Failure("input-rejected", {
      what: text("the settings file already exists", "設定ファイルはすでにあります"),
      where: file,
      hint: step("to test the settings", "動作の確認", line("renewals notify", ["test"])),
    });
  }
  const content = renderSettings(terminal.language);
  await ensureFolder(home.settings);
  await writeProgramFile(file, content, { ...temporary, secret: true });
  await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
  await terminal.note(
    text(
      `edit the file, then test it: ${line("renewals notify", ["test"])}`,
      `編集後、${line("renewals notify", ["test"])} で確認してください`,
    ),
  );
}

function renderSettings(language: Language): string {
  const say = (en: string, ja: string): string => `# ${text(en, ja)[language]}`;
  return [
    say(
      `Recipients of reminders; for details: ${line("renewals notify", ["init"], { helpAll: true }).toJSON()}`,
      `期限の通知先。詳しくは: ${line("renewals notify", ["init"], { helpAll: true }).toJSON()}`,
    ),
    `language: ${language}`,
    say(
      "mail server; it also sends reminders to owners that are email addresses",
      "メールサーバー。更新担当がメールアドレスなら、そこにも送る",
    ),
    "# smtp:",
    "#   host: smtp.example.jp",
    "#   security: starttls # tls | starttls | none",
    "#   from: renewals@example.jp",
    "#   user: renewals@example.jp",
    say(
      "file in the same folder as this file, readable only by you (chmod 600)",
      "このファイルと同じフォルダーの、自分だけが読めるファイル(chmod 600)",
    ),
    "#   password-file: smtp-password",
    "",
    "recipients: []",
    "#   - name: it",
    "#     way: mail",
    "#     address: it@example.jp",
    "#   - name: chat",
    "#     way: webhook",
    say("  the URL is a secret, so write it to a file", "  URL は他の人に知られないよう、ファイルに書く"),
    "#     url-file: chat-url",
    "",
  ].join("\n");
}

interface RecipientTest {
  readonly recipient: Recipient;
  readonly reason: Text | undefined;
}

const TEST_MESSAGE: Document = {
  title: text(`Test of ${commandName("renewals notify")}`, `${commandName("renewals notify")} のテスト`),
  intro: [
    {
      kind: "paragraph",
      words: text(
        "This is a test. Reminders about expiry dates will arrive here.",
        "テスト送信です。期限についての通知は、この宛先に届きます。",
      ),
    },
  ],
  sections: [],
};

/**
 * Sends one message to each recipient in the settings, and records nothing. If there is a mail server but no email
 * recipient, the sender's own address also receives a message, because owners are notified by email.
 */
export async function sendTestMessages(tools: Tools, settings: NotifySettings): Promise<Outcome> {
  const { terminal, clock, signal, environment, home, machine } = tools;
  const { smtp, recipients, language } = settings;
  const listed = recipients.some(({ way }) => way === "mail");
  const address = /<([^<>]+)>$/.exec(smtp?.from ?? "")?.[1] ?? smtp?.from ?? "";
  const sender: Recipient = { name: address, way: "mail", address, language };
  const all = smtp === undefined || listed ? recipients : [...recipients, sender];
  if (all.length === 0) {
    throw new Failure("not-found", {
      what: text("no recipients are configured", "通知先の設定がありません"),
      where: join(tools.home.settings, NOTIFY_FILE),
    });
  }
  const place = { environment, folder: home.settings, modes: machine.platform !== "win32" };
  const deliver = createDeliverer(settings, place);
  const tried: RecipientTest[] = [];
  for (const [index, recipient] of all.entries()) {
    signal.throwIfAborted();
    const messageId = `test-${clock.now().getTime()}-${index}@clomoctl.invalid`;
    const message = {
      ...renderMail(TEST_MESSAGE, recipient.language),
      messageId,
    };
    const delivery = await deliver(recipient, message, []);
    tried.push({ recipient, reason: delivery.sent ? undefined : delivery.reason });
  }
  await terminal.list(buildTestColumns(terminal.language), tried);
  return tried.some(({ reason }) => reason !== undefined) ? "unavailable" : undefined;
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
