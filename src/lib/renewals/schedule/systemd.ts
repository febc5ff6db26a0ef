import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toPermissionFailure, toDiskFailure } from "../../errors/disk.ts";
import { createTemporaryFolder, syncFolder } from "../../files/index.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { getLauncherPath, renderLauncherScript, removeLauncher } from "./launcher.ts";
import type { ScheduleChange, DailyRun, SchedulePlace, DailySchedule, Scheduler } from "./schedule.ts";
import {
  toManagerOption,
  parseTimer,
  renderServiceUnit,
  renderTimerUnit,
  UNIT_NAME,
  UNIT_HEADER,
} from "./systemd-units.ts";

type SystemdScheduler = Extract<Scheduler, `systemd${string}`>;

const TIMER_UNIT = `${UNIT_NAME}.timer`;
const SERVICE_UNIT = `${UNIT_NAME}.service`;

/** Rethrows an error of the file system as a failure that explains it to the user, if possible. */
const rethrowDiskError =
  (path: string) =>
  (error: unknown): never => {
    throw toDiskFailure(error, path) ?? toPermissionFailure(error) ?? error;
  };

async function readFileIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return rethrowDiskError(path)(error);
  }
}

/**
 * Writes the timer and its service, and starts the timer if the systemd manager responds.
 *
 * @throws `input-rejected` if systemd rejects the units, or if other units with these names exist; nothing is changed
 * then
 */
export async function installSystemd(
  place: SchedulePlace,
  way: SystemdScheduler,
  wanted: DailyRun,
): Promise<ScheduleChange> {
  const folder = place.units(way);
  const launcher = getLauncherPath(place.launchers, way);
  const units = new Map([
    [SERVICE_UNIT, renderServiceUnit(launcher, way === "systemd" ? null : place.owner)],
    [TIMER_UNIT, renderTimerUnit(wanted.at, wanted.timezone)],
  ]);
  const before = await readOwnUnits(folder);
  const checked = await verifyUnits(place, way, units);
  await place.write(launcher, renderLauncherScript(wanted.launcher));
  for (const [name, content] of units) await place.write(join(folder, name), content);
  const started = await runSystemctl(place, way, [
    ["daemon-reload"],
    ["enable", "--now", TIMER_UNIT],
    // without a restart, a running timer keeps its old time
    ["restart", TIMER_UNIT],
  ]);
  return {
    scheduled: await readSystemdSchedule(place, way),
    changed: [...units].some(([name, content]) => before.get(name) !== content),
    notes: [...checked, ...(started && way === "systemd" ? [LINGER_NOTE] : [])],
    warnings: started ? [] : [describeTimerNotStarted(way)],
  };
}

const LINGER_NOTE = text(
  "the timer runs only while you are logged in; to run it at all times: `loginctl enable-linger`",
  "タイマーはログイン中だけ動きます。常に動かすには: loginctl enable-linger",
);

const describeTimerNotStarted = (way: SystemdScheduler): Text => {
  const command = `systemctl ${toManagerOption(way)}`;
  return text(
    `the units were written, but systemd does not respond; to start the timer, run: \`${command} daemon-reload; ${command} enable --now ${TIMER_UNIT}\``,
    `ユニットは書き込みましたが、systemd が応答しません。タイマーを開始するには: ${command} daemon-reload; ${command} enable --now ${TIMER_UNIT}`,
  );
};

/**
 * Returns the units that clomoctl wrote, by name. @throws `input-rejected` if a unit with such a name was not written
 * by clomoctl
 */
async function readOwnUnits(folder: string): Promise<ReadonlyMap<string, string>> {
  const own = new Map<string, string>();
  for (const name of [SERVICE_UNIT, TIMER_UNIT]) {
    const content = await readFileIfExists(join(folder, name));
    if (content === undefined) continue;
    if (!content.startsWith(UNIT_HEADER)) {
      throw new Failure("input-rejected", {
        what: text(
          "a unit with this name exists, but was not written by clomoctl",
          "同じ名前のユニットがありますが、clomoctl が書いたものではありません",
        ),
        where: join(folder, name),
        hint: text(
          "rename or move that unit, then try again",
          "そのユニットの名前を変えるか移動してから、もう一度実行してください",
        ),
      });
    }
    own.set(name, content);
  }
  return own;
}

