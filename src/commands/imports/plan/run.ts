import { resolve } from "node:path";
import type { Import } from "../../../lib/client/index.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { loadColumnMap } from "../../csv/file/column-map.ts";
import type { Tools } from "../../tools.ts";
import { changesNothing, mayCommit } from "./confirm.ts";
import { emit } from "../outputs/console/emit.ts";
import { openInput, type InputFile } from "../../../lib/files/index.ts";
import { refuseConflictingOptions, requireAnswerableConfirmation, type ImportRequest } from "./options.ts";
import { PendingPlan } from "./pending.ts";
import { showPlan } from "./show.ts";
import { listProblems } from "./problems.ts";
import type { Reading } from "./reading.ts";
import { rejectedFile } from "./rejection.ts";
import { RESULT_COLUMNS } from "./columns.ts";
import { examineFile, sendFile } from "./send.ts";
import { writeErrors } from "../outputs/errors.ts";
import { writeReport } from "../outputs/report.ts";

/**
 * Imports a file: sends it, shows the plan, asks, and commits all of it or nothing.
 *
 * @throws `input-rejected` when a row is invalid and invalid rows are not to be skipped
 */
export async function runImport(tools: Tools, requested: ImportRequest): Promise<Outcome> {
  refuseConflictingOptions(requested, tools.workingFolder);
  requireAnswerableConfirmation(requested, tools);
  const { client, context } = await tools.tenant();
  tools.describeState(() => text("nothing was changed", "何も変更していません"));
  const { encoding, newline, map: asked } = requested.options;
  const map = await loadColumnMap(tools, requested.kind, {
    option: asked,
    context,
    customFields: () => client.customFields(),
  });
  await using file = await openInput(tools, requested.file);
  const reading = await examineFile(tools, file, { encoding, newline, map });
  const plan = await sendFile(tools, file, requested, reading, map);
  const pending = new PendingPlan(tools, client, plan, requested.options.keepPlan);
  try {
    const running = new RunningImport(tools, requested, { file, reading, map, pending });
    return await running.run();
  } catch (error) {
    // the first failure is reported; a plan that cannot be discarded now is dropped after a week
    await pending.settle(error).catch(() => undefined);
    throw error;
  }
}

/** The input file, and the plan made from it. */
interface PlannedFile {
  readonly file: InputFile;
  readonly reading: Reading;
  readonly map: ColumnMap | undefined;
  readonly pending: PendingPlan;
}

/** An import from its plan to its end. */
class RunningImport {
  readonly #tools: Tools;
  readonly #requested: ImportRequest;
  readonly #planned: PlannedFile;
  readonly #pending: PendingPlan;
  readonly #plan: Import;

  constructor(tools: Tools, requested: ImportRequest, planned: PlannedFile) {
    this.#tools = tools;
    this.#requested = requested;
    this.#planned = planned;
    this.#pending = planned.pending;
    this.#plan = planned.pending.plan;
  }

  async run(): Promise<Outcome> {
    const { client } = await this.#tools.tenant();
    const problems = await listProblems(this.#tools.terminal, client, this.#plan, this.#planned.file.label);
    await showPlan(this.#tools, this.#plan, problems);
    await this.#writeLists();
    if (this.#plan.rejected) {
      await this.#pending.leave();
      throw rejectedFile(this.#plan, this.#requested, problems);
    }
    await this.#decide();
    return this.#plan.invalid > 0 ? "partial" : undefined;
  }

  async #writeLists(): Promise<void> {
    const { report, errors } = this.#requested.options;
    const { file, reading } = this.#planned;
    const pathOf = (name: string): string => resolve(this.#tools.workingFolder, name);
    if (report !== undefined) await writeReport(this.#tools, pathOf(report), this.#plan);
    if (errors !== undefined) await writeErrors(this.#tools, pathOf(errors), this.#plan, file, reading);
  }

  async #decide(): Promise<void> {
    const { dryRun, emitCsv, confirmDeletions } = this.#requested.options;
    const { terminal } = this.#tools;
    if (dryRun || changesNothing(this.#plan)) {
      if (emitCsv !== undefined) await this.#emit(emitCsv, async () => undefined);
      if (!dryRun) await terminal.note(text("nothing to change", "変更はありません"));
      return this.#leave();
    }
    if (!(await mayCommit(this.#tools, this.#plan, confirmDeletions))) {
      await terminal.note(text("nothing was changed", "何も変更していません"));
      return this.#leave();
    }
    return emitCsv === undefined ? this.#show(await this.#pending.commit(), true) : this.#handOver(emitCsv);
  }

  /** Writes the file for the console; the plan then waits for the console's next export. */
  async #handOver(emitCsv: string): Promise<void> {
    const { client } = await this.#tools.tenant();
    await this.#emit(emitCsv, async () => {
      await client.imports.emitted(this.#plan);
    });
    const { id } = this.#plan;
    await this.#tools.terminal.note(
      text(
        `then export in the console and verify: clomoctl imports verify ${id} --against EXPORT.csv`,
        `その後管理画面でエクスポートし、照合してください: clomoctl imports verify ${id} --against EXPORT.csv`,
      ),
    );
    await this.#show(this.#plan, false);
  }

  #emit(emitCsv: string, done: () => Promise<void>): Promise<void> {
    const { file, reading, map } = this.#planned;
    return emit(this.#tools, emitCsv, { plan: this.#plan, file, reading, map }, done);
  }

  async #leave(): Promise<void> {
    await this.#pending.leave();
    await this.#show(this.#plan, false);
  }

  #show(plan: Import, committed: boolean): Promise<void> {
    const { dryRun } = this.#requested.options;
    return this.#tools.terminal.show(RESULT_COLUMNS, { plan, dryRun, committed });
  }
}
