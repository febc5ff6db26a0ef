import type { DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";

/** The columns that describe a daily run. */
export const SCHEDULE_COLUMNS: readonly Column<DailySchedule>[] = [
  { key: "way", header: text("scheduler", "実行方法"), value: ({ way }) => way },
  { key: "installed", header: text("installed", "登録済み"), value: ({ installed }) => installed },
  { key: "at", header: text("time", "時刻"), value: ({ at }) => at },
  { key: "timezone", header: text("time zone", "タイムゾーン"), value: ({ timezone }) => timezone },
  { key: "active", header: text("active", "稼働中"), value: ({ active }) => active },
  { key: "files", header: text("files", "ファイル"), value: ({ files }) => files },
];

/** The options that choose a scheduler. `--systemd --system` chooses a system timer instead of a user timer. */
export const SCHEDULER_OPTIONS = {
  systemd: {
    kind: "boolean",
    about: text("a systemd user timer (default on Linux)", "systemd のユーザータイマー(Linux の既定)"),
  },
  system: {
    kind: "boolean",
    about: text(
      "with --systemd: a system timer (requires root)",
      "--systemd のとき: システム全体のタイマー(root 権限が必要)",
    ),
  },
  cron: {
    kind: "boolean",
    about: text("a block in your crontab (default on macOS)", "crontab 内のブロック(macOS の既定)"),
  },
  taskScheduler: {
    kind: "boolean",
    about: text(
      "XML file for Windows Task Scheduler (default on Windows)",
      "Windows のタスク スケジューラ用 XML(Windows の既定)",
    ),
  },
} as const;

/** The parsed {@link SCHEDULER_OPTIONS}. */
export interface SchedulerChoices {
  readonly systemd: boolean;
  readonly system: boolean;
  readonly cron: boolean;
  readonly taskScheduler: boolean;
}

/** Returns the schedulers that the options choose; empty if the platform's default is to be used. */
export const selectSchedulers = ({ systemd, system, cron, taskScheduler }: SchedulerChoices): readonly Scheduler[] => [
  ...(system ? (["systemd-system"] as const) : []),
  ...(systemd && !system ? (["systemd"] as const) : []),
  ...(cron ? (["cron"] as const) : []),
  ...(taskScheduler ? (["task-scheduler"] as const) : []),
];
