import { lookup } from "node:dns/promises";
import { join, resolve } from "node:path";
import { line } from "../../lib/advice/index.ts";
import { lookAt } from "../../lib/files/look.ts";
import { minuteIn } from "../../lib/model/time.ts";
import { readSecret, type SecretPlace } from "../../lib/renewals/notify/secret.ts";
import { readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import { NOTIFY_FILE, type NotifySettings, type SecretSource } from "../../lib/renewals/notify/settings.ts";
import type { DailySchedule } from "../../lib/renewals/schedule/schedule.ts";
import { managerOf, UNIT } from "../../lib/renewals/schedule/systemd-units.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { lastRunOf, OWN_SCHEDULERS, show, unschedulable } from "../renewals/schedule/place.ts";
import { zoneInEffect, type Tools } from "../tools.ts";
import { failed, found, ok, problem, warning, type Finding } from "./finding.ts";
import type { NetworkAccess, ContextFindings } from "./contexts.ts";

/** Whether a name of a host has an address. */
export type Resolve = (host: string) => Promise<unknown>;

/** Looks at what tells people of renewals: the daily run, the notices, and the mail server. */
export async function checkRenewals(
  tools: Tools,
  { items, isPart }: Pick<ContextFindings, "items" | "isPart">,
  { online, resolve: lookUp = lookup }: NetworkAccess & { readonly resolve?: Resolve },
): Promise<readonly Finding[]> {
  const expiring = { count: items.length, isPart };
  const schedule = await found(tools, "schedule", () => scheduleFindings(tools, expiring));
  let settings: NotifySettings | undefined;
  const notices = await found(tools, "notify", async () => {
    settings = await readNotifySettings(tools.home);
    const missing = await missingCommands(tools, settings);
    return missing.length > 0 ? missing : [noticeFinding(tools, settings, expiring)];
  });
  const secrets = await found(tools, "secrets", () => secretFindings(tools, settings));
  const server = await found(tools, "mail-server", () => serverFindings(settings, { online, resolve: lookUp }));
  return [...schedule, ...notices, ...secrets, ...server];
}

/** A daily run that was not noted for so long did not happen. */
const LATE_MS = 26 * 60 * 60 * 1000;

const INSTALL = line("renewals schedule install", []);

/** How much expires that is recorded, as far as it could be read. */
interface ExpiringCount {
  readonly count: number;
  readonly isPart: boolean;
}

async function scheduleFindings(tools: Tools, { count, isPart }: ExpiringCount): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const way of OWN_SCHEDULERS) {
    const scheduled = await show(tools, way).catch((error: unknown) => failed("schedule", error));
    if ("check" in scheduled) findings.push(scheduled);
    else if (scheduled.installed) findings.push(await installedFinding(tools, scheduled));
  }
  if (findings.length > 0) return findings;
  if (tools.machine.platform === "win32") {
    const what = text("not known here: Windows keeps it", "この環境ではわかりません(Windows が管理しています)");
    return [{ ...ok("schedule", what), mend: same(line("renewals schedule show", [])) }];
  }
  if (count === 0) {
    const why = isPart
      ? text("what expires could not be read everywhere", "期限のあるものをすべては読み込めませんでした")
      : text("nothing that expires is recorded", "期限のあるものは登録されていません");
    return [ok("schedule", text(`not installed; ${why.en}`, `未登録(${why.ja})`))];
  }
  const what = text(
    `not installed: nobody checks what expires (${counted(count, "item")})`,
    `未登録です。期限のあるもの(${count} 件)を毎日確認していません`,
  );
  const missing = await unschedulable(tools);
  if (missing === undefined) return [warning("schedule", what, INSTALL)];
  return [warning("schedule", joined([what, missing], text("; ", "。")), otherWays(tools))];
}

/** How a daily run comes about where no scheduler is that the program sets up. */
const otherWays = ({ machine }: Tools): Text => {
  const [en, ja] =
    machine.platform === "linux"
      ? [" (or log in where systemd runs)", "(または systemd が動くセッションでログインして)"]
      : ["", ""];
  return text(
    `install cron${en}, then: ${INSTALL}; or let whatever starts programs here run each day: ${line("renewals notify", [])}, and ${line("renewals check", [], { quiet: true })}`,
    `cron を導入して${ja}から: ${INSTALL}。または、この環境でプログラムを定期実行する仕組みに、毎日の ${line("renewals notify", [])} と ${line("renewals check", [], { quiet: true })} を登録してください`,
  );
};

async function installedFinding(tools: Tools, { way, at, timezone, active, files }: DailySchedule): Promise<Finding> {
  const time = at === null ? text("a time of your own", "独自の時刻") : same(`${at} ${timezone ?? ""}`.trim());
  const runs = text(`${way} at ${time.en}`, `${way}、${time.ja}`);
  for (const file of files) {
    if ((await lookAt(file)) !== undefined) continue;
    return problem("schedule", text(`${runs.en}: ${file} is gone`, `${runs.ja}: ${file} がありません`), INSTALL);
  }
  if (active === false && way !== "cron" && way !== "task-scheduler") {
    const what = text(`${runs.en}: the timer does not run`, `${runs.ja}: タイマーが動いていません`);
    return problem("schedule", what, same(`systemctl ${managerOf(way)} enable --now ${UNIT}.timer`));
  }
  const last = await lastRunOf({ files });
  if (last === undefined)
    return ok("schedule", text(`${runs.en}; no run noted yet`, `${runs.ja}。まだ実行の記録がありません`));
  const when = minuteIn(last.at, await zoneInEffect(tools));
  const ran = text(
    `${runs.en}; last run ${when}, exit code ${last.exit}`,
    `${runs.ja}。前回の実行 ${when}、終了コード ${last.exit}`,
  );
  if (tools.clock.now().getTime() - Date.parse(last.at) > LATE_MS) {
    const mend = text(
      `see whether this machine was on then, and what runs it: ${line("renewals schedule show", [])}`,
      `その時刻に PC が動いていたか確かめてください: ${line("renewals schedule show", [])}`,
    );
    return warning("schedule", text(`${ran.en}: more than a day ago`, `${ran.ja}(1 日以上前)`), mend);
  }
  if (last.exit === 0) return ok("schedule", ran);
  return warning("schedule", ran, line("renewals check", []));
}

