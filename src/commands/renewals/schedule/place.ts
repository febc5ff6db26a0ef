import { dirname, isAbsolute, join } from "node:path";
import { ensureFolder, ownerOf, readShort, writeOwnFile } from "../../../lib/files/index.ts";
import { hasCron, installCron, removeCron, showCron, type CronPlace } from "../../../lib/renewals/schedule/cron.ts";
import { lastRunFile, readLastRun, type LastRun } from "../../../lib/renewals/schedule/launcher.ts";
import { programsOf } from "../../../lib/renewals/schedule/programs.ts";
import type { ScheduleChange, DailyRun, DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import { answers, installSystemd, removeSystemd, showSystemd } from "../../../lib/renewals/schedule/systemd.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

/** The schedulers that the program sets up itself; for Windows it only writes a file. */
export type OwnScheduler = Exclude<Scheduler, "task-scheduler">;

/** The schedulers to look at when none is named. */
export const OWN_SCHEDULERS: readonly OwnScheduler[] = ["systemd", "systemd-system", "cron"];

async function placeOf({ environment, signal, home, machine, clock, temporary }: Tools): Promise<CronPlace> {
  const given = environment["XDG_CONFIG_HOME"] ?? "";
  const settings = isAbsolute(given) ? given : join(machine.userFolder, ".config");
  return {
    run: programsOf(environment, signal),
    write: async (path, content) => {
      await ensureFolder(dirname(path));
      await writeOwnFile(path, content, temporary);
    },
    launchers: join(home.data, "schedule"),
    units: (way) => (way === "systemd" ? join(settings, "systemd", "user") : machine.systemUnits),
    // a folder that is not there yet will be made by the present user
    owner: (await ownerOf(home.data)) ?? home.userId ?? NO_OWNER,
    temporary,
    timezone: machine.timezone,
    now: clock.now(),
  };
}

/** As Node numbers owners where files have none. */
const NO_OWNER = -1;

/** Installs the daily run. */
export const install = async (tools: Tools, way: OwnScheduler, wanted: DailyRun): Promise<ScheduleChange> =>
  way === "cron" ? installCron(await placeOf(tools), wanted) : installSystemd(await placeOf(tools), way, wanted);

/** Why `install` could not set up a daily run here: each scheduler that it would take is missing; undefined where one is there. */
export async function unschedulable(tools: Tools): Promise<Text | undefined> {
  const place = await placeOf(tools);
  if (await hasCron(place)) return undefined;
  if (tools.machine.platform !== "linux") return text("no crontab command here", "crontab コマンドがありません");
  if (await answers(place, "systemd")) return undefined;
  return text(
    "no crontab command here, and systemd does not respond",
    "crontab コマンドがなく、systemd も応答しません",
  );
}

/** Takes away what {@link install} made. */
export const remove = async (tools: Tools, way: OwnScheduler): Promise<ScheduleChange> =>
  way === "cron" ? removeCron(await placeOf(tools)) : removeSystemd(await placeOf(tools), way);

/** Looks at what is installed. */
export const show = async (tools: Tools, way: OwnScheduler): Promise<DailySchedule> =>
  way === "cron" ? showCron(await placeOf(tools)) : showSystemd(await placeOf(tools), way);

/** Longer notes are none of ours. */
const MAX_BYTES = 4096;

/** When a daily run last ended, and how; undefined where nothing was noted. */
export async function lastRunOf({ files }: Pick<DailySchedule, "files">): Promise<LastRun | undefined> {
  const note = await readShort(lastRunFile(files.at(-1) ?? ""), MAX_BYTES).catch(() => undefined);
  return note === undefined ? undefined : readLastRun(Buffer.from(note.bytes).toString("utf8"));
}

/** Writes the notes and warnings of a change. */
export async function tell({ terminal }: Tools, { notes, warnings }: ScheduleChange): Promise<void> {
  for (const note of notes) await terminal.note(note);
  for (const warning of warnings) await terminal.warn(warning);
}
