import { dirname, isAbsolute, join } from "node:path";
import { ensureFolder, getFolderOwnerId, readSmallFile, writeProgramFile } from "../../../lib/files/index.ts";
import {
  hasCron,
  installCron,
  removeCron,
  readCronSchedule,
  type CronPlace,
} from "../../../lib/renewals/schedule/cron.ts";
import { getLastRunPath, parseLastRun, type LastRun } from "../../../lib/renewals/schedule/launcher.ts";
import { createProgramRunner } from "../../../lib/renewals/schedule/programs.ts";
import type { ScheduleChange, DailyRun, DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import {
  isSystemdResponding,
  installSystemd,
  removeSystemd,
  readSystemdSchedule,
} from "../../../lib/renewals/schedule/systemd.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";

/** A scheduler that the program sets up itself. For the Windows Task Scheduler, the program only writes a file. */
export type ManagedScheduler = Exclude<Scheduler, "task-scheduler">;

/** The schedulers that are examined if no scheduler is chosen. */
export const MANAGED_SCHEDULERS: readonly ManagedScheduler[] = ["systemd", "systemd-system", "cron"];

async function createSchedulePlace({
  environment,
  signal,
  home,
  machine,
  clock,
  temporary,
}: Tools): Promise<CronPlace> {
  const given = environment["XDG_CONFIG_HOME"] ?? "";
  const settings = isAbsolute(given) ? given : join(machine.userFolder, ".config");
  return {
    run: createProgramRunner(environment, signal),
    write: async (path, content) => {
      await ensureFolder(dirname(path));
      await writeProgramFile(path, content, temporary);
    },
    launchers: join(home.data, "schedule"),
    units: (way) => (way === "systemd" ? join(settings, "systemd", "user") : machine.systemUnits),
    // a folder that does not exist yet will be created by the current user
    owner: (await getFolderOwnerId(home.data)) ?? home.userId ?? NO_OWNER,
    temporary,
    timezone: machine.timezone,
    now: clock.now(),
  };
}

/** The owner ID that Node uses on systems whose files do not have owners. */
const NO_OWNER = -1;

/** Installs the daily run with a scheduler. */
export const installDailyRun = async (tools: Tools, way: ManagedScheduler, wanted: DailyRun): Promise<ScheduleChange> =>
  way === "cron"
    ? installCron(await createSchedulePlace(tools), wanted)
    : installSystemd(await createSchedulePlace(tools), way, wanted);

/**
 * Explains why `renewals schedule install` could not set up a daily run on this computer: none of the schedulers that
 * it would use is available. Returns undefined if one of them is available.
 */
export async function describeMissingScheduler(tools: Tools): Promise<Text | undefined> {
  const place = await createSchedulePlace(tools);
  if (await hasCron(place)) return undefined;
  if (tools.machine.platform !== "linux")
    return text(
      "the crontab command is not available on this computer",
      "このコンピューターには crontab コマンドがありません",
    );
  if (await isSystemdResponding(place, "systemd")) return undefined;
  return text(
    "the crontab command is not available on this computer, and systemd does not respond",
    "このコンピューターには crontab コマンドがなく、systemd も応答しません",
  );
}

/** Removes what {@link installDailyRun} created. */
export const removeDailyRun = async (tools: Tools, way: ManagedScheduler): Promise<ScheduleChange> =>
  way === "cron" ? removeCron(await createSchedulePlace(tools)) : removeSystemd(await createSchedulePlace(tools), way);

/** Returns what is installed with a scheduler. */
export const readDailySchedule = async (tools: Tools, way: ManagedScheduler): Promise<DailySchedule> =>
  way === "cron"
    ? readCronSchedule(await createSchedulePlace(tools))
    : readSystemdSchedule(await createSchedulePlace(tools), way);

/** Maximum size of the file in which a launcher records its last run. A longer file was not written by a launcher. */
const MAX_RUN_RECORD_BYTES = 4096;

/** Returns when the last daily run ended, and its exit code; undefined if no run is recorded. */
export async function findLastRun({ files }: Pick<DailySchedule, "files">): Promise<LastRun | undefined> {
  const note = await readSmallFile(getLastRunPath(files.at(-1) ?? ""), MAX_RUN_RECORD_BYTES).catch(() => undefined);
  return note === undefined ? undefined : parseLastRun(Buffer.from(note.bytes).toString("utf8"));
}

/** Writes the notes and warnings of a change to the terminal. */
export async function writeScheduleNotes({ terminal }: Tools, { notes, warnings }: ScheduleChange): Promise<void> {
  for (const note of notes) await terminal.note(note);
  for (const warning of warnings) await terminal.warn(warning);
}
