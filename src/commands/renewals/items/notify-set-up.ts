import { line, step } from "../../../lib/advice/index.ts";
import { join } from "node:path";
import type { Document } from "../../../lib/document/blocks.ts";
import { documentMail } from "../../../lib/document/mail.ts";
import { ensureFolder, readOwnFile, writeOwnFile } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { fits, SENDABLE_ADDRESS } from "../../../lib/model/rules.ts";
import { deliveryOf } from "../../../lib/renewals/notify/deliver.ts";
import type { SecretPlace } from "../../../lib/renewals/notify/secret.ts";
import { NOTIFY_FILE, type NotifySettings, type Recipient } from "../../../lib/renewals/notify/settings.ts";
import { renewalCalendar } from "../../../lib/renewals/output/calendar.ts";
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

const NOTHING: SetupAnswers = { host: "", from: "", user: "", address: "" };

/**
 * Writes commented settings, with what a person answered on a terminal; else with nothing set.
 *
 * @throws Failure `input-rejected` when there are settings already
 */
export async function writeSettings(tools: Tools): Promise<void> {
  const { home, terminal, temporary } = tools;
  const file = join(home.settings, NOTIFY_FILE);
  if (readOwnFile(file, home.userId) !== undefined) {
    throw new Failure("input-rejected", {
      what: text("there are settings already", "設定ファイルはすでにあります"),
      where: file,
      hint: step("to try them", "動作の確認", line("renewals notify", ["test"])),
    });
  }
  tools.describeState(() => text("no settings were written", "設定ファイルは書き出していません"));
  const answers = terminal.interactive ? await ask(tools) : NOTHING;
  const content = settingsText(answers, terminal.language);
  tools.describeState(() => text("the settings may have been written", "設定ファイルは書き出された可能性があります"));
  await ensureFolder(home.settings);
  await writeOwnFile(file, content, { ...temporary, secret: true });
  await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
  if (answers.user !== "") {
    const secret = join(home.settings, "smtp-password");
    await terminal.note(
      text(`put the password into ${secret} (chmod 600)`, `パスワードを ${secret} に書いてください(chmod 600)`),
    );
  }
  await terminal.note(
    text(
      `edit it, then try it: ${line("renewals notify", ["test"])}`,
      `編集後、${line("renewals notify", ["test"])} で確認してください`,
    ),
  );
}

async function ask({ terminal }: Tools): Promise<SetupAnswers> {
  const input = async (message: Text, check?: (typed: string) => Text | undefined): Promise<string> =>
    (await terminal.prompts.input({ message, flag: "init", ...(check === undefined ? {} : { check }) })).trim();
  const address = (typed: string): Text | undefined =>
    typed.trim() === "" || fits(SENDABLE_ADDRESS, typed.trim())
      ? undefined
      : text("not a mail address", "メールアドレスではありません");
  const host = await input(
    text(
      "Mail server for notices, such as smtp.example.jp (blank: no mail)",
      "通知に使うメールサーバー(例 smtp.example.jp。空ならメールを使わない)",
    ),
    (typed) => (/^[\w.:-]*$/.test(typed.trim()) ? undefined : text("not a host name", "ホスト名ではありません")),
  );
  if (host === "") return NOTHING;
  return {
    host,
    from: await input(text("Address of the sender of notices (required)", "通知の差出人のアドレス(必須)"), (typed) =>
      typed.trim() === "" ? text("not a mail address", "メールアドレスではありません") : address(typed),
    ),
    user: await input(text(`User name at ${host} (blank: none)`, `${host} のユーザー名(空ならなし)`)),
    address: await input(
      text("Mail address to notify (blank: owners only)", "通知先のメールアドレス(空なら更新担当だけ)"),
      address,
    ),
  };
}

/** A value of YAML in quotes. */
const quoted = (value: string): string => JSON.stringify(value);

