import type { TemporaryStorage } from "../../files/index.ts";
import type { Language, Text } from "../../text/index.ts";
import type { RunProgram } from "./programs.ts";
import type { TimeOfDay } from "./time-of-day.ts";

/** Scheduler of the daily run: a systemd timer of the user or the machine, cron, or the Windows Task Scheduler. */
export type Scheduler = "systemd" | "systemd-system" | "cron" | "task-scheduler";

/** The values in a launcher script, as they are on the machine when the script is written. */
export interface LauncherParts {
  /** absolute path of Node */
  readonly node: string;
  /** absolute path of the program */
  readonly door: string;
  /** value of PATH */
  readonly path: string;
  readonly userFolder: string;
  readonly language: Language;
  /** variables that the daily run needs to find the same home of clomoctl */
  readonly variables: ReadonlyMap<string, string>;
  /** `--all-contexts`, or `--context NAME` */
  readonly scope: readonly string[];
}

/** The daily run to install. */
export interface DailyRun {
  readonly at: TimeOfDay;
  /** IANA name of the time zone of `at` */
  readonly timezone: string;
  readonly launcher: LauncherParts;
}

/** The daily run that is installed on the machine, if any. */
export interface DailySchedule {
  readonly way: Scheduler;
  readonly installed: boolean;
  /** for example `09:00`; null if nothing is installed, or if somebody has changed the time to another format */
  readonly at: string | null;
  /** IANA name of the time zone of `at`; null for the time zone of the machine */
  readonly timezone: string | null;
  /** whether the timer is active; null if that is not known */
  readonly active: boolean | null;
  /** absolute paths of the files that `install` created */
  readonly files: readonly string[];
}

/** The result of installing or removing a daily run, with notes for the user. */
export interface ScheduleChange {
  readonly scheduled: DailySchedule;
  /** true if the entry of the scheduler changed; a changed launcher alone does not count */
  readonly changed: boolean;
  readonly notes: readonly Text[];
  readonly warnings: readonly Text[];
}

/** The folders of the machine that contain a schedule, and the functions to change them. */
export interface SchedulePlace {
  readonly run: RunProgram;
  /** Writes a file atomically and creates the folders above it. */
  readonly write: (path: string, content: string) => Promise<void>;
  /** folder for launchers in the home of clomoctl; it need not exist */
  readonly launchers: string;
  /** folder for timers and services; it need not exist */
  readonly units: (way: "systemd" | "systemd-system") => string;
  /** ID of the user who owns the home: a system timer must not run that user's launcher as root */
  readonly owner: number;
  /** where temporary files are created */
  readonly temporary: TemporaryStorage;
}
