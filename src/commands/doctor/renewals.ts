import { join } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { formatMinute } from "../../lib/model/time.ts";
import { readSecret, type SecretPlace } from "../../lib/renewals/notify/secret.ts";
import { readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import { NOTIFY_FILE, type NotifySettings, type SecretSource } from "../../lib/renewals/notify/settings.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { findLastRun } from "../renewals/last-run.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import {
  createFailureFinding,
  collectFindings,
  createOkFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";
import type { ContextFindings } from "./contexts.ts";

/** Checks everything that reminders need: the daily run, the recipients, and the secrets for sending reminders. */
export async function checkRenewals(
  tools: Tools,
  { items, contexts }: Pick<ContextFindings, "items" | "contexts">,
): Promise<readonly Finding[]> {
  const schedule = await collectFindings(tools, "schedule", () => checkSchedule(tools, contexts, items.length));
  let settings: NotifySettings | undefined;
  const notices = await collectFindings(tools, "notify", async () => {
    settings = await readNotifySettings(tools.home);
    return [checkNotifySettings(tools, settings, items.length)];
  });
  const secrets = await collectFindings(tools, "secrets", () => checkSecrets(tools, settings));
  return [...schedule, ...notices, ...secrets];
}

const MAX_RUN_AGE_MS = 26 * 60 * 60 * 1000;

async function checkSchedule(tools: Tools, contexts: readonly string[], count: number): Promise<readonly Finding[]> {
  if (count === 0)
    return [
      createOkFinding("schedule", text("no renewal items are recorded", "年次更新・期限の項目は登録されていません")),
    ];
  const zone = await resolveTimezoneWithoutTenant(tools);
  const findings: Finding[] = [];
  for (const context of contexts) {
    const last = await findLastRun(tools, context);
    if (last === undefined) {
      const what = text("reminders were never sent", "まだ一度も通知を送っていません");
      findings.push({ ...createWarningFinding("schedule", what, line("renewals schedule", [])), context });
      continue;
    }
    const { at, exit } = last;
    const when = formatMinute(at, zone);
    const what = text(`last run ${when}, exit code ${exit}`, `前回の実行 ${when}、終了コード ${exit}`);
    const isLate = tools.clock.now().getTime() - Date.parse(at) > MAX_RUN_AGE_MS;
    findings.push({
      ...(isLate
        ? createWarningFinding("schedule", what, line("renewals schedule", []))
        : exit === 0
          ? createOkFinding("schedule", what)
          : createWarningFinding("schedule", what, line("renewals notify", ["test"], { context }))),
      context,
    });
  }
  return findings;
}

function checkNotifySettings({ home }: Tools, settings: NotifySettings | undefined, count: number): Finding {
  if (settings === undefined) {
    const what = text("reminders are not set up", "通知を設定していません");
    return count === 0
      ? createOkFinding("notify", what)
      : createWarningFinding("notify", what, line("renewals notify", ["init"]));
  }
  const { recipients, smtp } = settings;
  const told = recipients.map(({ name, way }) => `${name} (${way})`);
  if (told.length === 0 && smtp === undefined) {
    return createWarningFinding(
      "notify",
      text(
        "no recipients, and no mail server for reminders to the owners of items",
        "通知先も、更新担当にメールを送るサーバーも設定されていません",
      ),
      text(`edit ${join(home.settings, NOTIFY_FILE)}`, `${join(home.settings, NOTIFY_FILE)} を編集してください`),
    );
  }
  const named =
    told.length === 0
      ? text("owners of the items, by email", "更新担当(メール)")
      : text(told.join(", "), told.join("、"));
  return createOkFinding("notify", named);
}

interface SecretReference {
  readonly name: Text;
  readonly source: SecretSource;
}

const listSecrets = ({ smtp, recipients }: NotifySettings): readonly SecretReference[] => [
  ...(smtp?.password === undefined
    ? []
    : [{ name: text("mail server password", "メールサーバーのパスワード"), source: smtp.password }]),
  ...recipients.flatMap((recipient): readonly SecretReference[] => {
    if (recipient.way !== "webhook") return [];
    const of = (en: string, ja: string): Text => text(`${recipient.name}: ${en}`, `${recipient.name}: ${ja}`);
    const { url, headersFile } = recipient;
    const address = { name: of("webhook URL", "Webhook の URL"), source: url };
    return headersFile === undefined
      ? [address]
      : [address, { name: of("headers", "ヘッダー"), source: { file: headersFile } }];
  }),
];

/** Checks that each secret exists and can be read only by its owner. The secrets never leave this function. */
async function checkSecrets(
  { home, environment, machine, terminal }: Tools,
  settings: NotifySettings | undefined,
): Promise<readonly Finding[]> {
  const secrets = settings === undefined ? [] : listSecrets(settings);
  if (secrets.length === 0) return [];
  const place: SecretPlace = { environment, folder: home.settings, modes: machine.platform !== "win32" };
  const findings: Finding[] = [];
  for (const { name, source } of secrets) {
    const failure = await readSecret(source, place).then(
      () => undefined,
      (error: unknown) => createFailureFinding("secrets", error),
    );
    if (failure === undefined) continue;
    const { what } = failure;
    const named = { ...failure, what: joinTexts([name, what], text(": ", ": ")) };
    // the daily run may have the variable in its own environment
    findings.push("env" in source && terminal.onTerminal ? { ...named, state: "warning" } : named);
  }
  if (findings.length > 0) return findings;
  return [
    createOkFinding(
      "secrets",
      text(`${secrets.length} found, readable only by you`, `${secrets.length} 件(自分だけが読めます)`),
    ),
  ];
}
