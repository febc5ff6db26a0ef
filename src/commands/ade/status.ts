import { dirname, resolve } from "node:path";
import { commandName, line } from "../../lib/advice/index.ts";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { adeHealth } from "../../lib/model/ade-health.ts";
import { FULL_EVERY_MS } from "../../lib/model/ade.ts";
import { pluginLine, STATE_EXITS } from "../../lib/renewals/output/plugin.ts";
import { steadyDoor } from "../../lib/renewals/schedule/launcher.ts";
import { DECEPTIVE, shownOption, shownWord } from "../../lib/text/shell-word.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { automaticSteps, nextSteps, waitingSteps } from "./next.ts";
import { FACT_COLUMNS, factsOf, tellEndpoint, warnOfConditions } from "./shown.ts";

export default defineCommand({
  summary: text("show how ADE stands, and what to do next", "ADE の状態と次の操作を表示する"),
  details: [
    text(
      "Shows what is recorded and does not contact Apple. The exit code is 0 whatever it finds, except with --nagios.",
      "Apple には問い合わせず、記録されている内容を表示します。--nagios 以外では、何が見つかっても終了コードは 0 です。",
    ),
    text(
      "--nagios: critical if Apple rejected the server token, if it has expired, or if the last sync failed and needs a person; a warning if Apple could not be reached, if no sync was completed for twice the interval of its schedule (`ade sync --every` or --watch; default: 1d), and for missing devices, devices without an ADE profile and records that could not be read; unknown without a token. A mirror is not watched here, because its devices are synced in the console: unknown.",
      "--nagios: Apple がサーバートークンを拒否したとき、その期限が切れたとき、または前回の同期が失敗して人の対応が必要なときは「至急」。Apple に接続できなかったとき、スケジュールの間隔(`ade sync --every` か --watch、既定は 1d)の 2 倍の間同期が完了していないとき、見つからないデバイス、ADE プロファイルのないデバイス、読み取れない記録があるときは警告。トークンが未設定のときは不明。ミラーでは管理画面で同期するため監視の対象外で、不明になります。",
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
      [STATE_EXITS.ok, text("nothing is wrong", "問題なし")],
      [STATE_EXITS.warning, text("warning", "警告")],
      [STATE_EXITS.critical, text("critical: the token or the sync", "至急(トークンまたは同期)")],
      [STATE_EXITS.unknown, text("unknown: not watched here, or the check failed", "監視の対象外、または確認の失敗")],
    ],
  },
  async run(tools, { nagios }) {
    const tenant = await tools.tenant("ade", "profiles");
    if (nagios) refuseFormats(tools);
    const ade = await tenant.client.ade.show();
    return nagios ? showPluginLine(tools, ade) : showStatus(tools, tenant, ade);
  },
});

async function showStatus(tools: Tools, tenant: ChosenTenant<"ade" | "profiles">, ade: Ade): Promise<void> {
  const { terminal } = tools;
  await tellEndpoint(tools, ade);
  await terminal.show(FACT_COLUMNS, factsOf(ade));
  const conditions = adeHealth(ade, tools.clock.now());
  await warnOfConditions(tools, conditions);
  const isAsked = ade.counts.present > 0 && (!ade.mirror || ade.endpoint?.kind === "simulator");
  const profiles = isAsked ? await tenant.client.profiles.list() : undefined;
  const now = tools.clock.now().getTime();
  const waiting = waitingSteps(ade, now, (instant) => terminal.moment(instant));
  const steps = [...nextSteps(ade, now, profiles), ...waiting];
  for (const one of steps) await terminal.note(one);
  if (conditions.length + steps.length > 0 || ade.lastFullAt === null) return;
  const due = terminal.moment(new Date(Date.parse(ade.lastFullAt) + FULL_EVERY_MS).toISOString());
  await terminal.note(
    text(
      `all well; the next full sync is due ${due}: ${line("ade sync", [])}`,
      `問題ありません。次の全件の取得: ${due}(${line("ade sync", [])})`,
    ),
  );
  for (const one of automaticSteps(profiles ?? [])) await terminal.note(one);
  // a rehearsal in a mirror is not for every day
  const cronLine = ade.mirror ? undefined : await syncByCron(tools, tenant);
  if (cronLine === undefined) return;
  await terminal.note(
    text(`to sync each morning by cron (crontab -e): ${cronLine}`, `cron で毎朝同期するには(crontab -e): ${cronLine}`),
  );
}

/** @throws `usage` where the output has another form already */
function refuseFormats({ globals: { format, fields, query } }: Tools): void {
  if ([format, fields, query].every((option) => option === undefined)) return;
  throw new Failure("usage", {
    what: text("--nagios cannot be used with other output formats", "--nagios はほかの出力形式と一緒に指定できません"),
    where: commandName("ade status"),
    hint: text("remove one of them", "どちらかを外してください"),
  });
}

/** Prints the line of a monitoring plugin. @returns its exit code */
async function showPluginLine({ terminal, clock }: Tools, ade: Ade): Promise<number> {
  const { adePlugin } = await import("./nagios.ts");
  const result = adePlugin(ade, { now: clock.now(), language: terminal.language });
  await terminal.out.write(`${pluginLine(result)}\n`);
  return STATE_EXITS[result.state];
}

/** What cron does not know of the environment of the person who typed this. */
const CARRIED = ["CLOMOCTL_HOME", "CLOMOCTL_LANG"];

/**
 * The line for a person's crontab that syncs each morning at 6, by absolute paths: cron searches few folders, and knows no
 * variables. Undefined where there is no cron, or a path cannot be typed.
 */
async function syncByCron(
  { machine, environment, globals, workingFolder }: CronParts,
  { context, among }: Pick<ChosenTenant, "context" | "among">,
): Promise<string | undefined> {
  const { platform, node } = machine;
  if (platform === "win32") return undefined;
  const door = await steadyDoor(machine.door);
  const carried = CARRIED.flatMap((name) => {
    const { [name]: value = "" } = environment;
    if (value === "") return [];
    return [`${name}=${shownWord(name === "CLOMOCTL_HOME" ? resolve(workingFolder, value) : value)}`];
  });
  const words = [
    ...carried,
    `PATH=${shownWord(`${dirname(node)}:/usr/bin:/bin`)}`,
    shownWord(door),
    "ade sync --every 1d --no-input --quiet",
    ...(among.length > 1 ? [shownOption("--context", context.name)] : []),
    ...(globals.as === undefined ? [] : [shownOption("--as", globals.as)]),
    // what is left to mail are warnings and failures
    ">/dev/null",
  ].join(" ");
  // a line break would end the line, and % begins stdin
  return words.search(DECEPTIVE) === -1 ? `0 6 * * * ${words.replaceAll("%", String.raw`\%`)}` : undefined;
}

type CronParts = Pick<Tools, "machine" | "environment" | "globals" | "workingFolder">;
