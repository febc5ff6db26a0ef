import { line, renderAdvice, step, type Advice } from "../../../lib/advice/index.ts";
import { CHANGED_STATE } from "../../../lib/client/changes.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { ROW_UNIT } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { PlanSummary } from "../../summary.ts";
import type { Tools } from "../../tools.ts";
import { listPlanChanges, hasChanges } from "../../../lib/plan/describe.ts";
import { sumChanges } from "../../../lib/plan/plan.ts";

/** A plan that is neither committed nor discarded yet. Ensures that its outcome is known and reported. */
export class PendingPlan {
  readonly plan: Import;
  readonly #client: Client<"imports">;
  readonly #tools: Tools;
  readonly #keep: boolean;
  #committed: Import | undefined;
  /** true after a commit without a response, so that the user must be told what became of the plan */
  #isUnanswered = false;
  #looked: Promise<Import> | undefined;
  /** failure of a commit that may have been carried out despite the failure */
  #lost: Failure | undefined;

  /** @param keep keeps the plan for `imports commit` if it is not committed now */
  constructor(tools: Tools, client: Client<"imports">, plan: Import, keep: boolean) {
    this.#tools = tools;
    this.#client = client;
    this.plan = plan;
    this.#keep = keep;
    tools.summarize(summarizeCounts(plan));
  }

  get isCommitted(): boolean {
    return this.#committed !== undefined;
  }

  /** the import; undefined until it is committed */
  get committed(): Import | undefined {
    return this.#committed;
  }

  /** true if the plan is kept for `imports commit` unless it is committed now */
  get isKept(): boolean {
    return this.#keep;
  }

  /** Discards the plan or, if it is kept, reports the next step. */
  async leave(): Promise<void> {
    if (this.#keep) await this.#tools.terminal.note(describeKeptPlan(this.plan));
    else await this.#client.imports.discard(this.plan.id);
  }

  /**
   * Commits the plan.
   *
   * @throws `conflict`; `locked`, and the plan is then kept
   */
  async commit(): Promise<Import> {
    const { number, rows } = this.plan;
    const step = this.#tools.terminal.progress.start({
      id: "commit",
      name: text("Committing", "適用"),
      unit: ROW_UNIT,
    });
    try {
      const committed = await this.#client.imports.commit(
        this.plan.id,
        { etag: this.plan.etag ?? "" },
        this.#tools.signal,
      );
      this.#committed = committed;
      this.#describeCommitted(committed);
      step.reach(rows);
      step.finish();
      return committed;
    } catch (error) {
      const isUnanswered = error instanceof Failure && UNANSWERED_CODES.has(error.code);
      this.#isUnanswered = isUnanswered && error.code === "unavailable";
      if (isUnanswered) this.#tools.describeDone(describeUnknownOutcome(number));
      throw this.#canResume(error) && (await this.#isOpen(error)) ? addNextStep(error, number) : error;
    }
  }

  /**
   * Commits a plan whose output files are in place. If the commit fails but the plan may have been committed
   * nevertheless, the files stay, and {@link throwLost} throws the failure later.
   *
   * @throws the failures of {@link commit} if the plan is not committed
   */
  async commitWithFile(): Promise<Import> {
    try {
      return await this.commit();
    } catch (error) {
      if (!(error instanceof Failure) || !UNANSWERED_CODES.has(error.code)) throw error;
      const now = await this.#look().catch(() => undefined);
      if (now?.state === "planned") throw error;
      this.#lost = error;
      return now ?? this.plan;
    }
  }

  /**
   * Throws the failure of a commit whose outcome is unknown, if there is one. Call it when the plan's file is in place.
   */
  throwLost(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  #describeCommitted(committed: Import): void {
    this.#tools.describeDone(CHANGED_STATE);
    this.#tools.summarize({ ...summarizeCounts(committed), changed: hasChanges(committed) });
  }

  /** Returns the plan as it is after a failure. The plan is read only once. */
  #look(): Promise<Import> {
    return (this.#looked ??= this.#client.imports.show(this.plan.id));
  }

  async #isOpen({ code }: Failure): Promise<boolean> {
    if (code === "locked") return true;
    const now = await this.#look().catch(() => undefined);
    return now?.state === "planned";
  }

  /** Runs work while the plan is open, and settles the plan if the work fails. Then throws the failure of the work. */
  async settling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // a plan that cannot be discarded now is removed after a week
      await this.settle(error).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Discards an open plan after a failure, and sets the state of the tenant that messages about the failure or a signal
   * show.
   */
  async settle(failure: unknown): Promise<void> {
    if (this.#canResume(failure)) return;
    const { id } = this.plan;
    const now = await this.#look();
    const { state } = now;
    if (state === "planned" && !this.#keep) await this.#client.imports.discard(id);
    const unchanged = this.#keep ? joinKeptPlan(NOTHING_CHANGED, this.plan) : NOTHING_CHANGED;
    if (state === "committed") this.#describeCommitted(now);
    else if (!this.#isUnanswered) this.#tools.describeState(() => unchanged);
    // unlike a discarded plan, a kept plan may still be committed: a proxy can answer before the tenant
    else if (!this.#keep) this.#tools.describeDone(unchanged);
  }

  #canResume(failure: unknown): failure is Failure {
    return failure instanceof Failure && failure.code === "locked";
  }
}

/** Codes of failures after which the outcome of a request is unknown. */
const UNANSWERED_CODES: ReadonlySet<ErrorCode> = new Set(["interrupted", "unavailable"]);

const summarizeCounts = (plan: Import): Partial<PlanSummary> => ({
  number: plan.number,
  create: sumChanges(listPlanChanges(plan), "create"),
  update: sumChanges(listPlanChanges(plan), "update"),
  delete: sumChanges(listPlanChanges(plan), "delete"),
});

/** The message for a plan that is not committed. */
export const NOTHING_CHANGED = text("nothing was changed", "何も変更していません");

/** Returns that a plan is kept, and the next step. A rejected plan can be read, but not committed. */
const describeKeptPlan = ({ number, rejected }: Import): Advice =>
  rejected
    ? step(
        "the plan is kept, but it cannot be committed; to list its problems",
        "計画を残しましたが、適用はできません。問題の一覧",
        line("imports show", [number], { problems: true }),
      )
    : step("the plan is kept; to commit it", "計画を残しました。適用するには", line("imports commit", [number]));

const joinKeptPlan = (unchanged: Text, plan: Import): Text => {
  const { en, ja } = renderAdvice(describeKeptPlan(plan));
  return text(`${unchanged.en}, and ${en}`, `${unchanged.ja}。${ja}`);
};

const describeUnknownOutcome = (number: string): Text => {
  const [show, commit] = [line("imports show", [number]), line("imports commit", [number])];
  return text(
    `the commit was in progress: either the whole plan was committed, or nothing; to check: ${show}; to commit the plan if it is still open: ${commit}`,
    `適用の途中でした。すべて適用したか、まったく変更していないかのどちらかです。確認するには: ${show}。計画が適用待ちのままなら、適用するには: ${commit}`,
  );
};

const addNextStep = (failure: Failure, number: string): Failure =>
  failure.with({
    hint: step("the plan is kept; to continue", "計画は残っています。続けるには", line("imports commit", [number])),
  });
