import { nounNamed } from "../../../lib/model/problem.ts";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { otherWipes } from "../../../lib/model/device.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { requireNamedForDeletion } from "../../permission.ts";
import { askToApply, describeApplied, type PlanEffects } from "../../records/apply-question.ts";
import { askWipes } from "../../records/wipes.ts";
import { mayBeForeign, type ForeignAnswers } from "../refusal/foreign.ts";
import type { Tools } from "../../tools.ts";
import type { ImportResult } from "./columns.ts";
import { deletionsIn, permitByLimit, refuseBeyond, type Limits } from "./limits.ts";
import { isChanging, NOTHING_CHANGED, type PendingPlan } from "./pending.ts";
import { showResult } from "./result.ts";
import { tenantName } from "./show.ts";

/** Whether committing the plan would leave the tenant unchanged: the console's export always says how old it is. */
export const changesNothing = (plan: Import): boolean => plan.request?.fromConsole !== true && !isChanging(plan);

/** How a plan ends: `partial` if rows or records were left out, or records are kept that it should have deleted. */
export const endOf = ({ invalid, kept, blocked, merged }: Import): Outcome => {
  const leftOut = invalid + (kept?.count ?? 0) + (merged?.leftOut ?? 0);
  return leftOut > 0 || blocked !== undefined ? "partial" : undefined;
};

/** What the command line answers before the question. */
export interface Answers extends Limits, ForeignAnswers {
  readonly confirmDeletions?: number | undefined;
  readonly confirmWipes?: number | undefined;
}

/**
 * Asks whether a plan may be committed: deletions by their typed number, `--confirm-deletions` or `--yes` with a limit;
 * wipes of devices by theirs or `--confirm-wipes`; else by yes or no.
 *
 * @param emits nothing is committed: a file for the console is written
 * @returns false if the user said no
 * @throws `limit-exceeded` when the plan changes more than a limit allows
 * @throws `input-rejected` when the number of deletions or of wipes differs or cannot be asked for
 * @throws `usage` when it is not possible to ask; and for deletions on a remote tenant that the command does not name
 */
export async function mayCommit(tools: Tools, plan: Import, answers: Answers, emits = false): Promise<boolean> {
  const { confirmDeletions, maxDeletions } = answers;
  const { terminal, globals } = tools;
  const chosen = await tools.tenant("imports");
  const deletions = deletionsIn(plan);
  const { wipes = 0 } = plan;
  if (!(await mayBeForeign(tools, plan, answers))) return false;
  refuseOtherNumber(plan, answers);
  refuseBeyond(plan, answers);
  const asked = { tenant: tenantName(plan, chosen), effects: effectsOf(plan), emits };
  const answered = globals.yes || confirmDeletions !== undefined;
  if (deletions > 0 && answered) requireNamedForDeletion(chosen);
  if (wipes > 0 && answers.confirmWipes === undefined) await askWipes(tools, wipes, describeApplied(asked));
  if (deletions > 0) {
    if (confirmDeletions !== undefined) return true;
    if (globals.yes && maxDeletions !== undefined) {
      permitByLimit(plan);
      return true;
    }
  } else if (globals.yes || wipes > 0) return true;
  return askToApply(terminal, asked);
}

const OPEN_AGAIN = text("reopen records of tasks", "管理画面での作業を未了に戻すレコード");

const OWNER_REMOVED = text("remove the owner from devices", "所有者を外すデバイス");

const effectsOf = (plan: Import): PlanEffects => ({
  create: plan.create,
  update: plan.update,
  delete: deletionsIn(plan),
  further: [
    [plan.secretsSet, text("rows that set a secret", "パスワードなどを設定する行")],
    [plan.orgsCreated, text("create organisations", "組織の作成")],
    [plan.groupsCreated, text("create groups", "グループの作成")],
    [plan.released ?? 0, OWNER_REMOVED],
    [plan.reopened?.records ?? 0, OPEN_AGAIN],
    ...(plan.beside ?? []).map((one): [number, Text] => [one.create + one.update, ofOthers(one.thing)]),
  ],
});

/** Records of another thing that an undo writes. */
const ofOthers = (thing: string): Text => {
  const { en, ja } = nounNamed(thing);
  return text(`write ${en}`, `${ja}の変更`);
};

/**
 * Asks about a plan that has been shown, carries it out or leaves it, and shows the result.
 *
 * @param handOver instead of committing the plan
 */
export async function confirmAndCommit(
  tools: Tools,
  pending: PendingPlan,
  answers: Answers,
  handOver?: () => Promise<Omit<ImportResult, "dryRun">>,
): Promise<Outcome> {
  const { terminal } = tools;
  const commit = async (): Promise<Omit<ImportResult, "dryRun">> => ({ plan: await pending.commit(), committed: true });
  if (await mayCommit(tools, pending.plan, answers, handOver !== undefined && pending.plan.mode !== "undo")) {
    await (await tools.tenant()).permitChange();
    const done = await (handOver ?? commit)();
    pending.throwLost();
    await showResult(tools, { ...done, dryRun: false });
    return endOf(done.plan);
  }
  await terminal.note(NOTHING_CHANGED);
  await pending.leave();
  await showResult(tools, { plan: pending.plan, dryRun: false, committed: false });
  return undefined;
}

/** @throws `input-rejected` where another number of deletions or of wipes was confirmed than a plan has */
export function refuseOtherNumber(
  plan: Import,
  { confirmDeletions, confirmWipes }: Pick<Answers, "confirmDeletions" | "confirmWipes">,
): void {
  const { wipes = 0 } = plan;
  if (confirmWipes !== undefined && confirmWipes !== wipes) {
    throw new Failure("input-rejected", {
      what: otherWipes(wipes, confirmWipes),
      where: `--confirm-wipes ${confirmWipes}`,
    });
  }
  const deletions = deletionsIn(plan);
  if (confirmDeletions === undefined || confirmDeletions === deletions) return;
  throw new Failure("input-rejected", {
    what: text(
      `the plan deletes ${counted(deletions, "record")}, not ${confirmDeletions}; nothing was changed`,
      `計画の削除は ${deletions} 件で、${confirmDeletions} 件ではありません。何も変更していません`,
    ),
    where: `--confirm-deletions ${confirmDeletions}`,
  });
}
