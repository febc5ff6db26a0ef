import { dirname, resolve } from "node:path";
import { commandName, line } from "../../../lib/advice/index.ts";
import { unreadable } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { notifyFileIn, readNotifySettings } from "../../../lib/renewals/notify/settings-file.ts";
import { NPX_CACHE, steadyDoor } from "../../../lib/renewals/schedule/launcher.ts";
import type { DailyRun, ScheduleChange, DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import { TASK_NAME, taskBytes } from "../../../lib/renewals/schedule/task-xml.ts";
import { parseTimeOfDay } from "../../../lib/renewals/schedule/time-of-day.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { zoneInEffect, type Tools } from "../../tools.ts";
import { namedSchedulers, SCHEDULE_COLUMNS, SCHEDULER_OPTIONS } from "./columns.ts";
import { install, OWN_SCHEDULERS, remove, show, tell } from "./place.ts";

export default defineCommand({
  summary: text("check renewals and send notices every day", "期限の確認と通知を毎日自動で実行する"),
  details: [
    text(
      "Runs `renewals notify` and `renewals check` for all contexts (or that of --context) and prints only when there is something to report. Each run looks for Node and clomoctl where they are now, then on PATH, then where version managers keep them. --at is in the tenant's time zone. Secrets in the environment are not passed on.",
      "全コンテキスト(--context があればそのコンテキスト)について `renewals notify` と `renewals check` を実行し、伝えることがあるときだけ出力します。Node と clomoctl は実行のたびに、現在の場所、PATH、バージョン管理ツールの場所の順に探します。--at はテナントのタイムゾーンの時刻です。環境変数の秘密情報は引き継ぎません。",
    ),
    text(
      "Installing again replaces the earlier schedule. Where systemd does not respond, cron is used and that is said; with --systemd the units are written, and the exit code is 7. --task-scheduler writes a file: schtasks /create /xml FILE; that task runs only while you are logged on.",
      "再度 install すると以前の登録を置き換えます。systemd が応答しない環境では、その旨を表示して cron に登録します(--systemd を指定したときはユニットを書き込み、終了コード 7)。--task-scheduler はファイルを書き出します: schtasks /create /xml FILE(このタスクはログオン中だけ実行されます)。",
    ),
  ],
  args: {},
  options: {
    ...SCHEDULER_OPTIONS,
    at: {
      kind: "string",
      value: "HH:MM",
      default: "09:00",
      about: text("time of day, in the tenant's time zone", "時刻(テナントのタイムゾーン)"),
    },
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      default: "-",
      isPublic: true,
      about: text(
        "with --task-scheduler: write the XML to this file (- for stdout)",
        "--task-scheduler のとき: XML の出力先(- は標準出力)",
      ),
    },
  },
  examples: [
    { line: "clomoctl renewals schedule install --task-scheduler -o renewals.xml" },
    { line: "clomoctl renewals schedule install --task-scheduler --at 08:30" },
  ],
  exits: ["input-rejected", "not-found", "unavailable"],
  opensTenant: false,
  shows: SCHEDULE_COLUMNS,
  async run(tools, { at: typed, output, ...named }) {
    const at = parseTimeOfDay(typed);
    const way = chosenScheduler(namedSchedulers(named), tools.machine.platform);
    if (output !== "-" && way !== "task-scheduler") throw misfit("--output", "--task-scheduler");
    const timezone = await zoneInEffect(tools);
    const wanted: DailyRun = { at, timezone, launcher: await launcherOf(tools) };
    if (way === "task-scheduler") return writeTask(tools, wanted, output);
    tools.describeState(() =>
      text(
        "the schedule may be only partly installed; install it again",
        "途中まで登録された可能性があります。もう一度 install してください",
      ),
    );
    const changed = await install(tools, way, wanted);
    const runs = isStarted(changed.scheduled);
    if (!runs && namedSchedulers(named).length === 0) return fallBack(tools, wanted);
    await showInstalled(tools, changed);
    return runs ? undefined : "unavailable";
  },
});

/** A timer that nobody has started runs nothing; a line in a crontab needs no start. */
const isStarted = ({ way, active }: DailySchedule): boolean => way === "cron" || active === true;

/** Takes cron where the usual scheduler does not answer. @throws `unavailable` where there is no cron either */
async function fallBack(tools: Tools, wanted: DailyRun): Promise<void> {
  await remove(tools, "systemd");
  const changed = await install(tools, "cron", wanted);
  await tools.terminal.warn(
    text(
      "systemd does not respond here (no session, or a container), so cron is used instead; check that a cron daemon runs",
      "この環境では systemd が応答しないため(セッションがない、コンテナーなど)、cron に登録しました。cron が動いていることを確認してください",
    ),
  );
  await showInstalled(tools, changed);
}

