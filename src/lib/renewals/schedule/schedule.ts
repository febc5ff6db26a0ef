import type { TemporaryPlace } from "../../files/index.ts";
import type { Language, Text } from "../../text/index.ts";
import type { RunProgram } from "./programs.ts";
import type { TimeOfDay } from "./time-of-day.ts";

/** What runs the daily check: a timer of the user or of the machine, cron, or Windows' Task Scheduler. */
export type Scheduler = "systemd" | "systemd-system" | "cron" | "task-scheduler";

/** The parts of a launcher script: the machine as it was when it was written. */
export interface LauncherParts {
  /** absolute path of Node */
  readonly node: string;
  /** absolute path of the program */
  readonly door: string;
  /** PATH as it was */
  readonly path: string;
  readonly userFolder: string;
  readonly language: Language;
  /** variables the daily run needs to find the same home */
  readonly variables: ReadonlyMap<string, string>;
  /** `--all-contexts`, or `--context NAME` */
  readonly scope: readonly string[];
}

/** A daily run to install. */
export interface DailyRun {
  readonly at: TimeOfDay;
  /** IANA name of the zone of `at` */
  readonly timezone: string;
  readonly launcher: LauncherParts;
}

/** A daily run as it is found on the machine. */
export interface DailySchedule {
  readonly way: Scheduler;
  readonly installed: boolean;
  /** `09:00`; null where nothing is installed, or somebody has changed it */
  readonly at: string | null;
  /** IANA name of the zone of `at`; null is the machine's own */
  readonly timezone: string | null;
  /** whether the timer is waiting for its time; null where that cannot be told */
  readonly active: boolean | null;
  /** absolute paths of what `install` made */
  readonly files: readonly string[];
}

/** A daily run that was installed or removed, and what the person should know of it. */
export interface ScheduleChange {
  readonly scheduled: DailySchedule;
  /** something was there that is not there now, or the other way round */
  readonly changed: boolean;
  readonly notes: readonly Text[];
  readonly warnings: readonly Text[];
}

/** The places of the machine a schedule touches, and how. */
export interface SchedulePlace {
  readonly run: RunProgram;
  /** Writes a file whole or not at all, and makes the folders above it. */
  readonly write: (path: string, content: string) => Promise<void>;
  /** the folder of the home that holds launchers; need not exist */
  readonly launchers: string;
  /** the folder of timers and services; need not exist */
  readonly units: (way: "systemd" | "systemd-system") => string;
  /** ID of the user who owns the home: a system timer must not run that user's launcher as root */
  readonly owner: number;
  /** where files of a moment are made */
  readonly temporary: TemporaryPlace;
}
