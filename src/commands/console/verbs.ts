import { line, step } from "../../lib/advice/index.ts";
import type { ConsoleTask } from "../../lib/client/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineSwitch } from "../kit/field.ts";
import { listOfContexts } from "../kit/list/contexts.ts";
import { ALL_CONTEXTS_OPTION, hasAllColumns, isDefaultTable, listColumns } from "../kit/list/list.ts";
import type { Tools } from "../kit/tools.ts";
import { describeTaskChanges, buildTaskSteps, TASK_COLUMNS } from "../kit/plan/console-steps.ts";
import { readTaskNumber, TASK_ARGUMENT } from "../kit/plan/find.ts";

const listTaskColumns = ({ terminal }: Tools): readonly Column<ConsoleTask>[] =>
  listColumns(terminal, TASK_COLUMNS, ["number", "work", "name"]);

const joinTaskChanges = (task: ConsoleTask): Text | null => {
  const changes = describeTaskChanges(task);
  return changes.length === 0 ? null : joinTexts(changes);
};

const describeOpener = ({ openedBy }: ConsoleTask) => (openedBy ? formatActor(openedBy) : null);

const TASK_DETAILS: readonly Column<ConsoleTask>[] = [
  ...TASK_COLUMNS,
  { key: "records", header: text("changes", "変更"), value: ({ records }) => records, name: joinTaskChanges },
  { key: "openedBy", header: text("opened by", "実行者"), value: ({ openedBy }) => openedBy, name: describeOpener },
];

const listSteps = (task: ConsoleTask): readonly Text[] => buildTaskSteps(task, task.records.length);

const STEPS_COLUMN: Column<ConsoleTask> = {
  key: "steps",
  header: text("steps", "手順"),
  advice: true,
  value: (task) => listSteps(task).map(({ en }) => en),
  name: (task) => joinTexts(listSteps(task)),
};

const list = defineCommand({
  summary: text("list the tasks to do in the console", "管理画面で行う作業を一覧する"),
  args: {},
  options: { allContexts: ALL_CONTEXTS_OPTION },
  examples: [{ line: "clomoctl console list" }],
  exits: ["not-found", "partial"],
  run: (tools, { allContexts }) =>
    listOfContexts(tools, { allContexts }, async (here) => {
      const records = await (await here.tenant("console")).client.console.list({});
      const note = async (): Promise<void> => {
        for (const { number } of records.slice(0, 1))
          await here.terminal.note(
            step("to see the steps of a task", "作業の手順を見るには", line("console show", [number])),
          );
      };
      return { columns: listTaskColumns(here), records, note };
    }),
});

const show = defineCommand({
  summary: text("show how to do a task in the console, step by step", "管理画面での作業の手順を表示する"),
  args: { number: TASK_ARGUMENT },
  options: {
    rows: defineSwitch("show the steps for all records (default: 10)", "データすべての手順を表示する(既定: 10 件)"),
  },
  examples: [{ line: "clomoctl console show 3" }],
  exits: ["not-found", "conflict"],
  async run(tools, { number, rows }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("console");
    const task = await client.console.show(await readTaskNumber(client, number), rows ? { all: true } : {});
    if (hasAllColumns(terminal)) return terminal.show([...TASK_DETAILS, STEPS_COLUMN], task);
    await terminal.show(TASK_DETAILS, task);
    for (const [place, { en, ja }] of buildTaskSteps(task, rows ? task.records.length : undefined).entries())
      await terminal.note(text(`${place + 1}. ${en}`, `${place + 1}. ${ja}`));
  },
});

const confirm = defineCommand({
  summary: text("record that tasks were done in the console", "管理画面での作業が完了したことを記録する"),
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {},
  examples: [{ line: "clomoctl console confirm 3" }, { line: "clomoctl console confirm 3 4" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: TASK_COLUMNS,
  async run(tools, { number }) {
    const { client, requireChangePermission } = await tools.tenant("console");
    const numbers = await Promise.all(number.map((typed) => readTaskNumber(client, typed)));
    await requireChangePermission();
    const confirmed = [...new Set(numbers)];
    const open = await client.console.confirm({ numbers: confirmed });
    if (open.length > 0 || !isDefaultTable(tools.terminal)) await tools.terminal.list(listTaskColumns(tools), open);
    await tools.terminal.note(text(`recorded as done: ${confirmed.join()}`, `完了を記録しました: ${confirmed.join()}`));
  },
});

export default { list, show, confirm };
