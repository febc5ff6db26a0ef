import { dirname, resolve } from "node:path";
import { commandName, line } from "../../../lib/advice/index.ts";
import { createReadFailure } from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { getNotifyFile, readNotifySettings } from "../../../lib/renewals/notify/settings-file.ts";
import { NPX_CACHE_PATH, resolveStablePath } from "../../../lib/renewals/schedule/launcher.ts";
import type { DailyRun, ScheduleChange, DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import { TASK_NAME, encodeTask } from "../../../lib/renewals/schedule/task-xml.ts";
import { parseTimeOfDay } from "../../../lib/renewals/schedule/time-of-day.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../../tools.ts";
import { selectSchedulers, SCHEDULE_COLUMNS, SCHEDULER_OPTIONS } from "./columns.ts";
import { installDailyRun, MANAGED_SCHEDULERS, removeDailyRun, readDailySchedule, writeScheduleNotes } from "./place.ts";

export default defineCommand({
  summary: text("check renewal items and send reminders every day", "期限の確認と通知を毎日自動で実行する"),
  details: [
    text(
      "Runs `renewals notify` and `renewals check` for all contexts (or only for --context), and prints only when there is something to report. Each run looks for Node and clomoctl first in their current location, then on PATH, then in the folders of version managers. --at is in the tenant's time zone. Secrets in environment variables are not passed on; for a tenant on another computer, give --context and --token-file.",
      "全コンテキスト(--context があればそのコンテキスト)について `renewals notify` と `renewals check` を実行し、報告することがあるときだけ出力します。Node と clomoctl は実行のたびに、現在の場所、PATH、バージョン管理ツールの場所の順に探します。--at はテナントのタイムゾーンの時刻です。環境変数のパスワードなどは引き継ぎません。別のコンピューターのテナントには --context と --token-file を指定します。",
    ),
    text(
      "Installing again replaces the earlier schedule. If systemd does not respond, cron is used instead, with a warning; with --systemd, the units are written anyway and the exit code is 7. --task-scheduler writes a file for schtasks /create /xml FILE; its task runs only while you are logged on.",
      "再度 install すると以前の登録を置き換えます。systemd が応答しない環境では、警告を表示して cron に登録します(--systemd を指定したときはユニットを書き込み、終了コード 7)。--task-scheduler はファイルを書き出します: schtasks /create /xml FILE(このタスクはログオン中だけ実行されます)。",
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
    { line: "clomoctl renewals schedule install --cron --at 08:30" },
    { line: "clomoctl renewals schedule install --task-scheduler -o renewals.xml" },
    { line: "clomoctl renewals schedule install --task-scheduler --at 08:30" },
  ],
  exits: ["input-rejected", "not-found", "unavailable"],
  opensTenant: false,
  shows: SCHEDULE_COLUMNS,
  async run(tools, { at: typed, output, ...named }) {
    const at = parseTimeOfDay(typed);
    const way = chooseScheduler(selectSchedulers(named), tools.machine.platform);
    if (output !== "-" && way !== "task-scheduler") throw createOptionFailure("--output", "--task-scheduler");
    const timezone = await resolveTimezoneWithoutTenant(tools);
    const wanted: DailyRun = { at, timezone, launcher: await buildLauncher(tools) };
    if (way === "task-scheduler") return writeTaskFile(tools, wanted, output);
    tools.describeState(() =>
      text(
        "the daily schedule may be only partly installed; install it again",
        "途中まで登録された可能性があります。もう一度 install してください",
      ),
    );
    const changed = await installDailyRun(tools, way, wanted);
    const runs = isStarted(changed.scheduled);
    if (!runs && selectSchedulers(named).length === 0) return fallBackToCron(tools, wanted);
    await showInstalledSchedule(tools, changed);
    return runs ? undefined : "unavailable";
  },
});

/** Returns true if the daily run will start automatically: a timer must be active, a crontab line needs no start. */
const isStarted = ({ way, active }: DailySchedule): boolean => way === "cron" || active === true;

/** Installs the daily run with cron because systemd does not respond.  @throws `unavailable` if cron is missing */
async function fallBackToCron(tools: Tools, wanted: DailyRun): Promise<void> {
  await removeDailyRun(tools, "systemd");
  const changed = await installDailyRun(tools, "cron", wanted);
  await tools.terminal.warn(
    text(
      "systemd does not respond on this computer (for example, in a container or without a login session), so cron is used instead; make sure that a cron daemon is running",
      "このコンピューターでは systemd が応答しないため(コンテナー内、ログインセッションがないなど)、cron に登録しました。cron が動いていることを確認してください",
    ),
  );
  await showInstalledSchedule(tools, changed);
}

async function showInstalledSchedule(tools: Tools, changed: ScheduleChange): Promise<void> {
  const { terminal, machine } = tools;
  await terminal.show(SCHEDULE_COLUMNS, changed.scheduled);
  await writeScheduleNotes(tools, changed);
  for (const way of MANAGED_SCHEDULERS) {
    if (way === changed.scheduled.way || !(await readDailySchedule(tools, way)).installed) continue;
    const option = way === "systemd-system" ? ["--systemd", "--system"] : [`--${way}`];
    await terminal.warn(
      text(
        `the daily run is also installed with ${way} and would run twice; to remove the ${way} schedule: ${line("renewals schedule remove", []).with(...option)}`,
        `${way} にも登録されているため、二重に実行されます。${way} の登録を削除するには: ${line("renewals schedule remove", []).with(...option)}`,
      ),
    );
  }
  if (NPX_CACHE_PATH.test(await resolveStablePath(machine.door))) {
    await terminal.warn(
      text(
        "clomoctl runs from npx's cache, which may be emptied; install clomoctl (npm install --global clomoctl), then install the schedule again",
        "clomoctl が npx のキャッシュから実行されています。キャッシュは消えることがあるため、インストール(npm install --global clomoctl)してから、もう一度登録してください",
      ),
    );
  }
  await warnAboutSettings(tools);
}

/**
 * Warns if there are no recipients yet, if `renewals notify` would refuse its settings, or if the settings take secrets
 * from environment variables, which a scheduled run does not have.
 */
async function warnAboutSettings({ terminal, home }: Tools): Promise<void> {
  const file = getNotifyFile(home);
  try {
    const settings = await readNotifySettings(home);
    if (settings !== undefined) {
      const { listSecretVariables } = await import("../../../lib/renewals/notify/deliver.ts");
      for (const name of listSecretVariables(settings)) {
        await terminal.warn(
          text(
            `${file}: a scheduled run does not have the environment variable ${name}; use password-file, url-file or token-file`,
            `${file}: 自動実行では環境変数 ${name} がありません。password-file、url-file、token-file を使ってください`,
          ),
        );
      }
      return;
    }
  } catch (error) {
    const { what, hint } = error instanceof Failure ? error : createReadFailure(file, error);
    const where = error instanceof Failure ? (error.where ?? file) : file;
    await terminal.warn(text(`${where}: ${what.en}`, `${where}: ${what.ja}`));
    if (hint !== undefined) await terminal.warn(hint);
    return;
  }
  await terminal.warn(
    text(
      `no recipients are configured yet; to create ${file}: ${line("renewals notify", ["init"])}; for its format: ${line("renewals notify", [], { helpAll: true })}. Until then, only the output of the daily run shows what is due`,
      `通知先がまだ設定されていません。${file} を作成するには: ${line("renewals notify", ["init"])}。書式を見るには: ${line("renewals notify", [], { helpAll: true })}。設定するまでは、毎日の実行の出力だけで知らせます`,
    ),
  );
}

/** Returns the chosen scheduler, or the platform's default. @throws `usage` if several are chosen */
function chooseScheduler(named: readonly Scheduler[], platform: string): Scheduler {
  const [one, ...others] = named;
  if (others.length > 0) throw createOptionFailure("--systemd", "--cron, --task-scheduler");
  if (one !== undefined) return one;
  if (platform === "win32") return "task-scheduler";
  return platform === "linux" ? "systemd" : "cron";
}

const createOptionFailure = (option: string, other: string): Failure =>
  option === "--output"
    ? new Failure("usage", {
        what: text(`${option} requires ${other}`, `${option} には ${other} が必要です`),
        where: commandName("renewals schedule install"),
      })
    : new Failure("usage", {
        what: text(`use only one of ${option}, ${other}`, `${option}、${other} はどれか 1 つを指定してください`),
        where: commandName("renewals schedule install"),
      });

/** The environment variables, in addition to CLOMOCTL_HOME, that determine the folders of clomoctl. */
const HOME_VARIABLES = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] as const;

async function buildLauncher({
  machine,
  environment,
  terminal,
  workingFolder,
  ...tools
}: Tools): Promise<DailyRun["launcher"]> {
  const home = environment["CLOMOCTL_HOME"] ?? "";
  const carried = HOME_VARIABLES.map((name) => [name, environment[name] ?? ""] as const);
  const variables = [["CLOMOCTL_HOME", home === "" ? "" : resolve(workingFolder, home)] as const, ...carried];
  return {
    node: machine.node,
    door: await resolveStablePath(machine.door),
    path: environment["PATH"] ?? "",
    userFolder: machine.userFolder,
    language: terminal.language,
    variables: new Map(variables.filter(([, value]) => value !== "")),
    scope: await chooseScope({ environment, terminal, workingFolder, ...tools }),
  };
}

const TOKEN_FILE_FAILURE = new Failure("usage", {
  what: text(
    "with --token-file, a daily run needs --context and a file that it can read again (not -)",
    "毎日の実行で --token-file を使うには、--context と、実行のたびに読めるファイル(- 以外)が必要です",
  ),
  where: commandName("renewals schedule install"),
});

/**
 * Returns the options with which the daily run chooses its tenants. Warns if the run would depend on a session.
 *
 * @throws Failure `usage` if each run could not read the token
 */
async function chooseScope({
  globals,
  environment,
  terminal,
  contexts,
  workingFolder,
}: Pick<Tools, "globals" | "environment" | "terminal" | "contexts" | "workingFolder">): Promise<readonly string[]> {
  const name = globals.context ?? environment["CLOMOCTL_CONTEXT"] ?? "";
  const { tokenFile } = globals;
  if (tokenFile !== undefined && (name === "" || tokenFile === "-")) throw TOKEN_FILE_FAILURE;
  if (name === "") return ["--all-contexts"];
  if (tokenFile !== undefined) return ["--context", name, "--token-file", resolve(workingFolder, tokenFile)];
  if ((await contexts.inEffect(name, environment))?.context.kind === "remote")
    await terminal.warn(
      text(
        "a session ends if it is not used for some hours, and the daily run does not have CLOMOCTL_TOKEN; give it an access token with --token-file FILE",
        "セッションは数時間使わないと切れ、毎日の実行では CLOMOCTL_TOKEN もありません。--token-file FILE でアクセストークンを指定してください",
      ),
    );
  return ["--context", name];
}

async function writeTaskFile(tools: Tools, { at, timezone, launcher }: DailyRun, output: string): Promise<void> {
  const { terminal, machine, clock, outputs } = tools;
  const here = machine.platform === "win32";
  const bytes = encodeTask({
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
  await terminal.note(
    text(`to install the task on Windows, run: ${command}`, `Windows でタスクを登録するには: ${command}`),
  );
  if (!here && launcher.variables.size > 0) {
    await terminal.note(
      text(
        "the file does not contain this computer's CLOMOCTL_HOME: on Windows, clomoctl uses its default folder",
        "このコンピューターの CLOMOCTL_HOME はファイルに含めていません。Windows では既定のフォルダーを使います",
      ),
    );
  }
}
