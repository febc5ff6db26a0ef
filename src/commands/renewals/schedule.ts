import { resolve } from "node:path";
import { commandName, step, line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNotifySettings } from "../../lib/renewals/notify/secret.ts";
import { renderSchedule, resolveProgramPath, SCHEDULERS, type Scheduler } from "../../lib/renewals/schedule.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import type { Tools } from "../kit/tools.ts";

export default defineCommand({
  summary: text("print a scheduler entry for the daily reminders", "毎日の通知を自動実行する設定を出力する"),
  details: text(
    "Prints a line for `crontab -e`, commands that create a systemd timer, or a PowerShell command that registers a task, and changes nothing itself. The daily run is `status --notify` for all contexts, or only for --context. Secrets in environment variables are not passed on. If the tenant is on another computer, store its token with `context set NAME --token-file FILE`.",
    "`crontab -e` に追加する行、systemd タイマーを作るコマンド、またはタスク スケジューラに登録する PowerShell コマンドを出力し、それ以外は何も変更しません。毎日の実行は、全コンテキスト(--context があればそのコンテキスト)の `status --notify` です。環境変数に設定したパスワードなどは、自動実行では使えません。テナントが別のコンピューターにあるときは、トークンを `context set NAME --token-file FILE` で保存します。",
  ),
  args: {},
  options: {
    with: {
      kind: "choice",
      choices: SCHEDULERS,
      about: text("scheduler (default: task on Windows, else cron)", "実行方法(既定: Windows は task、ほかは cron)"),
    },
    at: {
      kind: "string",
      value: "HH:MM",
      default: "09:00",
      about: text("time of day, by the clock of this computer", "実行する時刻(このコンピューターの時計による)"),
    },
  },
  examples: [{ line: "clomoctl renewals schedule --at 08:30" }, { line: "clomoctl renewals schedule --with systemd" }],
  exits: ["not-found"],
  opensTenant: false,
  async run(tools, { with: named, at }) {
    const { machine, terminal, home } = tools;
    const scheduler: Scheduler = named ?? (machine.platform === "win32" ? "task" : "cron");
    const words = ["status", "--notify", ...(await chooseScope(tools)), "--no-input"];
    const run = {
      at,
      node: machine.node,
      programPath: await resolveProgramPath(machine.programPath),
      words: [...words, "--lang", terminal.language],
      home: home.folder,
    };
    await terminal.out.write(renderSchedule(scheduler, run));
    if ((await readNotifySettings(home)) !== undefined) return;
    await terminal.warn(
      step("nobody receives reminders yet", "通知先がまだ設定されていません", line("renewals notify", ["init"])),
    );
  },
});

/** @throws `not-found`; `usage` if a scheduled run could not read a token from a file */
async function chooseScope({ globals, environment, contexts, workingFolder }: Tools): Promise<readonly string[]> {
  const name = globals.context ?? environment["CLOMOCTL_CONTEXT"] ?? "";
  const { tokenFile } = globals;
  if (tokenFile !== undefined && (name === "" || tokenFile === "-")) {
    throw new Failure("usage", {
      what: text(
        "with --token-file, a daily run needs --context and a file that it can read again (not -)",
        "毎日の実行で --token-file を使うには、--context と、実行のたびに読めるファイル(- 以外)が必要です",
      ),
      where: commandName("renewals schedule"),
    });
  }
  if (name === "") return [];
  await contexts.choose(name, environment);
  return ["--context", name, ...(tokenFile === undefined ? [] : ["--token-file", resolve(workingFolder, tokenFile)])];
}
