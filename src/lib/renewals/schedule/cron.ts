import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { same, text, type Text } from "../../text/index.ts";
import { findBlock, insertBlock, removeBlock, type CrontabText } from "./crontab-block.ts";
import { getLauncherPath, renderLauncherScript, removeLauncher, quoteShellWord } from "./launcher.ts";
import type { ScheduleChange, DailyRun, SchedulePlace, DailySchedule } from "./schedule.ts";
import { convertTimeOfDay, formatTimeOfDay } from "./time-of-day.ts";

/** A machine with cron, whose clock uses `timezone`. */
export interface CronPlace extends SchedulePlace {
  readonly timezone: string;
  readonly now: Date;
}

const LATIN1 = "latin1";

/** Reads the user's crontab. Returns an empty text if there is no crontab, and undefined if there is no cron. */
async function readCrontab({ run }: SchedulePlace): Promise<CrontabText | undefined> {
  const listed = await run("crontab", ["-l"]);
  if (listed === undefined) return undefined;
  if (listed.code === 0) return listed.stdout.toString(LATIN1);
  if (/no crontab/i.test(listed.stderr)) return "";
  throw parseCrontabFailure(listed.stderr);
}

/** Returns true if the machine has cron. */
export const hasCron = async ({ run }: Pick<SchedulePlace, "run">): Promise<boolean> =>
  (await run("crontab", ["-l"])) !== undefined;

const parseCrontabFailure = (stderr: string): Failure => {
  const said = stderr.trim();
  return buildCrontabFailure(said === "" ? text("no reason given", "理由は表示されていません") : same(said));
};

const buildCrontabFailure = (why: Text): Failure =>
  new Failure("unexpected", {
    what: text(`the crontab command failed: ${why.en}`, `crontab コマンドが失敗しました: ${why.ja}`),
  });

async function writeCrontab(place: SchedulePlace, crontab: CrontabText): Promise<void> {
  const written = await place.run("crontab", crontab === "" ? ["-r"] : ["-"], { input: Buffer.from(crontab, LATIN1) });
  if (written?.code !== 0) throw parseCrontabFailure(written?.stderr ?? "");
  if ((await readCrontab(place)) !== crontab) {
    throw buildCrontabFailure(
      text("crontab -l does not show the new entry", "crontab -l の出力が、書き込んだ内容と一致しません"),
    );
  }
}

const BLOCK_HEADING = `# checks renewals and sends reminders; written by ${commandName("renewals schedule install")}`;

/** Renders the line of the crontab. A `%` is escaped, because it would end the command. */
const renderCronLine = (minute: number, hour: number, launcher: string): string =>
  `${minute} ${hour} * * * /bin/sh ${quoteShellWord(launcher).replaceAll("%", String.raw`\%`)}`;

/**
 * Adds the daily run to the user's crontab. All other lines stay the same, byte for byte.
 *
 * @throws `unavailable` if there is no cron, `input-rejected` if the markers of an earlier block are damaged
 */
export async function installCron(place: CronPlace, { at, timezone, launcher }: DailyRun): Promise<ScheduleChange> {
  const before = await readCrontab(place);
  if (before === undefined) {
    throw new Failure("unavailable", {
      what: text("crontab command not found", "このコンピューターには crontab コマンドがありません"),
      hint: text("install cron, or use --systemd", "cron を導入するか、--systemd を使ってください"),
    });
  }
  const { time, drifts } = convertTimeOfDay(at, { from: timezone, to: place.timezone, now: place.now });
  const file = getLauncherPath(place.launchers, "cron");
  const after = Buffer.from([BLOCK_HEADING, renderCronLine(time.minute, time.hour, file)].join("\n")).toString(LATIN1);
  const wanted = insertBlock(before, after.split("\n"));
  await place.write(file, renderLauncherScript(launcher));
  if (wanted !== before) await writeCrontab(place, wanted);
  const same = formatTimeOfDay(time) === formatTimeOfDay(at) && !drifts;
  return {
    scheduled: await readCronSchedule(place),
    changed: wanted !== before,
    notes: same ? [] : [describeConvertedTime(formatTimeOfDay(at), timezone, formatTimeOfDay(time), place.timezone)],
    warnings: drifts ? [describeClockDrift(timezone, place.timezone)] : [],
  };
}

const describeConvertedTime = (at: string, zone: string, here: string, zoneHere: string): Text =>
  text(
    `cron uses this computer's time zone: ${at} in ${zone} is currently ${here} in ${zoneHere}`,
    `cron はこのコンピューターのタイムゾーンで動きます: ${zone} の ${at} は現在 ${zoneHere} の ${here} です`,
  );

const describeClockDrift = (zone: string, zoneHere: string): Text =>
  text(
    `the offset between ${zone} and ${zoneHere} changes with daylight saving time. Use a systemd timer, which always runs at the set time, or install the schedule again after each change`,
    `夏時間により、${zone} と ${zoneHere} の時差は年内に変わります。systemd タイマーを使えば、設定した時刻に動きます。cron を使う場合は、時差が変わるたびに予定を登録し直してください`,
  );

/** Removes the daily run from the crontab and deletes its launcher. */
export async function removeCron(place: CronPlace): Promise<ScheduleChange> {
  const before = (await readCrontab(place)) ?? "";
  const after = removeBlock(before);
  if (after !== before) await writeCrontab(place, after);
  await removeLauncher(getLauncherPath(place.launchers, "cron"));
  return { scheduled: await readCronSchedule(place), changed: after !== before, notes: [], warnings: [] };
}

/** Returns the daily run as it is in the crontab. */
export async function readCronSchedule(place: CronPlace): Promise<DailySchedule> {
  const block = findBlock((await readCrontab(place)) ?? "");
  const [, minute, hour] = /^(\d+) (\d+) /m.exec(block?.lines.join("\n") ?? "") ?? [];
  const at = minute === undefined || hour === undefined ? null : { hour: Number(hour), minute: Number(minute) };
  return {
    way: "cron",
    installed: block !== undefined,
    at: at === null ? null : formatTimeOfDay(at),
    timezone: block === undefined ? null : place.timezone,
    active: null,
    files: block === undefined ? [] : [getLauncherPath(place.launchers, "cron")],
  };
}
