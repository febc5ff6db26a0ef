import { dirname, resolve } from "node:path";
import { commandName, line } from "../../lib/advice/index.ts";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { assessAdeHealth } from "../../lib/model/ade-health.ts";
import { FULL_SYNC_INTERVAL_MS } from "../../lib/model/ade.ts";
import { renderPluginLine, STATE_EXITS } from "../../lib/renewals/output/plugin.ts";
import { resolveStablePath } from "../../lib/renewals/schedule.ts";
import { DECEPTIVE_CHARACTERS, formatShellOption, quoteShellWord } from "../../lib/text/shell-word.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { buildAutoApplySteps, buildNextSteps, buildRetrySteps } from "./next.ts";
import { FACT_COLUMNS, toAdeFacts, printEndpoint, warnOfConditions } from "./shown.ts";

export default defineCommand({
  summary: text("show the state of ADE, and what to do next", "ADE の状態と次の操作を表示する"),
  details: [
    text(
      "Shows what is recorded and does not contact Apple. The exit code is 0 even if there are problems, except with --nagios.",
      "Apple には問い合わせず、記録されている内容を表示します。--nagios 以外では、問題があっても終了コードは 0 です。",
    ),
    text(
      "--nagios: critical if Apple rejected the server token, if the token has expired, or if the last sync failed and requires action; warning if Apple could not be reached, if no sync was completed for twice the interval of the schedule (`ade sync --every` or --watch; default: 1d), or if there are missing devices, devices without an ADE profile or records that could not be read; unknown if no token is set. A mirror is not monitored, because its devices are synced in the console (CLOMO PANEL): unknown.",
      "--nagios: Apple がサーバートークンを拒否したとき、その期限が切れたとき、または前回の同期が失敗して人の対応が必要なときは「至急」。Apple に接続できなかったとき、スケジュールの間隔(`ade sync --every` か --watch、既定は 1d)の 2 倍の間同期が完了していないとき、見つからないデバイス、ADE プロファイルのないデバイス、読み取れないデバイス情報があるときは警告。トークンが未設定のときは不明。ミラーでは管理画面(CLOMO PANEL)で同期するため監視の対象外で、不明になります。",
    ),
  ],
  args: {},
  options: {
    nagios: {
      kind: "boolean",
      about: text(
        "print one line with performance data, as monitoring plugins do",
        "監視プラグインの書式(パフォーマンスデータ付き 1 行)で出力する",
      ),
    },
  },
  examples: [
    { line: "clomoctl ade status" },
    { line: "clomoctl ade status --format json" },
    { line: "clomoctl ade status --nagios" },
  ],
  exits: [],
  ownExits: {
    service: "ADE",
    onlyNagios: true,
    failure: STATE_EXITS.unknown,
    meanings: [
      [STATE_EXITS.ok, text("no problems", "問題なし")],
      [STATE_EXITS.warning, text("warning", "警告")],
      [STATE_EXITS.critical, text("critical: the token or the sync", "至急(トークンまたは同期)")],
      [STATE_EXITS.unknown, text("unknown: not monitored, or the check failed", "監視の対象外、または確認の失敗")],
    ],
  },
  async run(tools, { nagios }) {
    const tenant = await tools.tenant("ade", "profiles");
    if (nagios) rejectOutputFormats(tools);
    const ade = await tenant.client.ade.show();
    return nagios ? showPluginLine(tools, ade) : showStatus(tools, tenant, ade);
  },
});

