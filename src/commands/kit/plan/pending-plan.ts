import { line, renderAdvice, step, type Advice } from "../../../lib/advice/index.ts";
import { CHANGED_STATE } from "../../../lib/client/changes.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { PlanSummary } from "../summary.ts";
import type { Tools } from "../tools.ts";
import { listPlanChanges, hasChanges } from "../../../lib/plan/describe.ts";
import { COMMITTING, showProgress } from "./progress.ts";
import { sumChanges } from "../../../lib/plan/plan.ts";

/** If a request fails, finds out whether the plan was committed. */
export class PendingPlan {
  readonly plan: Import;
  /** true if `imports commit` can commit the plan later; always false for a rejected plan */
  readonly isKept: boolean;
  committed: Import | undefined;
  readonly #client: Client<"imports">;
  readonly #tools: Tools;
  #isUnanswered = false;

  constructor(tools: Tools, client: Client<"imports">, plan: Import, isKept: boolean) {
    this.#tools = tools;
    this.#client = client;
    this.plan = plan;
    this.isKept = isKept && !plan.rejected;
    tools.summarize(summarizeCounts(plan));
  }

  async leave(): Promise<void> {
    if (this.isKept) await this.#tools.terminal.note(describeKeptPlan(this.plan));
    else await this.#client.imports.discard(this.plan.id);
  }

  /** @throws `conflict`; `locked` if another process uses the tenant */
  async commit(): Promise<Import> {
    const { id, etag, number } = this.plan;
    try {
      const committed = await showProgress(this.#tools, COMMITTING, () =>
        this.#client.imports.commit(id, { etag: etag ?? "" }, this.#tools.signal),
      );
      this.#describeCommitted(committed);
      return committed;
    } catch (error) {
      if (hasUnknownOutcome(error)) this.#tools.describeDone(describeUnknownOutcome(number));
      this.#isUnanswered = hasUnknownOutcome(error) && error.code === "unavailable";
      if (!isLocked(error)) throw error;
      const hint = step(
        "the plan is kept; to continue",
        "計画は残っています。続けるには",
        line("imports commit", [number]),
      );
      throw error.with({ hint });
    }
  }

  /** Returns true if the tenant may have committed the plan although the request failed. */
  async mayBeCommitted(failure: unknown): Promise<boolean> {
    if (!hasUnknownOutcome(failure)) return false;
    const now = await this.#client.imports.show(this.plan.id).catch(() => undefined);
    return now?.state !== "planned";
  }

  #describeCommitted(committed: Import): void {
    this.committed = committed;
    this.#tools.describeDone(CHANGED_STATE);
    this.#tools.summarize({ ...summarizeCounts(committed), changed: hasChanges(committed) });
  }

  async settling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // ignore a failed discard, because the tenant removes the plan after a week
      await this.settle(error).catch(() => undefined);
      throw error;
    }
  }

  async settle(failure: unknown): Promise<void> {
    if (isLocked(failure)) return;
    const { id } = this.plan;
    const now = await this.#client.imports.show(id);
    if (now.state === "planned" && !this.isKept) await this.#client.imports.discard(id);
    const unchanged =
      this.isKept && now.state === "planned" ? renderAdvice(describeKeptPlan(this.plan)) : NOTHING_CHANGED;
    if (now.state === "committed") this.#describeCommitted(now);
    else if (!this.#isUnanswered && unchanged === NOTHING_CHANGED) this.#tools.describeState(() => unchanged);
    else if (!this.#isUnanswered) this.#tools.describeDone(unchanged);
    // the failed request may still reach the tenant later, but it cannot commit a discarded plan
    else if (!this.isKept) this.#tools.describeDone(unchanged);
  }
}

const isLocked = (failure: unknown): failure is Failure => failure instanceof Failure && failure.code === "locked";

const hasUnknownOutcome = (failure: unknown): failure is Failure =>
  failure instanceof Failure && (failure.code === "interrupted" || failure.code === "unavailable");

const summarizeCounts = (plan: Import): Partial<PlanSummary> => ({
  number: plan.number,
  create: sumChanges(listPlanChanges(plan), "create"),
  update: sumChanges(listPlanChanges(plan), "update"),
  delete: sumChanges(listPlanChanges(plan), "delete"),
});

export const NOTHING_CHANGED = text("nothing was changed", "何も変更していません");

const describeKeptPlan = ({ number }: Import): Advice =>
  step(
    "nothing was changed, and the plan is kept; to commit it",
    "何も変更していません。計画は残しました。適用するには",
    line("imports commit", [number]),
  );

const describeUnknownOutcome = (number: string): Text => {
  const show = line("imports show", [number]);
  return text(
    `the commit was in progress: either the whole plan was committed, or nothing; to check: ${show}`,
    `適用の途中で中断しました。計画は全体が適用されたか、まったく適用されていないかのどちらかです。確認するには: ${show}`,
  );
};
