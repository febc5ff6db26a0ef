import { line, step, commandName } from "../../../lib/advice/index.ts";
import { join } from "node:path";
import type { Document } from "../../../lib/document/blocks.ts";
import { renderMail } from "../../../lib/document/mail.ts";
import { ensureFolder, readTrustedFile, writeProgramFile } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../../lib/model/rules.ts";
import { createDeliverer } from "../../../lib/renewals/notify/deliver.ts";
import type { SecretPlace } from "../../../lib/renewals/notify/secret.ts";
import { NOTIFY_FILE, type NotifySettings, type Recipient } from "../../../lib/renewals/notify/settings.ts";
import { renderRenewalCalendar } from "../../../lib/renewals/output/calendar.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Language, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Tools } from "../../tools.ts";

interface SetupAnswers {
  readonly host: string;
  readonly from: string;
  readonly user: string;
  readonly address: string;
}

const EMPTY_ANSWERS: SetupAnswers = { host: "", from: "", user: "", address: "" };

/**
 * Writes a settings file with comments. On a terminal, it contains the answers to a few questions; otherwise no mail
 * server and no recipients are set.
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
  tools.describeState(() => text("no settings were written", "設定ファイルは書き出していません"));
  const answers = terminal.interactive ? await askForSettings(tools) : EMPTY_ANSWERS;
  const content = renderSettings(answers, terminal.language);
  tools.describeState(() => text("the settings may have been written", "設定ファイルは書き出された可能性があります"));
  await ensureFolder(home.settings);
  await writeProgramFile(file, content, { ...temporary, secret: true });
  await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
  if (answers.user !== "") {
    const secret = join(home.settings, "smtp-password");
    await terminal.note(
      text(`write the password to ${secret} (chmod 600)`, `パスワードを ${secret} に書いてください(chmod 600)`),
    );
  }
  await terminal.note(
    text(
      `edit the file, then test it: ${line("renewals notify", ["test"])}`,
      `編集後、${line("renewals notify", ["test"])} で確認してください`,
    ),
  );
}

async function askForSettings({ terminal }: Tools): Promise<SetupAnswers> {
  const input = async (message: Text, check?: (typed: string) => Text | undefined): Promise<string> =>
    (await terminal.prompts.input({ message, flag: "init", ...(check === undefined ? {} : { check }) })).trim();
  const address = (typed: string): Text | undefined =>
    typed.trim() === "" || satisfiesRule(SENDABLE_ADDRESS_RULE, typed.trim())
      ? undefined
      : text("not an email address", "メールアドレスではありません");
  const host = await input(
    text(
      "Mail server for reminders, such as smtp.example.jp (leave blank for no email)",
      "通知に使うメールサーバー(例 smtp.example.jp。未入力ならメールを使わない)",
    ),
    (typed) => (/^[\w.:-]*$/.test(typed.trim()) ? undefined : text("not a host name", "ホスト名ではありません")),
  );
  if (host === "") return EMPTY_ANSWERS;
  return {
    host,
    from: await input(text("Sender address of reminders (required)", "通知の差出人のアドレス(必須)"), (typed) =>
      typed.trim() === "" ? text("not an email address", "メールアドレスではありません") : address(typed),
    ),
    user: await input(text(`User name on ${host} (leave blank if none)`, `${host} のユーザー名(未入力ならなし)`)),
    address: await input(
      text(
        "Email address to notify (leave blank to notify only owners)",
        "通知先のメールアドレス(未入力なら更新担当だけ)",
      ),
      address,
    ),
  };
}

const quoteYaml = (value: string): string => JSON.stringify(value);

/** Renders the settings file. A setting without a value is written as a comment that shows the syntax. */
function renderSettings({ host, from, user, address }: SetupAnswers, language: Language): string {
  const say = (en: string, ja: string): string => `# ${text(en, ja)[language]}`;
  const set = (isSet: boolean, line: string): string => (isSet ? line : `# ${line}`);
  const smtp = host !== "";
  return [
    say(
      `Recipients of reminders; for details: ${line("renewals notify", [], { helpAll: true })}`,
      `期限の通知先。詳しくは: ${line("renewals notify", [], { helpAll: true })}`,
    ),
    `language: ${language}`,
    say("when to send reminders: days before the expiry date", "期限の何日前に知らせるか"),
    "# stages: [90, 60, 30, 15, 7, 3, 1, 0]",
    "",
    say(
      "mail server; it also sends reminders to owners that are email addresses",
      "メールサーバー。更新担当がメールアドレスなら、そこにも送る",
    ),
    set(smtp, "smtp:"),
    set(smtp, `  host: ${quoteYaml(smtp ? host : "smtp.example.jp")}`),
    set(smtp, "  security: starttls # tls | starttls | none"),
    set(smtp, `  from: ${quoteYaml(smtp ? from : "renewals@example.jp")}`),
    set(user !== "", `  user: ${quoteYaml(user === "" ? "renewals@example.jp" : user)}`),
    say(
      "file in the same folder as this file, readable only by you (chmod 600)",
      "このファイルと同じフォルダーの、自分だけが読めるファイル(chmod 600)",
    ),
    set(user !== "", "  password-file: smtp-password"),
    "",
    address === "" ? "recipients: []" : "recipients:",
    set(address !== "", "  - name: it"),
    set(address !== "", "    way: mail"),
    set(address !== "", `    address: ${quoteYaml(address === "" ? "it@example.jp" : address)}`),
    "#   - name: chat",
    "#     way: webhook",
    "#     service: slack # teams | google-chat | chatwork | line-works | template",
    say("  the URL is a secret, so write it to a file", "  URL は他の人に知られないよう、ファイルに書く"),
    "#     url-file: slack-url",
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
export async function sendTestMessages(tools: Tools, settings: NotifySettings, place: SecretPlace): Promise<Outcome> {
  const { terminal, clock, signal } = tools;
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
  const deliver = createDeliverer(settings, place);
  const tried: RecipientTest[] = [];
  for (const [index, recipient] of all.entries()) {
    signal.throwIfAborted();
    const messageId = `test-${clock.now().getTime()}-${index}@clomoctl.invalid`;
    const digest = { due: [], warnings: [], language: recipient.language, severalContexts: false, messageId };
    const message = {
      ...renderMail(TEST_MESSAGE, recipient.language),
      calendar: await renderRenewalCalendar([], recipient.language),
      guides: [],
      messageId,
    };
    const delivery = await deliver(recipient, message, digest);
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
