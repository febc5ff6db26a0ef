import { line, step } from "../../lib/advice/index.ts";
import type { ConsoleTask, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { checkLimits } from "../../lib/plan/limits.ts";
import { CONFIRM_DELETIONS, LIMITS, PLAN_ONLY } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending.ts";
import { settlePlan, showResult } from "../imports/plan/settle.ts";
import { showPlan } from "../imports/plan/show.ts";
import { TASK_ARGUMENT } from "./columns.ts";
import { PART_OPTIONS, partOf } from "./part.ts";

export default defineCommand({
  summary: text("put back here what the console has", "ここでの変更を、管理画面の内容に戻す"),
  details: [
    text(
      "The values here become those that the console last showed: what was created here is deleted, and what was deleted here comes back (without passwords). The plan is shown and confirmed like an undo. If something is in the way, nothing is changed and each such record is named (exit 5). Tasks that exchange values of records are dropped together: name all of them.",
      "ここでの値を、管理画面で最後に確認された値に戻します。ここで追加したものは削除し、削除したものは元に戻します(パスワードは戻りません)。取り消しと同じように計画を表示して確認します。戻せないものがあれば、それを示して何も変更しません(終了コード 5)。値を入れ替えた作業は、番号を並べて一度に戻してください。",
    ),
  ],
  args: { number: { ...TASK_ARGUMENT, repeatable: true } },
  options: {
    ...PART_OPTIONS,
    confirmDeletions: CONFIRM_DELETIONS,
    ...LIMITS,
    dryRun: PLAN_ONLY,
  },
  examples: [
    { line: "clomoctl console drop 3" },
    { line: "clomoctl console drop 3 --record taro@example.jp --field title" },
    { line: "clomoctl console drop 3 4 --dry-run" },
  ],
  exits: ["not-permitted", "not-found", "conflict", "locked", "input-rejected", "limit-exceeded"],
  shows: RESULT_COLUMNS,
  async run(tools, { number, record, field, dryRun, ...answers }) {
    checkLimits(answers);
    const { client } = await tools.tenant("imports", "console");
    const numbers = [...new Set(number)];
    const plan = await client.imports.dropTasks({ numbers, ...(await partOf(client, numbers, { record, field })) });
    const pending = new PendingPlan(tools, client, plan, false);
    return pending.settling(async () => {
      await showPlan(tools, plan);
      for (const one of numbers)
        for (const note of uploadsOf(await client.console.show(one))) await tools.terminal.note(note);
      if (plan.blocked !== undefined) {
        await showResult(tools, { plan: { ...plan, rejected: true }, dryRun, committed: false });
        const open = (await client.console.list({})).map((task) => task.number);
        throw cannotDrop(
          plan.blocked,
          number,
          open.filter((task) => !number.includes(task)),
        );
      }
      return settlePlan(tools, pending, { ...answers, dryRun, changes: true });
    });
  },
});

/** Returns what to do with the file of a task; nothing if none was written for the console. */
const uploadsOf = ({ file, work }: ConsoleTask): readonly Text[] =>
  file === null || work !== "upload"
    ? []
    : [
        text(
          `do not upload ${file} any more; if it was uploaded, the next export of the console brings its values back here`,
          `${file} は、もうアップロードしないでください。アップロード済みなら、その内容が次のエクスポートでここに戻ります`,
        ),
      ];

/** @param others the open tasks that are not dropped */
const cannotDrop = (
  { count, first }: NonNullable<Import["blocked"]>,
  numbers: readonly number[],
  others: readonly number[],
): Failure => {
  const [other] = first.flatMap(({ change }) => (change !== null && others.includes(change) ? [change] : []));
  const together = line("console drop", [...new Set(other === undefined ? numbers : [...numbers, other])]);
  return new Failure("conflict", {
    what: text(
      `${counted(count, "record")} cannot be put back; nothing was changed`,
      `${count} 件は元に戻せないため、何も変更していません`,
    ),
    hint:
      other === undefined
        ? step(
            "records that exchanged values are put back together; see what is open",
            "値を入れ替えたものは、一度にまとめて戻してください。未了の作業",
            line("console list", []),
          )
        : step("put them back together", "まとめて戻してください", together),
  });
};
