import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { findBlock, withBlock, withoutBlock, type CrontabText } from "./crontab-block.ts";
import { launcherFile, launcherScript, removeLauncher, shellWord } from "./launcher.ts";
import type { ScheduleChange, DailyRun, SchedulePlace, DailySchedule } from "./schedule.ts";
import { convert, formatTimeOfDay } from "./time-of-day.ts";

/** A machine with cron, whose clock is that of `timezone`. */
export interface CronPlace extends SchedulePlace {
  readonly timezone: string;
  readonly now: Date;
}

const LATIN1 = "latin1";

/** The person's crontab; empty where there is none, undefined where there is no cron. */
async function read({ run }: SchedulePlace): Promise<CrontabText | undefined> {
  const listed = await run("crontab", ["-l"]);
  if (listed === undefined) return undefined;
  if (listed.code === 0) return listed.stdout.toString(LATIN1);
  if (/no crontab/i.test(listed.stderr)) return "";
  throw refused(listed.stderr);
}

/** Whether the machine has cron. */
export const hasCron = async ({ run }: Pick<SchedulePlace, "run">): Promise<boolean> =>
  (await run("crontab", ["-l"])) !== undefined;

const refused = (said: string): Failure =>
  new Failure("unexpected", {
    what: text(
      `crontab failed: ${said.trim() || "no reason given"}`,
      `crontab コマンドが失敗しました: ${said.trim() || "理由は表示されていません"}`,
    ),
  });

async function write(place: SchedulePlace, crontab: CrontabText): Promise<void> {
  const written = await place.run("crontab", crontab === "" ? ["-r"] : ["-"], { input: Buffer.from(crontab, LATIN1) });
  if (written?.code !== 0) throw refused(written?.stderr ?? "");
  if ((await read(place)) !== crontab) {
    throw refused("crontab -l does not show what was written");
  }
}

const HEADING = `# what expires, and notices of it; written by ${commandName("renewals schedule install")}`;

/** `%` ends a command in a crontab. */
const cronLine = (minute: number, hour: number, launcher: string): string =>
  `${minute} ${hour} * * * /bin/sh ${shellWord(launcher).replaceAll("%", String.raw`\%`)}`;

/**
 * Puts the daily run into the person's crontab; other lines keep every byte.
 *
 * @throws `unavailable` where there is no cron, `input-rejected` when marks of an earlier block are broken
 */
export async function installCron(place: CronPlace, { at, timezone, launcher }: DailyRun): Promise<ScheduleChange> {
  const before = await read(place);
  if (before === undefined) {
    throw new Failure("unavailable", {
      what: text("crontab command not found", "この PC には crontab コマンドがありません"),
      hint: text("install cron, or use --systemd", "cron を導入するか、--systemd を使ってください"),
    });
  }
  const { time, drifts } = convert(at, { from: timezone, to: place.timezone, now: place.now });
  const file = launcherFile(place.launchers, "cron");
  const after = Buffer.from([HEADING, cronLine(time.minute, time.hour, file)].join("\n")).toString(LATIN1);
  const wanted = withBlock(before, after.split("\n"));
  await place.write(file, launcherScript(launcher));
  if (wanted !== before) await write(place, wanted);
  const same = formatTimeOfDay(time) === formatTimeOfDay(at) && !drifts;
  return {
    scheduled: await showCron(place),
    changed: wanted !== before,
    notes: same ? [] : [converted(formatTimeOfDay(at), timezone, formatTimeOfDay(time), place.timezone)],
    warnings: drifts ? [drifting(timezone, place.timezone)] : [],
  };
}

const converted = (at: string, zone: string, here: string, zoneHere: string): Text =>
  text(
    `cron uses this computer's time zone: ${at} ${zone} is currently ${here} ${zoneHere}`,
    `cron はこの PC のタイムゾーンで動きます: ${zone} の ${at} は現在 ${zoneHere} の ${here} です`,
  );

const drifting = (zone: string, zoneHere: string): Text =>
  text(
    `the offset between ${zone} and ${zoneHere} changes with daylight saving time; use a systemd timer, which keeps the time, or install again after each change`,
    `夏時間により ${zone} と ${zoneHere} の時差は年内に変わります。systemd タイマーなら時刻は保たれます。cron では変わったときにもう一度 install してください`,
  );

/** Takes the block out of the crontab again, and its launcher away. */
export async function removeCron(place: CronPlace): Promise<ScheduleChange> {
  const before = (await read(place)) ?? "";
  const after = withoutBlock(before);
  if (after !== before) await write(place, after);
  await removeLauncher(launcherFile(place.launchers, "cron"));
  return { scheduled: await showCron(place), changed: after !== before, notes: [], warnings: [] };
}

/** What of the daily run stands in the crontab. */
export async function showCron(place: CronPlace): Promise<DailySchedule> {
  const block = findBlock((await read(place)) ?? "");
  const [, minute, hour] = /^(\d+) (\d+) /m.exec(block?.lines.join("\n") ?? "") ?? [];
  const at = minute === undefined || hour === undefined ? null : { hour: Number(hour), minute: Number(minute) };
  return {
    way: "cron",
    installed: block !== undefined,
    at: at === null ? null : formatTimeOfDay(at),
    timezone: block === undefined ? null : place.timezone,
    active: null,
    files: block === undefined ? [] : [launcherFile(place.launchers, "cron")],
  };
}
