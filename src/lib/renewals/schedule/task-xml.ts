import { commandName } from "../../advice/index.ts";
import { win32 } from "node:path";
import { Failure } from "../../errors/index.ts";
import { formatLocalInstant } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { formatTimeOfDay, type TimeOfDay } from "./time-of-day.ts";

/** The name of the task in the Task Scheduler. */
export const TASK_NAME = "clomoctl renewals";

/** A daily task for Windows. */
export interface DailyTask {
  readonly at: TimeOfDay;
  /** IANA name */
  readonly timezone: string;
  /** instant from which the first run is planned: the same day, or the next day if the time `at` has already passed */
  readonly now: Date;
  /** `--all-contexts`, or `--context NAME` */
  readonly scope: readonly string[];
  /** environment variables of the run, in the order in which they are set */
  readonly variables: ReadonlyMap<string, string>;
  /** folders in which the program and Node are searched for after PATH */
  readonly folders: readonly string[];
}

const escapeXmlText = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Quotes a word for `cmd.exe`. @throws `usage` if the word cannot be quoted safely */
function quoteCmdWord(value: string): string {
  if (/["%\p{Cc}]/u.test(value)) {
    throw new Failure("usage", {
      what: text(
        `a scheduled task cannot contain ${JSON.stringify(value)}, because the characters " and % and control characters are not allowed`,
        `${JSON.stringify(value)} はタスクに書けません(" % と制御文字は使えません)`,
      ),
    });
  }
  return `"${value}"`;
}

/** The folders of npm and of Node's installer. Their variables are expanded when the task runs. */
const NODE_FOLDERS = [String.raw`%APPDATA%\npm`, String.raw`%ProgramFiles%\nodejs`];

function buildCommandLine({ scope, variables, folders }: DailyTask): string {
  for (const folder of folders) quoteCmdWord(folder);
  const path = ["%PATH%", ...folders.filter((folder) => win32.isAbsolute(folder)), ...NODE_FOLDERS].join(";");
  const sets = [
    ["PATH", path] as const,
    ...[...variables].map(([name, value]) => [name, quoteCmdWord(value).slice(1, -1)] as const),
  ];
  const words = ["--quiet", "--no-input", ...scope.map(quoteCmdWord)].join(" ");
  const steps = [
    ...sets.map(([name, value]) => `set "${name}=${value}"`),
    `call ${commandName("renewals notify")} ${words}`,
    `call ${commandName("renewals check")} ${words}`,
  ];
  return `/d /s /c "${steps.join(" & ")}"`;
}

const formatStartBoundary = ({ at, timezone, now }: DailyTask): string =>
  formatLocalInstant(now, timezone).replace(/\d\d:\d\d:\d\d/, `${formatTimeOfDay(at)}:00`);

/**
 * Renders the task as XML for `schtasks /create /xml`. The elements are in the order of Microsoft's schema.
 *
 * @throws `usage` if a name contains a character that `cmd.exe` would interpret
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-tsch/
 */
export const renderTaskXml = (task: DailyTask): string =>
  [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    "  <RegistrationInfo>",
    "    <Author>clomoctl</Author>",
    "    <Description>clomoctl: checks renewals and sends reminders</Description>",
    "  </RegistrationInfo>",
    "  <Triggers>",
    "    <CalendarTrigger>",
    `      <StartBoundary>${formatStartBoundary(task)}</StartBoundary>`,
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
    `      <Arguments>${escapeXmlText(buildCommandLine(task))}</Arguments>`,
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");

/** Encodes the task as little-endian UTF-16 with a byte order mark, as `schtasks` requires. */
export const encodeTask = (task: DailyTask): Uint8Array => Buffer.from(`\uFEFF${renderTaskXml(task)}`, "utf16le");
