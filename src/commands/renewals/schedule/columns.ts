import type { DailySchedule, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";

/** What is shown of a daily run. */
export const SCHEDULE_COLUMNS: readonly Column<DailySchedule>[] = [
  { key: "way", header: text("run by", "実行方法"), value: ({ way }) => way },
  { key: "installed", header: text("installed", "登録済み"), value: ({ installed }) => installed },
  { key: "at", header: text("at", "時刻"), value: ({ at }) => at },
  { key: "timezone", header: text("timezone", "タイムゾーン"), value: ({ timezone }) => timezone },
  { key: "active", header: text("active", "稼働中"), value: ({ active }) => active },
  { key: "files", header: text("files", "ファイル"), value: ({ files }) => files },
];

/** Options that choose a scheduler: `--systemd --system` is the system's. */
export const SCHEDULER_OPTIONS = {
  systemd: {
    kind: "boolean",
    about: text("a systemd user timer (default on Linux)", "systemd のユーザータイマー(Linux の既定)"),
  },
  system: {
    kind: "boolean",
    about: text("with --systemd: a system timer (needs root)", "--systemd のとき: システム全体のタイマー(root 用)"),
  },
  cron: {
    kind: "boolean",
    about: text("a block in your crontab (default on macOS)", "crontab 内のブロック(macOS の既定)"),
  },
  taskScheduler: {
    kind: "boolean",
    about: text(
      "XML for Windows Task Scheduler (default on Windows)",
      "Windows のタスク スケジューラ用 XML(Windows の既定)",
    ),
  },
} as const;

/** The schedulers the options name. */
export interface NamedSchedulers {
  readonly systemd: boolean;
  readonly system: boolean;
  readonly cron: boolean;
  readonly taskScheduler: boolean;
}

/** The schedulers that were named; empty for the platform's default. */
export const namedSchedulers = ({ systemd, system, cron, taskScheduler }: NamedSchedulers): readonly Scheduler[] => [
  ...(system ? (["systemd-system"] as const) : []),
  ...(systemd && !system ? (["systemd"] as const) : []),
  ...(cron ? (["cron"] as const) : []),
  ...(taskScheduler ? (["task-scheduler"] as const) : []),
];
