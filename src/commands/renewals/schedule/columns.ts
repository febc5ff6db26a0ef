import type { Scheduled, Scheduler } from "../../../lib/renewals/schedule/schedule.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";

/** What is shown of a daily run. */
export const SCHEDULE_COLUMNS: readonly Column<Scheduled>[] = [
  { key: "way", header: text("run by", "実行方法"), value: ({ way }) => way },
  { key: "installed", header: text("installed", "登録済み"), value: ({ installed }) => installed },
  { key: "at", header: text("at", "時刻"), value: ({ at }) => at },
  { key: "timezone", header: text("timezone", "タイムゾーン"), value: ({ timezone }) => timezone },
  { key: "active", header: text("active", "稼働中"), value: ({ active }) => active },
  { key: "files", header: text("files", "ファイル"), value: ({ files }) => files },
];

/** How the person names a way: `--systemd --system` is the machine's. */
export const SCHEDULER_OPTIONS = {
  systemd: {
    kind: "boolean",
    about: text("a systemd timer of yours (the usual way on Linux)", "systemd のユーザータイマー(Linux の既定)"),
  },
  system: {
    kind: "boolean",
    about: text(
      "with --systemd: a timer of the machine, for root",
      "--systemd のとき: システム全体のタイマー(root 用)",
    ),
  },
  cron: {
    kind: "boolean",
    about: text("a block in your crontab (the usual way on macOS)", "crontab 内のブロック(macOS の既定)"),
  },
  taskScheduler: {
    kind: "boolean",
    about: text(
      "XML for the Task Scheduler of Windows (the usual way there)",
      "Windows のタスク スケジューラ用 XML(Windows の既定)",
    ),
  },
} as const;

/** The ways the options name. */
export interface NamedSchedulers {
  readonly systemd: boolean;
  readonly system: boolean;
  readonly cron: boolean;
  readonly taskScheduler: boolean;
}

/** The ways that were named; none when the person leaves the choice to the program. */
export const namedSchedulers = ({ systemd, system, cron, taskScheduler }: NamedSchedulers): readonly Scheduler[] => [
  ...(system ? (["systemd-system"] as const) : []),
  ...(systemd && !system ? (["systemd"] as const) : []),
  ...(cron ? (["cron"] as const) : []),
  ...(taskScheduler ? (["task-scheduler"] as const) : []),
];
