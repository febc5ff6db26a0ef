import { commandName } from "../../advice/index.ts";
import { win32 } from "node:path";
import { Failure } from "../../errors/index.ts";
import { localInstant } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { formatTimeOfDay, type TimeOfDay } from "./time-of-day.ts";

/** The name a task gets in the Task Scheduler. */
export const TASK_NAME = "clomoctl renewals";

/** A daily task of Windows. */
export interface DailyTask {
  readonly at: TimeOfDay;
  /** IANA name */
  readonly timezone: string;
  /** the first run is on the day of this instant, or the next time the clock shows `at` */
  readonly now: Date;
  /** `--all-contexts`, or `--context NAME` */
  readonly scope: readonly string[];
  /** environment of the run, in the order it is set */
  readonly variables: ReadonlyMap<string, string>;
  /** folders to look in after PATH, for the program and Node */
  readonly folders: readonly string[];
}

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** One word of `cmd.exe`. @throws `usage` when it cannot be told to it safely */
function word(value: string): string {
  if (/["%\p{Cc}]/u.test(value)) {
    throw new Failure("usage", {
      what: text(
        `${JSON.stringify(value)} cannot be used in a task: " % and control characters are not allowed`,
        `${JSON.stringify(value)} はタスクに書けません(" % と制御文字は使えません)`,
      ),
    });
  }
  return `"${value}"`;
}

/** npm's own folder, and that of Node's installer: they are looked up at run time. */
const USUAL_FOLDERS = [String.raw`%APPDATA%\npm`, String.raw`%ProgramFiles%\nodejs`];

function commandLine({ scope, variables, folders }: DailyTask): string {
  for (const folder of folders) word(folder);
  const path = ["%PATH%", ...folders.filter((folder) => win32.isAbsolute(folder)), ...USUAL_FOLDERS].join(";");
  const sets = [
    ["PATH", path] as const,
    ...[...variables].map(([name, value]) => [name, word(value).slice(1, -1)] as const),
  ];
  const words = ["--quiet", "--no-input", ...scope.map(word)].join(" ");
  const steps = [
    ...sets.map(([name, value]) => `set "${name}=${value}"`),
    `call ${commandName("renewals notify")} ${words}`,
    `call ${commandName("renewals check")} ${words}`,
  ];
  return `/d /s /c "${steps.join(" & ")}"`;
}

const startOf = ({ at, timezone, now }: DailyTask): string =>
  localInstant(now, timezone).replace(/\d\d:\d\d:\d\d/, `${formatTimeOfDay(at)}:00`);

/**
 * The task as XML, for `schtasks /create /xml`: the elements in the order of Microsoft's schema.
 *
 * @throws `usage` when a name holds a character that `cmd.exe` would read as its own
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-tsch/
 */
export const taskXml = (task: DailyTask): string =>
  [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "  <RegistrationInfo>",
    "    <Author>clomoctl</Author>",
    "    <Description>clomoctl: what expires, and notices of it</Description>",
    "  </RegistrationInfo>",
    "  <Triggers>",
    "    <CalendarTrigger>",
    `      <StartBoundary>${startOf(task)}</StartBoundary>`,
    "      <ScheduleByDay>",
    "        <DaysInterval>1</DaysInterval>",
    "      </ScheduleByDay>",
    "    </CalendarTrigger>",
    "  </Triggers>",
    "  <Settings>",
    "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "    <StartWhenAvailable>true</StartWhenAvailable>",
    "    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>",
    "  </Settings>",
    "  <Actions>",
    "    <Exec>",
    "      <Command>cmd.exe</Command>",
    `      <Arguments>${escaped(commandLine(task))}</Arguments>`,
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");

/** UTF-16, little-endian, with its byte order mark: what `schtasks` reads. */
export const taskBytes = (task: DailyTask): Uint8Array => Buffer.from(`\uFEFF${taskXml(task)}`, "utf16le");
