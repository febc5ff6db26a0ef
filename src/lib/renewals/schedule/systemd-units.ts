import { commandName } from "../../advice/index.ts";
import type { Scheduler } from "./schedule.ts";
import { formatTimeOfDay, type TimeOfDay } from "./time-of-day.ts";

/** The name of the pair, without `.timer` and `.service`. */
export const UNIT = "clomoctl-renewals";

/** The first line of both units: what lacks it was not made here. */
export const WRITTEN = `# Written by ${commandName("renewals schedule install")}`;

/**
 * One word of a unit's command line.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
 */
const unitWord = (word: string): string =>
  `"${word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$")}"`;

/**
 * The service that runs once; the launcher is run by the shell, so that a `noexec` home is no hindrance.
 *
 * @param user number of the user a service of the machine runs as; a service of the user runs as that anyway
 */
export const serviceUnit = (launcher: string, user: number | null): string => `${WRITTEN}
[Unit]
Description=clomoctl: what expires, and notices of it

[Service]
Type=oneshot
${user === null ? "" : `User=${user}\n`}ExecStart=/bin/sh ${unitWord(launcher)}
`;

/** The timer, in the zone of the tenant; a run that was missed is made up for at the next start. */
export const timerUnit = (at: TimeOfDay, timezone: string): string => `${WRITTEN}
[Unit]
Description=clomoctl: what expires, every day

[Timer]
OnCalendar=*-*-* ${formatTimeOfDay(at)}:00 ${timezone}
Persistent=true

[Install]
WantedBy=timers.target
`;

/** The time and zone of a timer that was made here; undefined where somebody has changed them. */
export function readTimer(content: string): { readonly at: string; readonly timezone: string } | undefined {
  const [, at, timezone] = /^OnCalendar=\*-\*-\* (\d\d:\d\d):00 (\S+)$/m.exec(content) ?? [];
  return at === undefined || timezone === undefined ? undefined : { at, timezone };
}

/** What tells systemctl which manager is meant. */
export const managerOf = (way: Extract<Scheduler, `systemd${string}`>): "--user" | "--system" =>
  way === "systemd" ? "--user" : "--system";
