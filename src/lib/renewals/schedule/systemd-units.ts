import { commandName } from "../../advice/index.ts";
import type { Scheduler } from "./schedule.ts";
import { formatTimeOfDay, type TimeOfDay } from "./time-of-day.ts";

/** The name of the timer and the service, without `.timer` and `.service`. */
export const UNIT_NAME = "clomoctl-renewals";

/** The first line of both units. A unit without this line was not written by clomoctl. */
export const UNIT_HEADER = `# Written by ${commandName("renewals schedule install")}`;

/**
 * Quotes a word for the command line of a unit.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
 */
const quoteUnitWord = (word: string): string =>
  `"${word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$")}"`;

/**
 * Renders the service unit, which runs the launcher once. The unit starts the launcher with a shell, because the home
 * folder may be mounted with `noexec`.
 *
 * @param user ID of the user that runs a service of the machine; null for a service of the user, which needs no user ID
 */
export const renderServiceUnit = (launcher: string, user: number | null): string => `${UNIT_HEADER}
[Unit]
Description=clomoctl: checks renewals and sends reminders

[Service]
Type=oneshot
${user === null ? "" : `User=${user}\n`}ExecStart=/bin/sh ${quoteUnitWord(launcher)}
`;

/** Renders the unit of the timer, in the time zone of the tenant. A missed run is made up for at the next start. */
export const renderTimerUnit = (at: TimeOfDay, timezone: string): string => `${UNIT_HEADER}
[Unit]
Description=clomoctl: checks renewals every day

[Timer]
OnCalendar=*-*-* ${formatTimeOfDay(at)}:00 ${timezone}
Persistent=true

[Install]
WantedBy=timers.target
`;

/** Parses the time and the time zone of a timer that clomoctl wrote. Returns undefined if somebody has changed them. */
export function parseTimer(content: string): { readonly at: string; readonly timezone: string } | undefined {
  const [, at, timezone] = /^OnCalendar=\*-\*-\* (\d\d:\d\d):00 (\S+)$/m.exec(content) ?? [];
  return at === undefined || timezone === undefined ? undefined : { at, timezone };
}

/** Returns the option that selects the manager for systemctl. */
export const toManagerOption = (way: Extract<Scheduler, `systemd${string}`>): "--user" | "--system" =>
  way === "systemd" ? "--user" : "--system";
