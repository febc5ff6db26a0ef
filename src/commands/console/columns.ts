import type { ConsoleTask } from "../../lib/client/index.ts";
import { CONSOLE_CLOSING_NAMES, CONSOLE_TASK_STATE_NAMES } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";
import { describeAll } from "../../lib/plan/columns.ts";
import type { Rights } from "../rights.ts";
import { changesOf, placeOf, stepsOf, subjectOf, workOf } from "./steps.ts";

/** The argument that names a task. */
export const TASK_ARGUMENT = {
  kind: "number",
  value: "NUMBER",
  min: 1,
  required: true,
  about: text("number of the task: the number of its change", "作業の番号(変更番号)"),
} as const;

const plain = (key: keyof ConsoleTask, header: Text): Column<ConsoleTask> => ({
  key,
  header,
  value: (task) => task[key],
});

const counted = (key: "create" | "update" | "delete", header: Text): Column<ConsoleTask> => ({
  ...plain(key, header),
  align: "end",
});

/** The columns of a task in a list. */
export const TASK_COLUMNS: readonly Column<ConsoleTask>[] = [
  { ...plain("number", text("no.", "No.")), align: "end" },
  { ...plain("work", text("what", "作業")), name: workOf },
  { key: "place", header: text("where", "画面"), value: (task) => placeOf(task).en, name: placeOf },
  {
    key: "name",
    header: text("target", "対象"),
    value: subjectOf,
    name: (task) => {
      const subject = subjectOf(task);
      return subject === null ? null : same(subject);
    },
    wraps: true,
  },
  { ...plain("openedAt", text("since", "発生日時")), instant: true },
  { ...plain("state", text("state", "状態")), name: ({ state }) => nameIn(CONSOLE_TASK_STATE_NAMES, state) },
];

/** The columns that fit on a terminal as they are; where, since when and how is told by `console show`. */
export const USUAL_COLUMNS = ["number", "work", "name"];

/** How a task was closed, and the number of what closed it. */
export const closingName = ({ how, change }: NonNullable<ConsoleTask["closing"]>): Text => {
  const { en, ja } = nameIn(CONSOLE_CLOSING_NAMES, how);
  return text(`${en} (${change})`, `${ja}(${change})`);
};

/** The columns of a single task. */
export const TASK_DETAILS: readonly Column<ConsoleTask>[] = [
  ...TASK_COLUMNS,
  {
    key: "records",
    header: text("changes", "変更"),
    value: ({ records }) => records,
    name: (task) => {
      const changes = changesOf(task);
      return changes.length === 0 ? null : joined(changes);
    },
  },
  counted("create", text("create", "追加")),
  counted("update", text("update", "更新")),
  counted("delete", text("delete", "削除")),
  {
    key: "beside",
    header: text("other records", "ほかのレコード"),
    value: ({ beside = [] }) => beside,
    name: ({ beside = [] }) => (beside.length === 0 ? null : describeAll(beside)),
  },
  plain("openedBy", text("by", "実行者")),
  { ...plain("closedAt", text("closed at", "終了日時")), instant: true },
  plain("closedBy", text("closed by", "終了した人")),
  {
    key: "closing",
    header: text("how it was closed", "終了の方法"),
    value: ({ closing = null }) => closing,
    name: ({ closing }) => (closing === undefined ? null : closingName(closing)),
  },
];

/** The steps of a task, with commands as they are to be typed. */
export const stepsColumn = (terminal: Pick<Terminal, "named">, rights: Rights): Column<ConsoleTask> => {
  const steps = (task: ConsoleTask): readonly Text[] =>
    stepsOf(task, rights, task.records.length).map(({ en, ja }) => text(terminal.named(en), terminal.named(ja)));
  return {
    key: "steps",
    header: text("steps", "手順"),
    value: (task) => steps(task).map(({ en }) => en),
    name: (task) => joined(steps(task)),
  };
};
