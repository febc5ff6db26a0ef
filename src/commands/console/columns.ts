import type { ConsoleTask } from "../../lib/client/index.ts";
import { CONSOLE_TASK_STATE_NAMES } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import type { Column, Terminal } from "../../lib/terminal/index.ts";
import { joined, same, text, type Language, type Text } from "../../lib/text/index.ts";
import { isUsualTable } from "../listing/list.ts";
import type { Rights } from "../rights.ts";
import { changesOf, placeOf, recordOf, recordTold, stepsOf, subjectOf, workOf } from "./steps.ts";

/** The argument that names a task. */
export const TASK_ARGUMENT = {
  kind: "number",
  value: "NUMBER",
  min: 1,
  required: true,
  about: text("number of the task, as `console list` shows it", "作業の番号(console list で表示)"),
} as const;

const plain = (key: keyof ConsoleTask, header: Text): Column<ConsoleTask> => ({
  key,
  header,
  value: (task) => task[key],
});

/** The records of an import's task: people read none of a single one. */
const counted = (key: "create" | "update" | "delete", header: Text): Column<ConsoleTask> => ({
  ...plain(key, header),
  align: "end",
  name: (task) => (task.objectId === null ? same(String(task[key])) : null),
});

/** What a task is of, and whether that is still there. */
const calledOf = (task: ConsoleTask): Text | null => {
  const record = recordTold(task);
  if (record === null) return null;
  return task.gone ? text(`${record} (deleted since)`, `${record}(削除済み)`) : same(record);
};

/** The state of a task, as people read it: an open one that an export contradicted is named as such. */
const stateOf = ({ state, doubtedAt }: ConsoleTask): Text =>
  isContradicted({ state, doubtedAt }) ? text("contradicted", "不一致") : nameIn(CONSOLE_TASK_STATE_NAMES, state);

/** True if an export of the console contradicted an open task. */
export const isContradicted = ({ state, doubtedAt }: Pick<ConsoleTask, "state" | "doubtedAt">): boolean =>
  state === "open" && doubtedAt !== null;

const columnsIn = (language: Language): readonly Column<ConsoleTask>[] => [
  { ...plain("number", text("no.", "No.")), align: "end" },
  { ...plain("work", text("what", "作業")), name: workOf },
  { key: "place", header: text("where", "画面"), value: (task) => placeOf(task)[language], name: placeOf },
  {
    ...plain("fromChange", text("change", "変更番号")),
    align: "end",
    // an upload is of a plan until it is verified
    name: ({ fromChange, importNumber }) => same(String(fromChange ?? importNumber ?? "")),
  },
  plain("importNumber", text("import", "インポート")),
  { key: "name", header: text("what of", "対象"), value: recordOf, name: calledOf, wraps: true },
  { ...plain("openedAt", text("since", "発生日時")), instant: true },
  { ...plain("state", text("state", "状態")), name: stateOf },
  { ...plain("doubtedAt", text("contradicted at", "不一致の日時")), instant: true },
];

/** The columns that fit on a terminal as they are; where, since when and how is told by `console show`. */
export const USUAL_COLUMNS = ["number", "work", "fromChange", "name"];

/** The language of what is said of a task: JSON is English. */
const languageOf = ({ output, language }: Spoken): Language =>
  output.format === "json" || output.format === "ndjson" ? "en" : language;

type Spoken = Pick<Terminal, "output" | "language" | "named">;

/** The columns of a task in a list, whatever the language. */
export const TASK_COLUMNS = columnsIn("en");

/** The columns of a task in a list. */
export const taskColumns = (terminal: Spoken): readonly Column<ConsoleTask>[] => columnsIn(languageOf(terminal));

/** The columns of a single task; people read its steps one by one below them. */
export const taskDetails = (terminal: Spoken, rights: Rights): readonly Column<ConsoleTask>[] =>
  isUsualTable(terminal)
    ? allDetails(terminal, rights).filter(({ key }) => key !== "steps" && key !== "objectId")
    : allDetails(terminal, rights);

const allDetails = (terminal: Spoken, rights: Rights): readonly Column<ConsoleTask>[] => [
  ...taskColumns(terminal),
  { ...plain("kind", text("of", "種類")), name: subjectOf },
  {
    key: "changes",
    header: text("changes", "変更"),
    value: ({ changes }) => changes,
    name: (task) => (task.changes.length === 0 ? null : joined(changesOf(task))),
  },
  plain("objectId", text("record's id", "対象の ID")),
  {
    ...plain("gone", text("deleted since", "その後の削除")),
    name: ({ gone }) => (gone ? text("yes", "あり") : null),
  },
  { ...plain("deletionTask", text("task of its deletion", "削除の作業")), align: "end" },
  counted("create", text("create", "追加")),
  counted("update", text("update", "更新")),
  counted("delete", text("delete", "削除")),
  plain("openedBy", text("by", "実行者")),
  { ...plain("closedAt", text("closed at", "終了日時")), instant: true },
  plain("closedBy", text("closed by", "終了した人")),
  {
    key: "steps",
    header: text("steps", "手順"),
    value: (task) => stepsOf(task, rights).map((step) => terminal.named(step[languageOf(terminal)])),
  },
];