async function showStatus(tools: Tools, tenant: ChosenTenant<"ade" | "profiles">, ade: Ade): Promise<void> {
  const { terminal } = tools;
  await printEndpoint(tools, ade);
  await terminal.show(FACT_COLUMNS, toAdeFacts(ade));
  const conditions = assessAdeHealth(ade, tools.clock.now());
  await warnOfConditions(tools, conditions);
  const needsProfiles = ade.counts.present > 0 && (!ade.mirror || ade.endpoint?.kind === "simulator");
  const profiles = needsProfiles ? await tenant.client.profiles.list() : undefined;
  const now = tools.clock.now().getTime();
  const waiting = buildRetrySteps(ade, now, (instant) => terminal.moment(instant));
  const steps = [...buildNextSteps(ade, now, profiles), ...waiting];
  for (const one of steps) await terminal.note(one);
  if (conditions.length + steps.length > 0 || ade.lastFullAt === null) return;
  const due = terminal.moment(new Date(Date.parse(ade.lastFullAt) + FULL_SYNC_INTERVAL_MS).toISOString());
  await terminal.note(
    text(
      `no problems; the next full sync is due at ${due}: ${line("ade sync", [])}`,
      `問題ありません。次の全件の取得: ${due}(${line("ade sync", [])})`,
    ),
  );
  for (const one of buildAutoApplySteps(profiles ?? [])) await terminal.note(one);
  // a mirror syncs only in rehearsals, which need no daily schedule
  const cronLine = ade.mirror ? undefined : await buildCronLine(tools, tenant);
  if (cronLine === undefined) return;
  await terminal.note(
    text(
      `to sync every morning with cron (crontab -e): ${cronLine}`,
      `cron で毎朝同期するには(crontab -e): ${cronLine}`,
    ),
    { folds: false },
  );
}

/** Rejects options that set another output format.  @throws Failure `usage` */
function rejectOutputFormats({ globals: { format, fields } }: Tools): void {
  if ([format, fields].every((option) => option === undefined)) return;
  throw new Failure("usage", {
    what: text("--nagios cannot be used with other output formats", "--nagios はほかの出力形式と一緒に指定できません"),
    where: commandName("ade status"),
    hint: text(
      "remove --nagios or the options for the output format",
      "--nagios か、出力形式のオプションを外してください",
    ),
  });
}

/** Prints one line in the format of monitoring plugins.  @returns the exit code of the plugin */
async function showPluginLine({ terminal, clock }: Tools, ade: Ade): Promise<number> {
  const { buildAdePluginResult } = await import("./nagios.ts");
  const result = buildAdePluginResult(ade, { now: clock.now(), language: terminal.language });
  await terminal.out.write(`${terminal.shown(renderPluginLine(result)).join("")}\n`);
  return STATE_EXITS[result.state];
}

/** Environment variables that the crontab line must set, because cron does not inherit them. */
const CRON_VARIABLES = ["CLOMOCTL_HOME", "CLOMOCTL_LANG"];

/**
 * Builds a crontab line that syncs every morning at 6. It uses absolute paths, because cron searches few folders and
 * does not know the user's variables. Returns undefined if there is no cron, or if a path contains characters that
 * cannot be typed safely.
 */
async function buildCronLine(
  { machine, environment, globals, workingFolder }: CronEnvironment,
  { context, among }: Pick<ChosenTenant, "context" | "among">,
): Promise<string | undefined> {
  const { platform, node } = machine;
  if (platform === "win32") return undefined;
  const door = await resolveStablePath(machine.door);
  const carried = CRON_VARIABLES.flatMap((name) => {
    const { [name]: value = "" } = environment;
    if (value === "") return [];
    return [`${name}=${quoteShellWord(name === "CLOMOCTL_HOME" ? resolve(workingFolder, value) : value)}`];
  });
  const words = [
    ...carried,
    `PATH=${quoteShellWord(`${dirname(node)}:/usr/bin:/bin`)}`,
    quoteShellWord(door),
    "ade sync --every 1d --no-input --quiet",
    ...(among.length > 1 ? [formatShellOption("--context", context.name)] : []),
    ...(globals.as === undefined ? [] : [formatShellOption("--as", globals.as)]),
    // cron mails all output: without stdout, only warnings and failures are left
    ">/dev/null",
  ].join(" ");
  // a line break would end the entry; cron passes everything after an unescaped % to stdin
  return words.search(DECEPTIVE_CHARACTERS) === -1 ? `0 6 * * * ${words.replaceAll("%", String.raw`\%`)}` : undefined;
}

type CronEnvironment = Pick<Tools, "machine" | "environment" | "globals" | "workingFolder">;