/** Checks the units with systemd-analyze before installation.  @throws `input-rejected` if systemd rejects them */
async function verifyUnits(
  place: SchedulePlace,
  way: SystemdScheduler,
  units: ReadonlyMap<string, string>,
): Promise<readonly Text[]> {
  const { path: folder, remove } = await createTemporaryFolder(place.temporary, "units");
  try {
    for (const [name, content] of units) await writeFile(join(folder, name), content).catch(rethrowDiskError(folder));
    const asked = ["verify", toManagerOption(way), ...[...units.keys()].map((name) => join(folder, name))];
    // systemd-analyze needs a runtime folder, which does not exist without a session
    const ran = await place.run("systemd-analyze", asked, { environment: { XDG_RUNTIME_DIR: folder } });
    if (ran?.code === 0) return [];
    if (ran !== undefined && ran.stderr.includes(UNIT_NAME)) throw createRejectedUnitsFailure(ran.stderr);
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

const createRejectedUnitsFailure = (said: string): Failure => {
  const reason = said.trim().split("\n")[0] ?? "";
  return new Failure("input-rejected", {
    what: text(
      `systemd rejected the units; nothing was changed: ${reason}`,
      `systemd がユニットを受け付けませんでした。何も変更していません: ${reason}`,
    ),
  });
};

/** Runs systemctl commands in order. Returns true if all of them succeed; stops at the first failure. */
async function runSystemctl(
  { run }: SchedulePlace,
  way: SystemdScheduler,
  requests: readonly (readonly string[])[],
): Promise<boolean> {
  for (const request of requests) {
    const ran = await run("systemctl", [toManagerOption(way), ...request]);
    if (ran?.code !== 0) return false;
  }
  return true;
}

/**
 * Returns true if the systemd manager responds. Containers and hosts without a session do not have a systemd manager.
 * The check changes nothing.
 */
export const isSystemdResponding = (place: SchedulePlace, way: SystemdScheduler): Promise<boolean> =>
  runSystemctl(place, way, [["show-environment"]]);

/** Stops the timer, and removes the units and the launcher. Units that clomoctl did not write are kept. */
export async function removeSystemd(place: SchedulePlace, way: SystemdScheduler): Promise<ScheduleChange> {
  const folder = place.units(way);
  const own = await readOwnUnits(folder);
  const stopped = own.size === 0 || (await runSystemctl(place, way, [["disable", "--now", TIMER_UNIT]]));
  const files = [...own.keys(), ...(stopped ? [] : [join("timers.target.wants", TIMER_UNIT)])];
  for (const name of files) await rm(join(folder, name), { force: true }).catch(rethrowDiskError(join(folder, name)));
  // a removed timer must not come back after a power failure
  if (own.size > 0) await syncFolder(folder).catch(rethrowDiskError(folder));
  await removeLauncher(getLauncherPath(place.launchers, way)).catch(rethrowDiskError(place.launchers));
  const told = own.size === 0 || (await runSystemctl(place, way, [["daemon-reload"]]));
  const command = `systemctl ${toManagerOption(way)} daemon-reload`;
  const warning = text(
    `the units were removed, but systemd does not respond; run: ${command}`,
    `ユニットは削除しましたが、systemd が応答しません。次を実行してください: ${command}`,
  );
  return {
    scheduled: await readSystemdSchedule(place, way),
    changed: own.size > 0,
    notes: [],
    warnings: told ? [] : [warning],
  };
}

/** Returns the daily run that is installed in systemd. */
export async function readSystemdSchedule(place: SchedulePlace, way: SystemdScheduler): Promise<DailySchedule> {
  const folder = place.units(way);
  const timer = await readFileIfExists(join(folder, TIMER_UNIT));
  if (timer === undefined || !timer.startsWith(UNIT_HEADER)) {
    return { way, installed: false, at: null, timezone: null, active: null, files: [] };
  }
  const state = await place.run("systemctl", [toManagerOption(way), "is-active", TIMER_UNIT]);
  const answer = state?.stdout.toString("utf8").trim() ?? "";
  const read = parseTimer(timer);
  return {
    way,
    installed: true,
    at: read?.at ?? null,
    timezone: read?.timezone ?? null,
    active: answer === "" ? null : answer === "active",
    files: [join(folder, TIMER_UNIT), join(folder, SERVICE_UNIT), getLauncherPath(place.launchers, way)],
  };
}
