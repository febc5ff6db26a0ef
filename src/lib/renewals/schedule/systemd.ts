import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deniedFailureOf, diskFailureOf } from "../../errors/disk.ts";
import { createTemporaryFolder, syncNames } from "../../files/index.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { launcherFile, launcherScript, removeLauncher } from "./launcher.ts";
import type { ScheduleChange, DailyRun, SchedulePlace, DailySchedule, Scheduler } from "./schedule.ts";
import { managerOf, readTimer, serviceUnit, timerUnit, UNIT, WRITTEN } from "./systemd-units.ts";

type SystemdScheduler = Extract<Scheduler, `systemd${string}`>;

const TIMER = `${UNIT}.timer`;
const SERVICE = `${UNIT}.service`;

/** Throws what an error of the file system means to who runs the program. */
const onDisk =
  (path: string) =>
  (error: unknown): never => {
    throw diskFailureOf(error, path) ?? deniedFailureOf(error) ?? error;
  };

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return onDisk(path)(error);
  }
}

/**
 * Writes the timer and its service, and starts the timer where the manager answers.
 *
 * @throws `input-rejected` when systemd refuses the units, or others of that name are there; nothing is changed then
 */
export async function installSystemd(
  place: SchedulePlace,
  way: SystemdScheduler,
  wanted: DailyRun,
): Promise<ScheduleChange> {
  const folder = place.units(way);
  const launcher = launcherFile(place.launchers, way);
  const units = new Map([
    [SERVICE, serviceUnit(launcher, way === "systemd" ? null : place.owner)],
    [TIMER, timerUnit(wanted.at, wanted.timezone)],
  ]);
  const before = await readOwn(folder);
  const checked = await verify(place, way, units);
  await place.write(launcher, launcherScript(wanted.launcher));
  for (const [name, content] of units) await place.write(join(folder, name), content);
  const started = await manage(place, way, [
    ["daemon-reload"],
    ["enable", "--now", TIMER],
    // otherwise a running timer keeps its old time
    ["restart", TIMER],
  ]);
  return {
    scheduled: await showSystemd(place, way),
    changed: [...units].some(([name, content]) => before.get(name) !== content),
    notes: [...checked, ...(started && way === "systemd" ? [LINGER] : [])],
    warnings: started ? [] : [notStarted(way)],
  };
}

const LINGER = text(
  "the timer runs only while you are logged in; to run it always: loginctl enable-linger",
  "タイマーはログイン中だけ動きます。常に動かすには: loginctl enable-linger",
);

const notStarted = (way: SystemdScheduler): Text => {
  const command = `systemctl ${managerOf(way)}`;
  return text(
    `the units were written, but systemd does not respond; to start the timer: ${command} daemon-reload; ${command} enable --now ${TIMER}`,
    `ユニットは書き込みましたが、systemd が応答しません。タイマーを開始するには: ${command} daemon-reload; ${command} enable --now ${TIMER}`,
  );
};

/** Units that were made here, by name. @throws `input-rejected` when one of the name was not */
async function readOwn(folder: string): Promise<ReadonlyMap<string, string>> {
  const own = new Map<string, string>();
  for (const name of [SERVICE, TIMER]) {
    const content = await readIfThere(join(folder, name));
    if (content === undefined) continue;
    if (!content.startsWith(WRITTEN)) {
      throw new Failure("input-rejected", {
        what: text(
          "a unit of this name exists that was not written by clomoctl",
          "同じ名前のユニットがありますが、clomoctl が書いたものではありません",
        ),
        where: join(folder, name),
        hint: text("rename or move it first", "先に名前を変えるか移動してください"),
      });
    }
    own.set(name, content);
  }
  return own;
}

