import { line, step } from "../../lib/advice/index.ts";
import { createReadFailure } from "../../lib/files/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { createDeliverer, createObstacleFinder } from "../../lib/renewals/notify/deliver.ts";
import type { SecretPlace } from "../../lib/renewals/notify/secret.ts";
import type { ReminderRow } from "../../lib/renewals/notify/sender.ts";
import type { ReminderTenant } from "../../lib/renewals/notify/tenant.ts";
import { planReminders, deliverReminders } from "../../lib/renewals/notify/send.ts";
import { getNotifyFile, readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import { NOTIFY_FILE, type NotifySettings, type Recipient } from "../../lib/renewals/notify/settings.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { RENEWAL_KINDS } from "../../lib/model/renewal.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../command.ts";
import { requireRight } from "../rights.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";
import { readCurrentItems } from "./items/tenant-items.ts";
import { stampRun } from "./last-run.ts";

const OUTCOME_LABELS: Readonly<Record<ReminderRow["outcome"], Text>> = {
  due: text("due", "送信予定"),
  sent: text("sent", "送信済み"),
  failed: text("failed", "失敗"),
  busy: text("being sent by another run", "別の実行で送信中"),
};

const CHANNEL_LABELS: Readonly<Record<Recipient["way"], Text>> = {
  mail: text("email", "メール"),
  webhook: text("webhook", "Webhook"),
  command: text("command", "コマンド"),
};

const buildReminderColumns = (terminal: Terminal): readonly Column<ReminderRow>[] => [
  { key: "context", header: text("tenant", "テナント"), value: ({ due }) => due.context },
  {
    key: "kind",
    header: text("kind", "種類"),
    value: ({ due }) => due.item.kind,
    name: ({ due }) => RENEWAL_KINDS[due.item.kind],
  },
  { key: "name", header: text("name", "名前"), value: ({ due }) => due.item.name },
  { key: "expiresOn", header: text("expires on", "期限"), value: ({ due }) => due.day },
  { key: "daysLeft", header: text("days left", "残り日数"), align: "end", value: ({ due }) => due.days },
  { key: "stage", header: text("stage", "段階"), align: "end", value: ({ due }) => due.stage },
  {
    key: "recipient",
    header: text("recipient", "通知先"),
    value: ({ recipient }) => (recipient.way === "mail" ? recipient.address : recipient.name),
  },
  {
    key: "way",
    header: text("channel", "方法"),
    value: ({ recipient }) => recipient.way,
    name: ({ recipient }) => CHANNEL_LABELS[recipient.way],
  },
  { key: "language", header: text("language", "言語"), value: ({ recipient }) => recipient.language },
  {
    key: "outcome",
    header: text("outcome", "結果"),
    value: ({ outcome }) => outcome,
    name: ({ outcome }) => OUTCOME_LABELS[outcome],
  },
  {
    key: "reason",
    header: text("reason", "理由"),
    advice: true,
    value: ({ reason }) => (reason === undefined ? undefined : terminal.say(reason)),
  },
  { key: "itemId", header: text("ID", "ID"), value: ({ due }) => due.item.id },
];

const SETTINGS_EXAMPLE = `    smtp:
      host: smtp.example.jp
      security: starttls             # tls, starttls, none
      from: CLOMO <renewals@example.jp>
      user: renewals@example.jp
      password-file: smtp-password   # or password-env
    recipients:
      - name: it
        way: mail
        address: it@example.jp
        language: ja
      - name: chat
        way: webhook
        url-file: chat-url           # or url-env
      - name: ticket
        way: command
        command: [/usr/local/bin/ticket, --new]
        contexts: [kanto]
        kinds: [push-certificate, ade-token]`;

export default defineCommand({
  summary: text(
    "send reminders about items that are due, each reminder only once",
    "期限の近いものを通知先に 1 回ずつ知らせる",
  ),
  details: [
    text(
      "Made for cron: 90, 60, 30, 15, 7, 3, 1 and 0 days before expiry, then daily while expired, each recipient gets one digest by email, webhook or command. Each reminder is sent once, however often this runs, even if runs are missed, overlap or are killed. Failed deliveries are retried by the next run (exit 7 until then). If an item's owner is an email address, the owner is notified too.",
      "cron での実行を想定しています。期限の 90・60・30・15・7・3・1・0 日前と、期限切れの間は毎日、通知先ごとに 1 通にまとめて、メール・Webhook・コマンドで知らせます。何度実行しても、実行が抜けたり重なったり途中で止まったりしても、各項目の各段階は通知先ごとに 1 回だけです。失敗した通知先には次の実行で再送します(それまで終了コード 7)。更新担当(owner)がメールアドレスなら、その宛先にも知らせます。",
    ),
    text(
      `Recipients are listed in ${NOTIFY_FILE} in the settings folder (CLOMOCTL_HOME). Put passwords, webhook URLs and tokens in environment variables or in files of mode 0600, never in ${NOTIFY_FILE}. Example:`,
      `通知先は設定フォルダー(CLOMOCTL_HOME)の ${NOTIFY_FILE} に書きます。パスワード・Webhook の URL・トークンはそこに書かず、環境変数かモード 0600 のファイルに置きます。例:`,
    ),
    same(SETTINGS_EXAMPLE),
  ],
  args: {
    action: {
      kind: "choice",
      choices: ["init", "test"],
      about: text(
        "init: write commented settings; test: send one message to each recipient (default: send reminders)",
        "init: コメント付きの設定ファイルを作る、test: 各通知先に 1 通ずつ送る(既定: 通知する)",
      ),
    },
  },
  options: {
    dryRun: {
      kind: "boolean",
      about: text(
        "show what would be sent to whom, without sending or recording anything",
        "送信も記録もせず、送信内容だけを表示する",
      ),
    },
    allContexts: {
      kind: "boolean",
      about: text("include all tenants in one digest", "すべてのテナントを 1 通にまとめる"),
    },
  },
  examples: [
    { line: "clomoctl renewals notify init" },
    { line: "clomoctl renewals notify test" },
    { line: "clomoctl renewals notify --dry-run" },
    { line: "clomoctl renewals notify --all-contexts --quiet", about: text("in a crontab", "crontab に書く行") },
  ],
  excludes: [
    ["action", "dryRun"],
    ["action", "allContexts"],
  ],
  exits: ["not-found", "input-rejected", "not-permitted", "unavailable", "locked"],
  shows: buildReminderColumns,
  async run(tools, { action, dryRun, allContexts }) {
    // init and test send no request that checks this right, because the settings belong to this computer and not to the
    // tenant; sent reminders are recorded in the tenant
    if (!allContexts) await requireRight(tools, "renewals.write");
    if (action === "init") return (await import("./items/notify-set-up.ts")).writeNotifySettings(tools);
    if (action === "test") {
      const { sendTestMessages } = await import("./items/notify-set-up.ts");
      return sendTestMessages(tools, await requireSettings(tools), getSecretPlace(tools));
    }
    if (dryRun) return remind(tools, { dryRun, allContexts });
    const names = allContexts
      ? (await tools.contexts.listUsed()).map(({ name }) => name)
      : [(await tools.tenant()).context.name];
    return stampRun(tools, names, () => remind(tools, { dryRun, allContexts }));
  },
});

async function remind(
  tools: Tools,
  { dryRun, allContexts }: { readonly dryRun: boolean; readonly allContexts: boolean },
): Promise<Outcome> {
  const { terminal, clock, globals } = tools;
  const settings = await requireSettings(tools);
  // with --quiet, a run that succeeds prints nothing, so that cron sends no email every day
  const held: Text[] = [];
  const { tenants, unreached } = await openReminderTenants(tools, allContexts);
  const run = {
    tenants,
    settings,
    now: clock.now(),
    severalContexts: allContexts,
    warn: async (line: Text) => (globals.quiet ? void held.push(line) : terminal.warn(line)),
  };
  const { rows, incomplete } = dryRun
    ? await planReminders(run, createObstacleFinder(settings, getSecretPlace(tools)))
    : await sendReminders(tools, settings, run);
  const failed = incomplete || unreached;
  if (failed) for (const line of held) await terminal.warn(line);
  if (failed || !globals.quiet || globals.format !== undefined) await showReminders(tools, rows);
  return failed ? "unavailable" : undefined;
}

async function requireSettings({ home }: Tools): Promise<NotifySettings> {
  const file = getNotifyFile(home);
  const settings = await readNotifySettings(home).catch((cause: unknown) => {
    throw cause instanceof Failure ? cause : createReadFailure(file, cause);
  });
  if (settings !== undefined) return settings;
  throw new Failure("not-found", {
    what: text("no recipients are configured", "通知先の設定がありません"),
    where: file,
    hint: step("to create this file", "このファイルの作成", line("renewals notify", ["init"])),
  });
}

const REQUIRED_APIS = ["renewals", "ade"] as const;

function toReminderTenant(
  tools: Pick<Tools, "globals" | "clock">,
  tenant: ChosenTenant<(typeof REQUIRED_APIS)[number]>,
): ReminderTenant {
  const timezone = resolveTimezone(tools, tenant);
  return {
    context: tenant.context.name,
    timezone,
    client: tenant.client,
    items: async () => {
      const items = await readCurrentItems(tenant, timezone);
      // reminders are read outside clomoctl, so the commands in them must name the context
      return items.map(({ remark, ...item }) => ({
        ...item,
        remark: remark && completeCommands(remark, { context: tenant.context.name }),
      }));
    },
  };
}

/** Opens the tenants to notify; with `--all-contexts`, a failure is only a warning, and the next run tries again. */
async function openReminderTenants(
  tools: Tools,
  allContexts: boolean,
): Promise<{ readonly tenants: readonly ReminderTenant[]; readonly unreached: boolean }> {
  const { contexts, terminal } = tools;
  if (!allContexts)
    return { tenants: [toReminderTenant(tools, await tools.tenant(...REQUIRED_APIS))], unreached: false };
  const tenants: ReminderTenant[] = [];
  const all = await contexts.listUsed();
  for (const context of all) {
    try {
      await requireRight({ ...tools, tenant: (...names) => tools.tenantOf(context, ...names) }, "renewals.write");
      tenants.push(toReminderTenant(tools, await tools.tenantOf(context, ...REQUIRED_APIS)));
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "not-permitted") throw error;
      await terminal.warn(text(`${context.name}: ${error.what.en}`, `${context.name}: ${error.what.ja}`));
    }
  }
  return { tenants, unreached: tenants.length < all.length };
}