/** Every line that sets nothing is a comment that shows how. */
function settingsText({ host, from, user, address }: SetupAnswers, language: Language): string {
  const say = (en: string, ja: string): string => `# ${text(en, ja)[language]}`;
  const set = (isSet: boolean, line: string): string => (isSet ? line : `# ${line}`);
  const smtp = host !== "";
  return [
    say(
      `Who is notified of what expires: ${line("renewals notify", [], { helpAll: true })}`,
      `期限の通知先: ${line("renewals notify", [], { helpAll: true })}`,
    ),
    `language: ${language}`,
    say("days before expiry", "期限の何日前に知らせるか"),
    "# stages: [90, 60, 30, 15, 7, 3, 1, 0]",
    "",
    say(
      "the mail server; owners that are mail addresses are notified by it too",
      "メールサーバー。更新担当がメールアドレスなら、そこにも送る",
    ),
    set(smtp, "smtp:"),
    set(smtp, `  host: ${quoted(smtp ? host : "smtp.example.jp")}`),
    set(smtp, "  security: starttls # tls | starttls | none"),
    set(smtp, `  from: ${quoted(smtp ? from : "renewals@example.jp")}`),
    set(user !== "", `  user: ${quoted(user === "" ? "renewals@example.jp" : user)}`),
    say(
      "a file beside this one that only you can read (chmod 600)",
      "このファイルと同じフォルダーの、自分だけが読めるファイル(chmod 600)",
    ),
    set(user !== "", "  password-file: smtp-password"),
    "",
    address === "" ? "recipients: []" : "recipients:",
    set(address !== "", "  - name: it"),
    set(address !== "", "    way: mail"),
    set(address !== "", `    address: ${quoted(address === "" ? "it@example.jp" : address)}`),
    "#   - name: chat",
    "#     way: webhook",
    "#     service: slack # teams | google-chat | chatwork | line-works | template",
    say("  the address is a secret, so it is in a file", "  アドレスは機密情報なので、ファイルに書く"),
    "#     url-file: slack-url",
    "",
  ].join("\n");
}

/** A recipient that was tried, and why nothing arrived. */
interface RecipientTest {
  readonly recipient: Recipient;
  readonly reason: Text | undefined;
}

const TEST: Document = {
  title: text(`Test of ${line("renewals notify", [])}`, `${line("renewals notify", [])} のテスト`),
  intro: [
    {
      kind: "paragraph",
      words: text(
        "This is a test. Notices about expiry dates will arrive here.",
        "テスト送信です。期限についての通知は、この宛先に届きます。",
      ),
    },
  ],
  sections: [],
};

/** One message through each way of the settings; nothing is recorded. The sender stands for owners, where no mail is listed. */
export async function tryWays(tools: Tools, settings: NotifySettings, place: SecretPlace): Promise<Outcome> {
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
  const deliver = deliveryOf(settings, place);
  const tried: RecipientTest[] = [];
  for (const [index, recipient] of all.entries()) {
    signal.throwIfAborted();
    const messageId = `test-${clock.now().getTime()}-${index}@clomoctl.invalid`;
    const digest = { due: [], warnings: [], language: recipient.language, severalContexts: false, messageId };
    const message = {
      ...documentMail(TEST, recipient.language),
      calendar: await renewalCalendar([], recipient.language),
      guides: [],
      messageId,
    };
    const delivery = await deliver(recipient, message, digest);
    tried.push({ recipient, reason: delivery.sent ? undefined : delivery.reason });
  }
  await terminal.list(columnsIn(terminal.language), tried);
  return tried.some(({ reason }) => reason !== undefined) ? "unavailable" : undefined;
}

const columnsIn = (language: Language): readonly Column<RecipientTest>[] => [
  {
    key: "recipient",
    header: text("recipient", "通知先"),
    value: ({ recipient }) => (recipient.way === "mail" ? recipient.address : recipient.name),
  },
  { key: "way", header: text("way", "方法"), value: ({ recipient }) => recipient.way },
  {
    key: "outcome",
    header: text("outcome", "結果"),
    value: ({ reason }) => (reason === undefined ? "sent" : "failed"),
    name: ({ reason }) => (reason === undefined ? text("sent", "送信済み") : text("failed", "失敗")),
  },
  { key: "reason", header: text("reason", "理由"), value: ({ reason }) => reason?.[language] ?? null },
];
