import { line } from "../lib/advice/index.ts";
import type { Import } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { formatActor } from "../lib/model/actor.ts";
import { FORMATS } from "../lib/derived/formats.ts";
import { formatCount, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { defineSwitch } from "./kit/field.ts";
import { validateLimits, sumChanges } from "../lib/plan/plan.ts";
import { hasNoEffect, listPlanChanges } from "../lib/plan/describe.ts";
import { parseChangeNumber } from "./kit/plan/find.ts";
import {
  CONFIRM_DELETIONS_OPTION,
  CONFIRM_WIPES_OPTION,
  LIMIT_OPTIONS,
  PLAN_DRY_RUN_OPTION,
} from "./kit/read-list/options.ts";
import { PendingPlan } from "./kit/plan/pending-plan.ts";
import { PLANNING, showProgress } from "./kit/plan/progress.ts";
import { finishPlan, showImportResult } from "./kit/plan/finish-plan.ts";
import { showPlan } from "./kit/plan/show.ts";
import { RESULT_COLUMNS } from "../lib/plan/columns.ts";
import { requireNamedContext } from "./kit/permission.ts";

export default defineCommand({
  summary: text("undo a change", "変更を取り消す"),
  args: {
    change: {
      kind: "string",
      value: "NUMBER|last",
      required: true,
      about: text("number of the change, or `last` for your newest change", "変更番号、または last(自分の最新の変更)"),
    },
  },
  options: {
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    confirmWipes: CONFIRM_WIPES_OPTION,
    ...LIMIT_OPTIONS,
    skipBlocked: defineSwitch(
      "if some records cannot be undone, undo the others (exit 8)",
      "取り消せないデータはそのままにして、ほかを取り消す(終了コード 8)",
    ),
    dryRun: PLAN_DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl undo last --dry-run" }, { line: "clomoctl undo 12 --confirm-deletions 3" }],
  exits: ["input-rejected", "conflict", "not-found", "limit-exceeded", "partial"],
  plans: true,
  shows: RESULT_COLUMNS,
  async run(tools, { change, dryRun, skipBlocked, ...answers }) {
    validateLimits(answers);
    const chosen = await tools.tenant("imports");
    const { client } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen);
    const number = parseChangeNumber(change, line("audit list", []));
    const plan = await showProgress(tools, PLANNING, () =>
      client.imports.undo(number, { skipBlocked: skipBlocked || undefined }),
    );
    const pending = new PendingPlan(tools, client, plan, false);
    return pending.settling(async () => {
      const original = (await client.imports.list()).find(({ change }) => change !== null && change === plan.undoes);
      // the plan of an undo is not kept, so do not suggest listing its rows later
      await showPlan(tools, plan);
      for (const note of describeUndoEffects(plan, original)) await tools.terminal.note(note);
      const isMirror = plan.writtenAt !== undefined;
      if (isMirror && original?.request?.fromConsole !== true)
        await tools.terminal.note(describeWriting(plan, plan.writtenAt && tools.terminal.moment(plan.writtenAt)));
      if (plan.blocked !== undefined && !skipBlocked) {
        // `rejected` suppresses the advice to repeat the command without --dry-run, because it would fail again
        await showImportResult(tools, { plan: { ...plan, rejected: true }, dryRun, committed: false });
        throw createBlockedUndoFailure(plan, plan.blocked);
      }
      // in a mirror, an undo without changes of records brings back what was wished
      const changes = original?.request?.learns === true || isMirror || !hasNoEffect(plan);
      return finishPlan(tools, pending, { ...answers, dryRun, changes });
    });
  },
});

function* describeUndoEffects(plan: Import, original: Import | undefined): Generator<Text> {
  const { create, kind, roles, undoes } = plan;
  if (original !== undefined && original.fileName !== "") {
    const { fileName, actor } = original;
    yield text(
      `change ${undoes}: ${fileName}, by ${actor}`,
      `変更 ${undoes}: ${fileName}(実行者 ${formatActor(actor).ja})`,
    );
  }
  const hadSecrets = create > 0 && FORMATS[kind].columns.some(({ secret }) => secret === true);
  const grantsRoles = roles?.first.some(({ role }) => role === "none") === true;
  if (hadSecrets || grantsRoles || (original !== undefined && original.secretsSet > 0))
    yield text(
      "passwords and similar secrets are not restored, because they are not stored: set them again",
      "パスワードなどは保存していないため、元に戻りません。設定し直してください",
    );
}

/** @param at when the last file with a value of the change was written; null if there is none */
const describeWriting = ({ create }: Import, at: string | null): Text => {
  if (at === null && create > 0)
    return text(
      "what was deleted here may have been deleted in the console, too; clomoctl console list names it until exports show it",
      "ここで削除したデータは、管理画面でも削除されているかもしれません。エクスポートで確認できるまで、一覧に残ります",
    );
  return at === null
    ? text("no file with this change was written", "この変更を含むアップロード用ファイルは書き出していません")
    : text(
        `a file with this change was written at ${at}; clomoctl console list names it until exports show that it was not uploaded`,
        `この変更を含むファイルを ${at} に書き出しています。アップロードされても、取り消し済みとして一覧に残ります`,
      );
};

const createBlockedUndoFailure = (plan: Import, { count, first }: NonNullable<Import["blocked"]>): Failure => {
  const { undoes } = plan;
  const newest = Math.max(...first.map(({ change }) => change ?? 0));
  const confirmDeletions = sumChanges(listPlanChanges(plan), "delete") || undefined;
  const skip = line("undo", [undoes ?? "last"], { skipBlocked: true, confirmDeletions });
  const before = line("undo", [newest]);
  return new Failure("conflict", {
    what: text(
      `${formatCount(count, "record")} of change ${undoes} cannot be undone; nothing was changed`,
      `変更 ${undoes} のうち ${count} 件は取り消せないため、何も変更していません`,
    ),
    hint: !hasNoEffect(plan)
      ? text(`to undo only the other records: ${skip}`, `ほかのデータだけを取り消すには: ${skip}`)
      : newest > 0
        ? text(`first undo the later change: ${before}`, `先に、これより新しい変更を取り消してください: ${before}`)
        : undefined,
  });
};
