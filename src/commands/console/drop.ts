import { line, step } from "../../lib/advice/index.ts";
import type { Client, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { hasNoEffect } from "../../lib/plan/describe.ts";
import { validateLimits } from "../../lib/plan/plan.ts";
import { CONFIRM_DELETIONS_OPTION, LIMIT_OPTIONS, PLAN_DRY_RUN_OPTION } from "../kit/read-list/options.ts";
import { PendingPlan } from "../kit/plan/pending-plan.ts";
import { finishPlan, showImportResult } from "../kit/plan/finish-plan.ts";
import { showPlan } from "../kit/plan/show.ts";
import { readTaskNumber, TASK_ARGUMENT } from "../kit/plan/find.ts";
import { requireNamedContext } from "../kit/permission.ts";

export default defineCommand({
  summary: text(
    "drop tasks and restore the console's values in the mirror",
    "作業を取り下げ、ミラーの値を管理画面の値に戻す",
  ),
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: { confirmDeletions: CONFIRM_DELETIONS_OPTION, ...LIMIT_OPTIONS, dryRun: PLAN_DRY_RUN_OPTION },
  examples: [{ line: "clomoctl console drop 3" }, { line: "clomoctl console drop 3 4 --dry-run" }],
  exits: ["not-permitted", "not-found", "conflict", "locked", "input-rejected", "limit-exceeded"],
  plans: true,
  shows: RESULT_COLUMNS,
  async run(tools, { number, dryRun, ...answers }) {
    validateLimits(answers);
    const chosen = await tools.tenant("imports", "console");
    const { client } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen);
    const numbers = [...new Set(await Promise.all(number.map((typed) => readTaskNumber(client, typed))))];
    const plan = await client.imports.dropTasks({ numbers });
    const pending = new PendingPlan(tools, client, plan, false);
    return pending.settling(async () => {
      await showPlan(tools, plan);
      const forgotten = text(
        "what was taken back is then forgotten, and undo does not bring it back",
        "取り消し済みの変更は一覧から消え、undo では戻りません",
      );
      if (hasNoEffect(plan)) await tools.terminal.note(forgotten);
      if (plan.blocked === undefined) return finishPlan(tools, pending, { ...answers, dryRun, changes: true });
      await showImportResult(tools, { plan: { ...plan, rejected: true }, dryRun, committed: false });
      throw await createDropFailure(client, numbers, plan.blocked);
    });
  },
});

const MAX_TRIED_TASKS = 50;

/** @returns a failure that names the fewest tasks that can be dropped together with the given ones, if there are any */
async function createDropFailure(
  { imports, console }: Client<"imports" | "console">,
  numbers: readonly number[],
  { count }: NonNullable<Import["blocked"]>,
): Promise<Failure> {
  const isPossible = async (some: readonly number[]): Promise<boolean> => {
    const { id, blocked } = await imports.dropTasks({ numbers: [...some] });
    await imports.discard(id);
    return blocked === undefined;
  };
  const others = (await console.list({})).flatMap(({ number }) => (numbers.includes(number) ? [] : [number]));
  let together = [...numbers, ...others];
  const canDrop = others.length <= MAX_TRIED_TASKS && (await isPossible(together));
  for (const one of canDrop ? others : []) {
    const fewer = together.filter((number) => number !== one);
    if (await isPossible(fewer)) together = fewer;
  }
  return new Failure("conflict", {
    what: text(
      `${formatCount(count, "record")} cannot be restored to the console's values; nothing was changed`,
      `${count} 件は管理画面の値に戻せないため、何も変更していません`,
    ),
    hint: canDrop
      ? step("to drop the tasks together", "作業をまとめて取り下げるには", line("console drop", together))
      : step("to see all tasks", "すべての作業の確認", line("console list", [])),
  });
}