const getSecretPlace = ({ environment, home, machine }: Tools): SecretPlace => ({
  environment,
  folder: home.settings,
  modes: machine.platform !== "win32",
});

async function sendReminders(tools: Tools, settings: NotifySettings, run: Parameters<typeof deliverReminders>[0]) {
  const { signal } = tools;
  const deliver = createDeliverer(settings, getSecretPlace(tools));
  let sent = 0;
  tools.describeState(() =>
    text(
      `${formatCount(sent, "message")} sent; the next run sends the remaining messages`,
      `${sent} 通を送信しました。残りは次の実行で送信します`,
    ),
  );
  return deliverReminders(run, {
    signal,
    deliver: async (recipient, message, digest) => {
      const delivery = await deliver(recipient, message, digest);
      if (delivery.sent) sent += 1;
      return delivery;
    },
  });
}

/** Shows the reminders. Writes nothing if none is due and no format was requested, so that cron sends no email. */
async function showReminders(tools: Tools, rows: readonly ReminderRow[]): Promise<void> {
  const { terminal, globals } = tools;
  if (rows.length > 0 || globals.format !== undefined) {
    await terminal.list(buildReminderColumns(terminal), rows);
  } else if (terminal.interactive) {
    await terminal.note(text("nothing is due", "期限の近いものはありません"));
  }
}
