import { lookup } from "node:dns/promises";
import { join, resolve } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { readFileStatus } from "../../lib/files/look.ts";
import { formatMinute } from "../../lib/model/time.ts";
import { readSecret, type SecretPlace } from "../../lib/renewals/notify/secret.ts";
import { readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import { NOTIFY_FILE, type NotifySettings, type SecretSource } from "../../lib/renewals/notify/settings.ts";
import type { DailySchedule } from "../../lib/renewals/schedule/schedule.ts";
import { toManagerOption, UNIT_NAME } from "../../lib/renewals/schedule/systemd-units.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import {
  findLastRun,
  MANAGED_SCHEDULERS,
  readDailySchedule,
  describeMissingScheduler,
} from "../renewals/schedule/place.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import {
  createFailureFinding,
  collectFindings,
  createOkFinding,
  createProblemFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";
import type { NetworkAccess, ContextFindings } from "./contexts.ts";

/** A function that looks up the address of a host, and rejects if the host does not have an address. */
export type HostLookup = (host: string) => Promise<unknown>;

/** Checks everything that reminders need: the daily run, the secrets for sending reminders, and the mail server. */
export async function checkRenewals(
  tools: Tools,
  { items, isPart }: Pick<ContextFindings, "items" | "isPart">,
  { online, resolve: lookUp = lookup }: NetworkAccess & { readonly resolve?: HostLookup },
): Promise<readonly Finding[]> {
  const expiring = { count: items.length, isPart };
  const schedule = await collectFindings(tools, "schedule", () => checkSchedule(tools, expiring));
  let settings: NotifySettings | undefined;
  const notices = await collectFindings(tools, "notify", async () => {
    settings = await readNotifySettings(tools.home);
    const missing = await findMissingCommands(tools, settings);
    return missing.length > 0 ? missing : [checkNotifySettings(tools, settings, expiring)];
  });
  const secrets = await collectFindings(tools, "secrets", () => checkSecrets(tools, settings));
  const server = await collectFindings(tools, "mail-server", () =>
    checkMailServer(settings, { online, resolve: lookUp }),
  );
  return [...schedule, ...notices, ...secrets, ...server];
}

/** If the last recorded daily run is older than this, a run was missed. */
const MAX_RUN_AGE_MS = 26 * 60 * 60 * 1000;

const INSTALL_SCHEDULE_LINE = line("renewals schedule install", []);

/** The number of renewal items, as far as they could be read. */
interface RenewalItemCount {
  readonly count: number;
  readonly isPart: boolean;
}

async function checkSchedule(tools: Tools, { count, isPart }: RenewalItemCount): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const way of MANAGED_SCHEDULERS) {
    const scheduled = await readDailySchedule(tools, way).catch((error: unknown) =>
      createFailureFinding("schedule", error),
    );
    if ("check" in scheduled) findings.push(scheduled);
    else if (scheduled.installed) findings.push(await checkInstalledSchedule(tools, scheduled));
  }
  if (findings.length > 0) return findings;
  if (tools.machine.platform === "win32") {
    const what = text(
      "clomoctl cannot check the daily run, because Windows manages it",
      "毎日の自動実行は Windows が管理しているため、clomoctl では確認できません",
    );
    return [{ ...createOkFinding("schedule", what), mend: same(line("renewals schedule show", [])) }];
  }
  if (count === 0) {
    const why = isPart
      ? text("some renewal items were not read", "年次更新・期限の一部の項目は読み込んでいません")
      : text("no renewal items are recorded", "年次更新・期限の項目は登録されていません");
    return [createOkFinding("schedule", text(`not installed; ${why.en}`, `未登録(${why.ja})`))];
  }
  const what = text(
    `not installed, so renewal items are not checked every day (${formatCount(count, "item")})`,
    `未登録です。年次更新・期限の項目(${count} 件)を毎日確認していません`,
  );
  const missing = await describeMissingScheduler(tools);
  if (missing === undefined) return [createWarningFinding("schedule", what, INSTALL_SCHEDULE_LINE)];
  return [
    createWarningFinding("schedule", joinTexts([what, missing], text("; ", "。")), explainOtherSchedulers(tools)),
  ];
}

/** Explains how to get a daily run if this computer does not have a scheduler that the program can set up. */
const explainOtherSchedulers = ({ machine }: Tools): Text => {
  const [en, ja] =
    machine.platform === "linux"
      ? [" (or log in to a session in which systemd runs)", "(または systemd が動くセッションでログインして)"]
      : ["", ""];
  return text(
    `install cron${en}, then run: ${INSTALL_SCHEDULE_LINE}; or have another scheduler run these every day: ${line("renewals notify", [])}, and ${line("renewals check", [], { quiet: true })}`,
    `cron を導入して${ja}から、次を実行してください: ${INSTALL_SCHEDULE_LINE}。または、この環境でプログラムを定期実行する仕組みに、毎日の ${line("renewals notify", [])} と ${line("renewals check", [], { quiet: true })} を登録してください`,
  );
};

