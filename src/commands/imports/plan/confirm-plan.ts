import { text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { mayCommit } from "./confirm.ts";
import type { PendingPlan } from "./pending.ts";
import { RESULT_COLUMNS } from "./result.ts";

/** How many deletions are meant, for a command that commits a plan. */
export const CONFIRM_DELETIONS = {
  kind: "number",
  about: text(
    "so many deletions are meant; another number changes nothing",
    "削除件数の確認(一致しなければ何もしない)",
  ),
} as const;

/** Asks about a plan that is shown already, and commits it or leaves it. */
export async function confirmAndCommit(
  tools: Tools,
  pending: PendingPlan,
  confirmDeletions: number | undefined,
): Promise<Outcome> {
  try {
    if (!(await mayCommit(tools, pending.plan, confirmDeletions))) {
      await tools.terminal.note(text("nothing was changed", "何も変更していません"));
      await pending.leave();
      await tools.terminal.show(RESULT_COLUMNS, { plan: pending.plan, dryRun: false, committed: false });
      return;
    }
    const plan = await pending.commit();
    await tools.terminal.show(RESULT_COLUMNS, { plan, dryRun: false, committed: true });
    return plan.invalid > 0 ? "partial" : undefined;
  } catch (error) {
    // what failed first is told; a plan that cannot be let go now is dropped after a week
    await pending.settle(error).catch(() => undefined);
    throw error;
  }
}