async function showInstalled(tools: Tools, changed: ScheduleChange): Promise<void> {
  const { terminal, machine } = tools;
  await terminal.show(SCHEDULE_COLUMNS, changed.scheduled);
  await tell(tools, changed);
  for (const way of OWN_SCHEDULERS) {
    if (way === changed.scheduled.way || !(await show(tools, way)).installed) continue;
    const option = way === "systemd-system" ? "--systemd --system" : `--${way}`;
    await terminal.warn(
      text(
        `it is installed with ${way} too and would run twice: ${line("renewals schedule remove", [])} ${option}`,
        `${way} にも登録されているため、二重に実行されます: ${line("renewals schedule remove", [])} ${option}`,
      ),
    );
  }
  if (NPX_CACHE.test(await steadyDoor(machine.door))) {
    await terminal.warn(
      text(
        "clomoctl runs from npx's cache, which may be emptied: install it (npm install --global clomoctl), then install the schedule again",
        "clomoctl が npx のキャッシュから実行されています。キャッシュは消えることがあるため、インストール(npm install --global clomoctl)してから、もう一度登録してください",
      ),
    );
  }
  await warnOfSettings(tools);
}

/** Warns if there are no recipients yet, if `notify` would refuse its settings, or if a scheduled run lacks their secrets. */
async function warnOfSettings({ terminal, home }: Tools): Promise<void> {
  const file = notifyFileIn(home);
  try {
    const settings = await readNotifySettings(home);
    if (settings !== undefined) {
      const { secretNames } = await import("../../../lib/renewals/notify/deliver.ts");
      for (const name of secretNames(settings)) {
        await terminal.warn(
          text(
            `${file}: a scheduled run has no ${name} in its environment; use password-file, url-file or token-file`,
            `${file}: 自動実行では環境変数 ${name} がありません。password-file、url-file、token-file を使ってください`,
          ),
        );
      }
      return;
    }
  } catch (error) {
    const { what, hint } = error instanceof Failure ? error : unreadable(file, error);
    const where = error instanceof Failure ? (error.where ?? file) : file;
    await terminal.warn(text(`${where}: ${what.en}`, `${where}: ${what.ja}`));
    if (hint !== undefined) await terminal.warn(hint);
    return;
  }
  await terminal.warn(
    text(
      `no recipients are configured yet: write ${file} (${line("renewals notify", ["init"])}; see ${line("renewals notify", [], { helpAll: true })}); until then only the output of the run shows what is due`,
      `通知先がまだ設定されていません。${file} を作成してください(${line("renewals notify", ["init"])}。${line("renewals notify", [], { helpAll: true })} を参照)。それまでは実行時の出力だけで知らせます`,
    ),
  );
}

/** @throws `usage` when several are named */
function chosenScheduler(named: readonly Scheduler[], platform: string): Scheduler {
  const [one, ...others] = named;
  if (others.length > 0) throw misfit("--systemd", "--cron, --task-scheduler");
  if (one !== undefined) return one;
  if (platform === "win32") return "task-scheduler";
  return platform === "linux" ? "systemd" : "cron";
}

const misfit = (option: string, other: string): Failure =>
  option === "--output"
    ? new Failure("usage", {
        what: text(`${option} requires ${other}`, `${option} には ${other} が必要です`),
        where: commandName("renewals schedule install"),
      })
    : new Failure("usage", {
        what: text(`use only one of ${option}, ${other}`, `${option}、${other} はどれか 1 つを指定してください`),
        where: commandName("renewals schedule install"),
      });

/** Variables that decide where the home is. */
const CARRIED = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] as const;

async function launcherOf({
  machine,
  environment,
  globals,
  terminal,
  workingFolder,
}: Tools): Promise<DailyRun["launcher"]> {
  const home = environment["CLOMOCTL_HOME"] ?? "";
  const context = globals.context ?? environment["CLOMOCTL_CONTEXT"] ?? "";
  const carried = CARRIED.map((name) => [name, environment[name] ?? ""] as const);
  const variables = [["CLOMOCTL_HOME", home === "" ? "" : resolve(workingFolder, home)] as const, ...carried];
  return {
    node: machine.node,
    door: await steadyDoor(machine.door),
    path: environment["PATH"] ?? "",
    userFolder: machine.userFolder,
    language: terminal.language,
    variables: new Map(variables.filter(([, value]) => value !== "")),
    scope: context === "" ? ["--all-contexts"] : ["--context", context],
  };
}

async function writeTask(tools: Tools, { at, timezone, launcher }: DailyRun, output: string): Promise<void> {
  const { terminal, machine, clock, outputs } = tools;
  const here = machine.platform === "win32";
  const bytes = taskBytes({
    at,
    timezone,
    now: clock.now(),
    scope: launcher.scope,
    variables: new Map([...(here ? launcher.variables : []), ["CLOMOCTL_LANG", launcher.language]]),
    folders: here ? [dirname(launcher.node)] : [],
  });
  await outputs.write(output, bytes);
  const name = output === "-" ? "FILE" : output;
  const command = `schtasks /create /tn "${TASK_NAME}" /xml "${name}"`;
  await terminal.note(text(`to install it on Windows, run: ${command}`, `登録するには Windows で: ${command}`));
  if (!here && launcher.variables.size > 0) {
    await terminal.note(
      text(
        "CLOMOCTL_HOME of this computer is not included: on Windows, clomoctl uses its default folder",
        "この PC の CLOMOCTL_HOME は含めていません。Windows 側では既定のフォルダーを使います",
      ),
    );
  }
}
