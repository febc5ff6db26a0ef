import { basename } from "node:path";
import { line, step } from "../../../lib/advice/index.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { ROWS } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { PlanSummary } from "../../summary.ts";
import type { Tools } from "../../tools.ts";
import type { WrittenUpload } from "../outputs/console/file.ts";
import { changesIn, isChanging } from "../../../lib/plan/describe.ts";
import { countAll } from "../../../lib/plan/plan.ts";

/** A plan that is neither committed nor discarded yet; ensures that its outcome is known and reported. */
export class PendingPlan {
  readonly plan: Import;
  readonly #client: Client<"imports">;
  readonly #tools: Tools;
  readonly #keep: boolean;
  #isCommitted = false;
  #looked: Promise<Import> | undefined;
  /** the failure of a commit that may have been carried out all the same */
  #lost: Failure | undefined;

  /** @param keep keeps the plan for `imports commit` if it is not committed now */
  constructor(tools: Tools, client: Client<"imports">, plan: Import, keep: boolean) {
    this.#tools = tools;
    this.#client = client;
    this.plan = plan;
    this.#keep = keep;
    tools.summarize(countsOf(plan));
    tools.describeState(() => NOTHING_CHANGED);
  }

  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  /** Discards the plan, or says how to resume it if it is kept. */
  async leave(): Promise<void> {
    const { id, number } = this.plan;
    if (!this.#keep) {
      await this.#client.imports.discard(id);
      return;
    }
    await this.#tools.terminal.note(step("the plan is kept", "計画を残しました", line("imports commit", [number])));
  }

  /**
   * Commits the plan.
   *
   * @param written the file that was written for the console
   * @throws `conflict` or `locked`; the plan is then kept, to be compared again, except that of an undo, which is not
   * a comparison
   */
  async commit(written: UploadOutput = {}): Promise<Import> {
    const { number, rows } = this.plan;
    this.#tools.describeState(() => MAY_BE_DONE(number));
    const step = this.#tools.terminal.progress.start({ id: "commit", name: text("Committing", "確定"), unit: ROWS });
    try {
      const committed = await this.#client.imports.commit(this.plan, written, this.#tools.signal);
      this.#isCommitted = true;
      this.#tools.describeDone(COMMITTED);
      this.#tools.summarize({ ...countsOf(committed), changed: isChanging(committed) });
      step.reach(rows);
      step.finish();
      return committed;
    } catch (error) {
      throw this.#canResume(error) && (await this.#isOpen(error)) ? withNextStep(error, number) : error;
    }
  }

  /**
   * Commits a plan whose file for the console is in place. The file stays if the plan was committed, or may have been; in this
   * case {@link throwLost} throws the failure.
   *
   * @throws as {@link commit}, where the plan is not committed
   */
  async commitWithFile(file: string, { sha256, upload }: WrittenUpload): Promise<Import> {
    try {
      return await this.commit({ upload, ...(sha256 !== undefined && { sha256, fileName: basename(file) }) });
    } catch (error) {
      if (!(error instanceof Failure) || !UNANSWERED.has(error.code)) throw error;
      const now = await this.#look().catch(() => undefined);
      if (now?.state === "planned") throw error;
      this.#lost = error;
      return now ?? this.plan;
    }
  }

  /** Call it once the file of a plan is in place. @throws the failure of a commit that was not answered */
  throwLost(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Returns the plan as it is after a failure. It is read once. */
  #look(): Promise<Import> {
    return (this.#looked ??= this.#client.imports.show(this.plan.id));
  }

  /** Whether the plan is still there after a refused commit: a conflict may be that somebody else committed or discarded it. */
  async #isOpen({ code }: Failure): Promise<boolean> {
    if (code === "locked") return true;
    const now = await this.#look().catch(() => undefined);
    return now?.state === "planned";
  }

  /** Does what may fail with the plan still open, and then settles it; the first failure is reported. */
  async settling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // a plan that cannot be discarded now is dropped after a week
      await this.settle(error).catch(() => undefined);
      throw error;
    }
  }

  /** Call after a failure: discards an open plan, and says what was done: at once, or in a signal's message. */
  async settle(failure: unknown): Promise<void> {
    if (this.#canResume(failure)) return;
    const { id, number } = this.plan;
    const { state } = await this.#look();
    if (state === "planned" && !this.#keep) await this.#client.imports.discard(id);
    const unchanged = this.#keep ? PLAN_KEPT(number) : NOTHING_CHANGED;
    if (state === "committed") this.#tools.describeDone(COMMITTED);
    else this.#tools.describeState(() => unchanged);
  }

  /** Whether the plan can still be committed after a failure, so that it is kept. */
  #canResume(failure: unknown): failure is Failure {
    if (!(failure instanceof Failure)) return false;
    return failure.code === "locked" || (failure.code === "conflict" && this.plan.mode !== "undo");
  }
}

/** The failures of a request that may have been carried out all the same. */
const UNANSWERED: ReadonlySet<ErrorCode> = new Set(["interrupted", "unavailable"]);

/** What was written for the console: a file, unless all its rows are left out. */
interface UploadOutput extends Partial<WrittenUpload> {
  readonly fileName?: string | undefined;
}

/** What the summary line says of a plan. */
const countsOf = (plan: Import): Partial<PlanSummary> => ({
  number: plan.number,
  create: countAll(changesIn(plan), "create"),
  update: countAll(changesIn(plan), "update"),
  delete: countAll(changesIn(plan), "delete"),
});

/** What is said where a plan is left. */
export const NOTHING_CHANGED = text("nothing was changed", "何も変更していません");
const PLAN_KEPT = (number: string): Text =>
  text(
    `nothing was changed; the plan is kept: ${line("imports commit", [number])}`,
    `何も変更していません。計画を残しました: ${line("imports commit", [number])}`,
  );

const COMMITTED = text("the whole plan was committed", "計画はすべて確定しました");

const MAY_BE_DONE = (number: string): Text =>
  text(
    `the commit was in progress; all of it was applied or nothing, check: ${line("imports show", [number])}`,
    `確定の途中でした。すべて確定したか、まったく変更していないかのどちらかです。確認: ${line("imports show", [number])}`,
  );

function withNextStep(failure: Failure, number: string): Failure {
  const next = line(failure.code === "conflict" ? "imports replan" : "imports commit", [number]);
  return failure.with({
    hint: step("the plan is kept; continue with", "計画は残っています。続けるには", next),
  });
}