async function checkInstalledSchedule(
  tools: Tools,
  { way, at, timezone, active, files }: DailySchedule,
): Promise<Finding> {
  const time = at === null ? text("a custom time", "独自の時刻") : same(`${at} ${timezone ?? ""}`.trim());
  const runs = text(`${way} at ${time.en}`, `${way}、${time.ja}`);
  for (const file of files) {
    if ((await readFileStatus(file)) !== undefined) continue;
    return createProblemFinding(
      "schedule",
      text(`${runs.en}: ${file} is missing`, `${runs.ja}: ${file} がありません`),
      INSTALL_SCHEDULE_LINE,
    );
  }
  if (active === false && way !== "cron" && way !== "task-scheduler") {
    const what = text(`${runs.en}: the timer is not running`, `${runs.ja}: タイマーが動いていません`);
    return createProblemFinding(
      "schedule",
      what,
      same(`systemctl ${toManagerOption(way)} enable --now ${UNIT_NAME}.timer`),
    );
  }
  const last = await findLastRun({ files });
  if (last === undefined)
    return createOkFinding(
      "schedule",
      text(`${runs.en}; no run recorded yet`, `${runs.ja}。まだ実行の記録がありません`),
    );
  const when = formatMinute(last.at, await resolveTimezoneWithoutTenant(tools));
  const ran = text(
    `${runs.en}; last run ${when}, exit code ${last.exit}`,
    `${runs.ja}。前回の実行 ${when}、終了コード ${last.exit}`,
  );
  if (tools.clock.now().getTime() - Date.parse(last.at) > MAX_RUN_AGE_MS) {
    const mend = text(
      `check whether this computer was on at that time, and see how the run is scheduled: ${line("renewals schedule show", [])}`,
      `その時刻にコンピューターが動いていたか確かめてください。登録内容を見るには: ${line("renewals schedule show", [])}`,
    );
    return createWarningFinding("schedule", text(`${ran.en} (more than a day ago)`, `${ran.ja}(1 日以上前)`), mend);
  }
  if (last.exit === 0) return createOkFinding("schedule", ran);
  return createWarningFinding("schedule", ran, line("renewals check", []));
}

function checkNotifySettings(
  { home }: Tools,
  settings: NotifySettings | undefined,
  { count }: RenewalItemCount,
): Finding {
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

/** Reports the recipients whose command does not exist on this computer. */
async function findMissingCommands(tools: Tools, settings: NotifySettings | undefined): Promise<readonly Finding[]> {
  // on Windows a program may have any of several extensions
  if (tools.machine.platform === "win32") return [];
  const findings: Finding[] = [];
  for (const recipient of settings?.recipients ?? []) {
    if (recipient.way !== "command" || (await hasProgram(tools, recipient.command[0]))) continue;
    const [program] = recipient.command;
    const what = text(
      `${recipient.name}: the program ${program} was not found on this computer`,
      `${recipient.name}: プログラム ${program} がこのコンピューターに見つかりません`,
    );
    const file = join(tools.home.settings, NOTIFY_FILE);
    const mend = text(
      `install the program, or specify another program in ${file}`,
      `インストールするか、${file} に別のプログラムを指定してください`,
    );
    findings.push(createProblemFinding("notify", what, mend));
  }
  return findings;
}

/** Returns true if a program exists at its path or on PATH, which is also searched when the program is started. */
async function hasProgram({ environment, home }: Tools, program: string): Promise<boolean> {
  if (program.includes("/")) return (await readFileStatus(resolve(home.settings, program))) !== undefined;
  const folders = (environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  for (const folder of folders) if ((await readFileStatus(join(folder, program))) !== undefined) return true;
  return false;
}

/** A secret: what it is for, and where it comes from. */
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
    const { url, token } = recipient;
    const address = { name: of("webhook URL", "Webhook の URL"), source: url };
    return token === undefined ? [address] : [address, { name: of("token", "トークン"), source: token }];
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

async function checkMailServer(
  settings: NotifySettings | undefined,
  { online, resolve: lookUp }: NetworkAccess & { readonly resolve: HostLookup },
): Promise<readonly Finding[]> {
  const host = settings?.smtp?.host;
  if (host === undefined) return [];
  if (!online) {
    return [
      createOkFinding(
        "mail-server",
        text(`${host}: not looked up (use --online)`, `${host}: 接続していません(--online で確認します)`),
      ),
    ];
  }
  try {
    await lookUp(host);
    return [createOkFinding("mail-server", text(`the name ${host} can be resolved`, `${host} の名前を解決できます`))];
  } catch {
    const what = text(`the name ${host} cannot be resolved`, `${host} の名前を解決できません`);
    const mend = text(
      `check smtp.host in ${NOTIFY_FILE} and the network connection, then run: ${line("renewals notify", ["test"])}`,
      `${NOTIFY_FILE} の smtp.host とネットワークを確かめてから、次を実行してください: ${line("renewals notify", ["test"])}`,
    );
    return [createProblemFinding("mail-server", what, mend)];
  }
}