/** Has systemd read the units before they are installed. @throws `input-rejected` when it refuses them */
async function verify(
  place: SchedulePlace,
  way: SystemdScheduler,
  units: ReadonlyMap<string, string>,
): Promise<readonly Text[]> {
  const { path: folder, remove } = await createTemporaryFolder(place.temporary, "units");
  try {
    for (const [name, content] of units) await writeFile(join(folder, name), content).catch(onDisk(folder));
    const asked = ["verify", managerOf(way), ...[...units.keys()].map((name) => join(folder, name))];
    // without a session there is no runtime folder, and systemd-analyze needs some
    const ran = await place.run("systemd-analyze", asked, { environment: { XDG_RUNTIME_DIR: folder } });
    if (ran?.code === 0) return [];
    if (ran !== undefined && ran.stderr.includes(UNIT)) throw refused(ran.stderr);
    return [
      text(
        "systemd-analyze is missing or does not work; the units were not checked",
        "systemd-analyze がないか動かないため、ユニットは検査していません",
      ),
    ];
  } finally {
    await remove();
  }
}

const refused = (said: string): Failure => {
  const reason = said.trim().split("\n")[0] ?? "";
  return new Failure("input-rejected", {
    what: text(
      `systemd rejected the units; nothing was changed: ${reason}`,
      `systemd がこのユニットを受け付けません。何も変更していません: ${reason}`,
    ),
  });
};

/** Tells the manager, and whether it did all of it. */
async function manage(
  { run }: SchedulePlace,
  way: SystemdScheduler,
  requests: readonly (readonly string[])[],
): Promise<boolean> {
  for (const request of requests) {
    const ran = await run("systemctl", [managerOf(way), ...request]);
    if (ran?.code !== 0) return false;
  }
  return true;
}

/** Whether the manager of units answers: in a container, or without a session, there is none. Changes nothing. */
export const answers = (place: SchedulePlace, way: SystemdScheduler): Promise<boolean> =>
  manage(place, way, [["show-environment"]]);

/** Stops the timer and takes away the units and the launcher; nothing that others made. */
export async function removeSystemd(place: SchedulePlace, way: SystemdScheduler): Promise<ScheduleChange> {
  const folder = place.units(way);
  const own = await readOwn(folder);
  const stopped = own.size === 0 || (await manage(place, way, [["disable", "--now", TIMER]]));
  const files = [...own.keys(), ...(stopped ? [] : [join("timers.target.wants", TIMER)])];
  for (const name of files) await rm(join(folder, name), { force: true }).catch(onDisk(join(folder, name)));
  // a removed timer must not come back with the power
  if (own.size > 0) await syncNames(folder).catch(onDisk(folder));
  await removeLauncher(launcherFile(place.launchers, way)).catch(onDisk(place.launchers));
  const told = own.size === 0 || (await manage(place, way, [["daemon-reload"]]));
  const command = `systemctl ${managerOf(way)} daemon-reload`;
  const warning = text(
    `the units were removed, but systemd does not respond; run: ${command}`,
    `ユニットは削除しましたが、systemd が応答しません。次を実行してください: ${command}`,
  );
  return {
    scheduled: await showSystemd(place, way),
    changed: own.size > 0,
    notes: [],
    warnings: told ? [] : [warning],
  };
}

/** What of the daily run systemd has. */
export async function showSystemd(place: SchedulePlace, way: SystemdScheduler): Promise<DailySchedule> {
  const folder = place.units(way);
  const timer = await readIfThere(join(folder, TIMER));
  if (timer === undefined || !timer.startsWith(WRITTEN)) {
    return { way, installed: false, at: null, timezone: null, active: null, files: [] };
  }
  const state = await place.run("systemctl", [managerOf(way), "is-active", TIMER]);
  const answer = state?.stdout.toString("utf8").trim() ?? "";
  const read = readTimer(timer);
  return {
    way,
    installed: true,
    at: read?.at ?? null,
    timezone: read?.timezone ?? null,
    active: answer === "" ? null : answer === "active",
    files: [join(folder, TIMER), join(folder, SERVICE), launcherFile(place.launchers, way)],
  };
}
