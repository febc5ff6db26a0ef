import { line, step } from "../../lib/advice/index.ts";
import type { ConsoleTask, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { formatCount, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { validateLimits } from "../../lib/plan/limits.ts";
import { CONFIRM_DELETIONS_OPTION, LIMIT_OPTIONS, PLAN_DRY_RUN_OPTION } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending-plan.ts";
import { settlePlan, showImportResult } from "../imports/plan/settle.ts";
import { showPlan } from "../imports/plan/show.ts";
import { TASK_ARGUMENT } from "./columns.ts";
import { PART_OPTIONS, resolveTaskFilter } from "./part.ts";
import { requireNamedContext } from "../permission.ts";

export default defineCommand({
  summary: text(
    "drop tasks and restore the console's values in the mirror",
    "作業を取り下げ、ミラーの値を管理画面の値に戻す",
  ),
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {
    ...PART_OPTIONS,
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    ...LIMIT_OPTIONS,
    dryRun: PLAN_DRY_RUN_OPTION,
  },
  examples: [
    { line: "clomoctl console drop 3" },
    { line: "clomoctl console drop 3 --record taro@example.jp --field title" },
    { line: "clomoctl console drop 3 4 --dry-run" },
  ],
  exits: ["not-permitted", "not-found", "conflict", "locked", "input-rejected", "limit-exceeded"],
  plans: true,
  shows: RESULT_COLUMNS,
  async run(tools, { number, record, field, dryRun, ...answers }) {
    validateLimits(answers);
    const chosen = await tools.tenant("imports", "console");
    const { client } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen, answers);
    const numbers = [...new Set(number)];
    const plan = await client.imports.dropTasks({
      numbers,
      ...(await resolveTaskFilter(client, numbers, { record, field })),
    });
    const pending = new PendingPlan(tools, client, plan, false);
    return pending.settling(async () => {
      await showPlan(tools, plan);
      for (const one of numbers)
        for (const note of buildUploadAdvice(await client.console.show(one))) await tools.terminal.note(note);
      if (plan.blocked !== undefined) {
        await showImportResult(tools, { plan: { ...plan, rejected: true }, dryRun, committed: false });
        const open = (await client.console.list({})).map((task) => task.number);
        throw createDropFailure(
          plan.blocked,
          number,
          open.filter((task) => !number.includes(task)),
        );
      }
      return settlePlan(tools, pending, { ...answers, dryRun, changes: true });
    });
  },
});

const buildUploadAdvice = ({ file, work }: ConsoleTask): readonly Text[] =>
  file === null || work !== "upload"
    ? []
    : [
        text(
          `do not upload ${file}; if it is uploaded already, the next export of the console brings its values back into the mirror`,
          `${file} はアップロードしないでください。アップロード済みの場合は、次に取り込むエクスポートでその内容がミラーに戻ります`,
        ),
      ];

/** Returns the failure for tasks that cannot be dropped.  @param others the open tasks that are not dropped */
const createDropFailure = (
  { count, first }: NonNullable<Import["blocked"]>,
  numbers: readonly number[],
  others: readonly number[],
): Failure => {
  const [other] = first.flatMap(({ change }) => (change !== null && others.includes(change) ? [change] : []));
  const together = line("console drop", [...new Set(other === undefined ? numbers : [...numbers, other])]);
  return new Failure("conflict", {
    what: text(
      `${formatCount(count, "record")} cannot be restored to the console's values; nothing was changed`,
      `${count} 件は管理画面の値に戻せないため、何も変更していません`,
    ),
    hint:
      other === undefined
        ? step(
            "records that exchanged values must be restored together; to list the open tasks",
            "値を入れ替えたものは、一度にまとめて元に戻してください。未了の作業の一覧",
            line("console list", []),
          )
        : step("to drop the tasks together", "作業をまとめて取り下げるには", together),
  });
};
