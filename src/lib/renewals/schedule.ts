import { createHash } from "node:crypto";
import { Failure } from "../errors/index.ts";
import { resolveRealPath } from "../files/index.ts";
import { text } from "../text/index.ts";

// The program only prints the entry for a scheduler, and the user installs the entry.

export const SCHEDULERS = ["cron", "systemd", "task"] as const;

export type Scheduler = (typeof SCHEDULERS)[number];

/** The paths are absolute, because a scheduler does not have the PATH of the user. */
export interface DailyRun extends Readonly<Record<"at" | "node" | "programPath" | "home", string>> {
  readonly words: readonly string[];
}

const NPX_CACHE_PATH = /[\\/]_npx[\\/]/;

/** Never returns a link in the cache of npx, because the cache may be emptied. */
export const resolveProgramPath = async (programPath: string): Promise<string> =>
  NPX_CACHE_PATH.test(programPath) ? resolveRealPath(programPath) : programPath;

function parseTimeOfDay(typed: string): { readonly hour: number; readonly minute: number } {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? [];
  if (hour !== undefined && minute !== undefined) return { hour: Number(hour), minute: Number(minute) };
  throw new Failure("usage", {
    what: text(`"${typed}" is not a time of day`, `「${typed}」は時刻ではありません`),
    where: "--at",
    hint: text("use HH:MM, from 00:00 to 23:59", "09:00 のように 00:00〜23:59 で指定してください"),
  });
}

const getRunName = (home: string): string => {
  const told = home.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return `clomoctl-${told.slice(-60)}-${createHash("sha256").update(home).digest("hex").slice(0, 8)}`;
};

const quotePosixWord = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** In a crontab, an unescaped `%` ends the command. */
function renderCronLine({ at, node, programPath, words, home }: DailyRun): string {
  const { hour, minute } = parseTimeOfDay(at);
  const command = `CLOMOCTL_HOME=${[home, node, programPath, ...words].map(quotePosixWord).join(" ")}`;
  return `${minute} ${hour} * * * ${command.replaceAll("%", String.raw`\%`)}\n`;
}

/** @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines */
const quoteUnitWord = (word: string): string =>
  `"${word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$")}"`;

function renderSystemdCommands({ at, node, programPath, words, home }: DailyRun): string {
  const { hour, minute } = parseTimeOfDay(at);
  const name = getRunName(home);
  const unit = (extension: string, lines: readonly string[]): string =>
    `cat >"$units/${name}.${extension}" <<'END'\n${lines.join("\n")}\nEND\n`;
  const environment = `Environment=${quoteUnitWord(`CLOMOCTL_HOME=${home}`)}`;
  const start = `ExecStart=${[node, programPath, ...words].map(quoteUnitWord).join(" ")}`;
  // 1 and 2 are what was found; the run itself was complete
  const service = ["[Service]", "Type=oneshot", environment, start, "SuccessExitStatus=1 2"];
  const time = `OnCalendar=*-*-* ${hour}:${String(minute).padStart(2, "0")}:00`;
  const timer = ["[Timer]", time, "Persistent=true", "", "[Install]", "WantedBy=timers.target"];
  const folder = 'units="${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"; mkdir -p "$units"\n';
  const begin = `systemctl --user daemon-reload && systemctl --user enable --now ${name}.timer\nloginctl enable-linger\n`;
  return folder + unit("service", service) + unit("timer", timer) + begin;
}

const quotePowerShellWord = (word: string): string => `'${word.replaceAll("'", "''")}'`;

/** The task starts `cmd`, which can set environment variables. */
function renderTaskCommand({ at, node, programPath, words, home }: DailyRun): string {
  const { hour, minute } = parseTimeOfDay(at);
  const command = `/d /s /c "set "CLOMOCTL_HOME=${home}" & "${node}" "${programPath}" ${words.join(" ")}"`;
  const action = `(New-ScheduledTaskAction -Execute 'cmd.exe' -Argument ${quotePowerShellWord(command)})`;
  const trigger = `(New-ScheduledTaskTrigger -Daily -At '${hour}:${String(minute).padStart(2, "0")}')`;
  const settings = "(New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries)";
  const parts = `-Action ${action} -Trigger ${trigger} -Settings ${settings}`;
  return `Register-ScheduledTask -TaskName ${quotePowerShellWord(getRunName(home))} ${parts}\n`;
}

const SCHEDULE_RENDERERS: Readonly<Record<Scheduler, (run: DailyRun) => string>> = {
  cron: renderCronLine,
  systemd: renderSystemdCommands,
  task: renderTaskCommand,
};

export function renderSchedule(scheduler: Scheduler, run: DailyRun): string {
  const all = [run.node, run.programPath, run.home, ...run.words];
  const refused = scheduler === "task" ? /[\p{Cc}"%]/u : /\p{Cc}/u;
  const bad = all.find((word) => refused.test(word));
  if (bad === undefined) return SCHEDULE_RENDERERS[scheduler](run);
  throw new Failure("usage", {
    what: text("a schedule cannot contain this path", "このパスは自動実行の設定に使えません"),
    where: JSON.stringify(bad),
  });
}
