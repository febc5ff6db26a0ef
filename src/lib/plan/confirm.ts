import { Failure } from "../errors/index.ts";
import { describeWipeMismatch } from "../nouns/device.ts";
import type { Terminal } from "../terminal/index.ts";
import { formatCount, addSpaceAfterLatin, text, type Text } from "../text/index.ts";
import {
  requireDeletionCountAboveHalf,
  enforceLimits,
  type PlanLimits,
  sumChanges,
  describeEffects,
  type Plan,
} from "./plan.ts";

export interface ConfirmOptions extends PlanLimits {
  readonly confirmDeletions?: number | undefined;
  readonly confirmWipes?: number | undefined;
  /** above this number of deletions, the user types the number; otherwise, the user answers yes or no */
  readonly freeDeletions?: number | undefined;
  readonly yes?: boolean | undefined;
}

type ConfirmablePlan = Pick<Plan, "target" | "changes" | "effects" | "wipes">;

const describeApplyAction = (plan: ConfirmablePlan): Text => {
  const { en, ja } = describeEffects(plan);
  return text(
    `Apply to ${plan.target.en}: ${en}`,
    `${addSpaceAfterLatin(plan.target.ja)}に${/\d$/.test(ja) ? ` ${ja} ` : ja}を適用し`,
  );
};

export const askWipeCount = (
  { prompts }: Pick<Terminal, "prompts">,
  count: number,
  { before, flag = `--confirm-wipes ${count}` }: { readonly before?: Text; readonly flag?: string } = {},
): Promise<void> =>
  prompts.typedNumber({
    message: text(
      `${before === undefined ? "" : `${before.en} `}${formatCount(count, "device")} must be wiped and set up again; to change the owner, type ${count}:`,
      `${before?.ja ?? ""}${count} 台のデバイスで初期化と再設定が必要になります。所有者を変えるには、台数(${count})を入力してください:`,
    ),
    flag,
    expected: count,
  });

export function requireConfirmedCounts(
  { changes, wipes = 0 }: Pick<Plan, "changes" | "wipes">,
  { confirmDeletions, confirmWipes }: ConfirmOptions,
): void {
  const deletions = sumChanges(changes, "delete");
  if (confirmWipes !== undefined && confirmWipes !== wipes)
    throw createCountFailure("--confirm-wipes", wipes, describeWipeMismatch(wipes, confirmWipes));
  if (confirmDeletions === undefined || confirmDeletions === deletions) return;
  const what = text(
    `the plan deletes ${formatCount(deletions, "record")}, not ${confirmDeletions}; nothing was changed`,
    `計画で削除するのは ${deletions} 件ですが、${confirmDeletions} 件と指定されています。何も変更していません`,
  );
  throw createCountFailure("--confirm-deletions", deletions, what);
}

const createCountFailure = (where: string, count: number, what: Text): Failure =>
  new Failure("input-rejected", {
    what,
    where,
    hint: text(`to continue, pass ${where} ${count}`, `続けるには、${where} ${count} を付けてください`),
  });

function listMissingCounts(
  { changes, wipes = 0 }: Pick<Plan, "changes" | "wipes">,
  { yes = false, confirmDeletions, confirmWipes, maxDeletions, freeDeletions = 0 }: ConfirmOptions,
): readonly string[] {
  const deletions = sumChanges(changes, "delete");
  const isDeletionAnswered =
    deletions <= freeDeletions || confirmDeletions !== undefined || (yes && maxDeletions !== undefined);
  return [
    ...(wipes > 0 && confirmWipes === undefined ? [`--confirm-wipes ${wipes}`] : []),
    ...(isDeletionAnswered ? [] : [`--confirm-deletions ${deletions}`]),
  ];
}

/**
 * Returns false if the answer is no. `--yes` with a limit confirms deletions without a question. @throws
 * `limit-exceeded`; `input-rejected` for a wrong or missing number; `usage`
 */
export async function confirmPlan(
  terminal: Pick<Terminal, "prompts">,
  plan: ConfirmablePlan,
  answers: ConfirmOptions,
): Promise<boolean> {
  const { changes, wipes = 0 } = plan;
  const { yes = false, confirmDeletions, confirmWipes, maxDeletions, freeDeletions = 0 } = answers;
  requireConfirmedCounts(plan, answers);
  enforceLimits(changes, answers);
  const { en, ja } = describeApplyAction(plan);
  const deletions = sumChanges(changes, "delete");
  const flag = listMissingCounts(plan, answers).join(" ");
  if (wipes > 0 && confirmWipes === undefined)
    await askWipeCount(terminal, wipes, { before: text(`${en}.`, `${ja}ます。`), flag });
  if (deletions <= freeDeletions) {
    if (yes || wipes > 0) return true;
    return terminal.prompts.confirm({ message: text(`${en}?`, `${ja}ますか?`), flag: "--yes" });
  }
  if (confirmDeletions !== undefined) return true;
  if (yes && maxDeletions !== undefined) {
    requireDeletionCountAboveHalf(changes);
    return true;
  }
  await terminal.prompts.typedNumber({
    message: text(
      `${en}. To continue, type the number of deletions (${deletions}):`,
      `${ja}ます。続けるには、削除する件数(${deletions})を入力してください:`,
    ),
    flag,
    expected: deletions,
  });
  return true;
}