function noticeFinding({ home }: Tools, settings: NotifySettings | undefined, { count }: ExpiringCount): Finding {
  if (settings === undefined) {
    const what = text("not set up", "設定していません");
    return count === 0 ? ok("notify", what) : warning("notify", what, line("renewals notify", ["init"]));
  }
  const { recipients, smtp } = settings;
  const told = recipients.map(({ name, way }) => `${name} (${way})`);
  if (told.length === 0 && smtp === undefined) {
    return warning(
      "notify",
      text("no recipients, and no mail server for owners", "通知先も、更新担当へのメールサーバーもありません"),
      text(`edit ${join(home.settings, NOTIFY_FILE)}`, `${join(home.settings, NOTIFY_FILE)} を編集してください`),
    );
  }
  const named = told.length === 0 ? text("owners by mail", "更新担当にメール") : text(told.join(", "), told.join("、"));
  return ok("notify", named);
}

/** The recipients whose command is not on this machine. */
async function missingCommands(tools: Tools, settings: NotifySettings | undefined): Promise<readonly Finding[]> {
  // Windows finds programs by endings, too
  if (tools.machine.platform === "win32") return [];
  const findings: Finding[] = [];
  for (const recipient of settings?.recipients ?? []) {
    if (recipient.way !== "command" || (await isProgram(tools, recipient.command[0]))) continue;
    const [program] = recipient.command;
    const what = text(
      `${recipient.name}: no program ${program} on this machine`,
      `${recipient.name}: プログラム ${program} がこの PC にありません`,
    );
    const file = join(tools.home.settings, NOTIFY_FILE);
    const mend = text(
      `install it, or name another one in ${file}`,
      `インストールするか、${file} に別のプログラムを指定してください`,
    );
    findings.push(problem("notify", what, mend));
  }
  return findings;
}

/** Whether a program is found as it is started: by its path, or on PATH. */
async function isProgram({ environment, home }: Tools, program: string): Promise<boolean> {
  if (program.includes("/")) return (await lookAt(resolve(home.settings, program))) !== undefined;
  const folders = (environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  for (const folder of folders) if ((await lookAt(join(folder, program))) !== undefined) return true;
  return false;
}

/** What a secret is for, and where it is. */
interface NamedSecret {
  readonly name: Text;
  readonly source: SecretSource;
}

const secretsOf = ({ smtp, recipients }: NotifySettings): readonly NamedSecret[] => [
  ...(smtp?.password === undefined
    ? []
    : [{ name: text("password of the mail server", "メールサーバーのパスワード"), source: smtp.password }]),
  ...recipients.flatMap((recipient): readonly NamedSecret[] => {
    if (recipient.way !== "webhook") return [];
    const of = (en: string, ja: string): Text => text(`${recipient.name}: ${en}`, `${recipient.name}: ${ja}`);
    const { url, token } = recipient;
    const address = { name: of("address", "アドレス"), source: url };
    return token === undefined ? [address] : [address, { name: of("token", "トークン"), source: token }];
  }),
];

/** Whether each secret is there, and readable by its owner alone. No secret leaves this function. */
async function secretFindings(
  { home, environment, machine, terminal }: Tools,
  settings: NotifySettings | undefined,
): Promise<readonly Finding[]> {
  const secrets = settings === undefined ? [] : secretsOf(settings);
  if (secrets.length === 0) return [];
  const place: SecretPlace = { environment, folder: home.settings, modes: machine.platform !== "win32" };
  const findings: Finding[] = [];
  for (const { name, source } of secrets) {
    const failure = await readSecret(source, place).then(
      () => undefined,
      (error: unknown) => failed("secrets", error),
    );
    if (failure === undefined) continue;
    const { what } = failure;
    const named = { ...failure, what: joined([name, what], text(": ", ": ")) };
    // the daily run has an environment of its own
    findings.push("env" in source && terminal.onTerminal ? { ...named, state: "warning" } : named);
  }
  if (findings.length > 0) return findings;
  return [ok("secrets", text(`${secrets.length} there, for you alone`, `${secrets.length} 件とも本人だけが読めます`))];
}

async function serverFindings(
  settings: NotifySettings | undefined,
  { online, resolve: lookUp }: NetworkAccess & { readonly resolve: Resolve },
): Promise<readonly Finding[]> {
  const host = settings?.smtp?.host;
  if (host === undefined) return [];
  if (!online) {
    return [
      ok(
        "mail-server",
        text(`${host}: not asked; --online looks it up`, `${host}: 接続していません(--online で確認します)`),
      ),
    ];
  }
  try {
    await lookUp(host);
    return [ok("mail-server", text(`${host} has an address`, `${host} のアドレスがわかります`))];
  } catch {
    const what = text(`${host} has no address here`, `${host} のアドレスがわかりません`);
    const mend = text(
      `check smtp.host in ${NOTIFY_FILE}, and the network; then: ${line("renewals notify", ["test"])}`,
      `${NOTIFY_FILE} の smtp.host とネットワークを確かめてから: ${line("renewals notify", ["test"])}`,
    );
    return [problem("mail-server", what, mend)];
  }
}
