import { line, step } from "../../lib/advice/index.ts";
import type { Client, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput } from "../../lib/files/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { SecuredApp } from "../../lib/model/secured-user.ts";
import type { ConfirmOptions } from "../../lib/plan/confirm.ts";
import { hasChanges, listPlanChanges } from "../../lib/plan/describe.ts";
import { validateLimits } from "../../lib/plan/limits.ts";
import { sumChanges } from "../../lib/plan/plan.ts";
import { formatCount, joinTexts, same, text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { askAdministrators, checkAdministrators } from "../imports/plan/administrators.ts";
import { toRecordedName } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending-plan.ts";
import { listProblems } from "../imports/plan/problems.ts";
import { sendRequest } from "../imports/plan/send.ts";
import { settlePlan, showImportResult } from "../imports/plan/settle.ts";
import { showPlan } from "../imports/plan/show.ts";
import { createExportRejection } from "../imports/refusal/rejection.ts";
import { requireNamedContext } from "../permission.ts";
import type { Tools } from "../tools.ts";
import { EXPORT_ORDER, recognizeExport, type ConsoleExport } from "./exports.ts";

interface SyncOptions extends ConfirmOptions {
  readonly app: SecuredApp | undefined;
  readonly part: boolean;
  readonly dryRun: boolean;
  readonly detailedExitcode: boolean;
}

/**
 * Takes exports one after another: organisations, users, devices, apps. Each is one change. The first refusal stops.
 *
 * @throws `usage` if two exports are of one kind; `partial` if some were taken before one was refused
 */
export async function syncExports(tools: Tools, names: readonly string[], options: SyncOptions): Promise<Outcome> {
  validateLimits(options);
  const chosen = await tools.tenant("imports", "console");
  if (!options.dryRun) requireNamedContext(tools, chosen, options);
  await using opened = new AsyncDisposableStack();
  const found: ConsoleExport[] = [];
  for (const name of names) {
    const file = opened.use(await openInput(tools, name));
    found.push(await recognizeExport(tools, file, { name, app: options.app }));
  }
  const exports = found.toSorted((one, other) => EXPORT_ORDER.indexOf(one.kind) - EXPORT_ORDER.indexOf(other.kind));
  refuseSecondOfKind(exports);
  tools.summarize({ file: exports.map(({ name }) => name).join(" ") });
  const outcome = await takeInOrder(tools, exports, options);
  if (outcome !== undefined || !options.detailedExitcode) return outcome;
  return (await chosen.client.console.list({})).length > 0 ? "differs" : undefined;
}

async function takeInOrder(tools: Tools, exports: readonly ConsoleExport[], options: SyncOptions): Promise<Outcome> {
  const taken: string[] = [];
  const budget = { deletions: options.confirmDeletions, isShared: exports.length > 1 };
  const take = async (one: ConsoleExport): Promise<Import | undefined> => {
    try {
      return await takeExport(tools, one, options, budget);
    } catch (error) {
      throw taken.length > 0 && error instanceof Failure && error.code !== "interrupted"
        ? describeRefusalAfter(error, taken)
        : error;
    }
  };
  const hasKept = ({ kept }: Import): boolean => (kept?.count ?? 0) > 0 && !options.part;
  const held: ConsoleExport[] = [];
  let isPart = false;
  for (const one of exports) {
    const plan = await take(one);
    if (plan === undefined) return taken.length > 0 ? "partial" : undefined;
    isPart ||= (plan.merged?.leftOut ?? 0) > 0;
    if (hasKept(plan)) held.push(one);
    if (!options.dryRun) taken.push(one.name);
  }
  if (exports.length === 1 || options.dryRun) return isPart || held.length > 0 ? "partial" : undefined;
  // what was in use may be free now, because a later export has moved or removed its users
  for (const one of held) {
    const again = await take(one);
    isPart ||= again !== undefined && hasKept(again);
  }
  return isPart ? "partial" : undefined;
}

/** The number of deletions that is confirmed for all exports of a run. */
interface DeletionBudget {
  deletions: number | undefined;
  readonly isShared: boolean;
}

/** Plans an export, shows the plan, and commits it if it is confirmed. @returns undefined if it was declined */
async function takeExport(
  tools: Tools,
  given: ConsoleExport,
  options: SyncOptions,
  budget: DeletionBudget,
): Promise<Import | undefined> {
  const { client } = await tools.tenant("imports");
  const plan = await planExport(tools, client, given, options);
  const pending = new PendingPlan(tools, client, plan, false);
  return pending.settling(async () => {
    const { file } = given;
    const problems = await listProblems(tools.terminal, client, plan, file.label);
    await showPlan(tools, plan, { ...problems, allRows: same("--format json") });
    if (plan.rejected || plan.foreign !== undefined) {
      await pending.leave();
      throw createExportRejection(plan, problems);
    }
    const isFirst = await requireKnownHeader(tools, client, plan);
    const unknown = await checkAdministrators(tools, plan);
    const answers = answerDeletions(tools, plan, { ...options, confirmDeletions: spendBudget(plan, budget) });
    if (options.dryRun || isFirst || hasChanges(plan))
      await settlePlan(tools, pending, { ...answers, dryRun: options.dryRun });
    else await commitUnchanged(tools, pending);
    if (pending.committed !== undefined && unknown !== undefined) await askAdministrators(tools, unknown);
    return options.dryRun || pending.committed !== undefined ? plan : undefined;
  });
}

/**
 * Plans an export. If it is rejected only because records that it lacks are still in use here, it is planned without
 * deletions.
 */
async function planExport(
  tools: Tools,
  client: Client<"imports">,
  given: ConsoleExport,
  { part }: SyncOptions,
): Promise<Import> {
  const plan = await sendExport(tools, given, { keepMissing: part });
  if (part || !plan.rejected) return plan;
  const codes = new Set<string>();
  for await (const { code, severity } of client.imports.problems(plan.id)) if (severity === "error") codes.add(code);
  if ([...codes].some((code) => code !== "delete-held")) return plan;
  await client.imports.discard(plan.id);
  return sendExport(tools, given, { keepMissing: true });
}

async function sendExport(
  tools: Tools,
  { kind, file, name, reading, map }: ConsoleExport,
  how: { readonly keepMissing: boolean },
): Promise<Import> {
  const { context } = await tools.tenant("imports");
  const { dialect, encoding } = reading;
  const request = {
    kind,
    ...how,
    fromConsole: true,
    // a group in the console's own export exists in the console
    createGroups: FORMATS[kind].app !== undefined,
    delimiter: dialect.delimiter,
    fileName: toRecordedName(name, context),
    map: map?.dialect === undefined ? map : { ...map, dialect },
    allow: ["unknown-columns"],
  } as const;
  return sendRequest(tools, file, request, encoding);
}

/**
 * Asks about an export whose columns are not those of the last export of its kind, which may be another list.
 *
 * @returns true if it is the first of its kind
 * @throws `input-rejected` if nobody can be asked, or the answer is no
 */
async function requireKnownHeader({ terminal }: Tools, client: Client<"imports">, plan: Import): Promise<boolean> {
  const last = (await client.imports.list()).find(
    ({ kind, state, request }) => kind === plan.kind && state === "committed" && request?.fromConsole === true,
  );
  if (last === undefined) return true;
  if (describeColumns(last) === describeColumns(plan)) return false;
  const message = text(
    `${plan.fileName} does not have the columns of the last export. Is it an export of the console?`,
    `${plan.fileName} の列は前回のエクスポートと異なります。管理画面のエクスポートですか?`,
  );
  if (terminal.interactive && (await terminal.prompts.confirm({ message, flag: "console sync" }))) return false;
  throw new Failure("input-rejected", {
    what: text(
      "the columns differ from those of the last export of the console; nothing was changed",
      "管理画面の前回のエクスポートと列が異なるため、何も変更していません",
    ),
    where: plan.fileName,
    hint: text(
      "if the console has changed its export, take it once at a terminal",
      "管理画面のエクスポートが変わった場合は、ターミナルで一度取り込んでください",
    ),
  });
}

const describeColumns = ({ absentColumns, unknownColumns }: Import): string =>
  JSON.stringify([absentColumns.toSorted(), unknownColumns.toSorted()]);

const MAX_FREE_DELETIONS = 5;
const MAX_FREE_SHARE = 0.02;

/** Commits an export that changes no record, without a question. It may close tasks. */
async function commitUnchanged(tools: Tools, pending: PendingPlan): Promise<void> {
  await (await tools.tenant()).permitChange();
  await showImportResult(tools, { plan: await pending.commit(), dryRun: false, committed: true });
}

/** Returns the number of a plan's deletions that is confirmed, and takes it from the number for all exports. */
function spendBudget(plan: Import, budget: DeletionBudget): number | undefined {
  const { deletions: left, isShared } = budget;
  const deletions = sumChanges(listPlanChanges(plan), "delete");
  if (left === undefined || !isShared || deletions > left) return left;
  budget.deletions = left - deletions;
  return deletions;
}

/**
 * Returns the answers to the question about deletions. Few need no number.
 *
 * @throws `limit-exceeded` if nobody can be asked about many
 */
function answerDeletions(tools: Tools, plan: Import, options: SyncOptions): ConfirmOptions {
  const changes = listPlanChanges(plan);
  const deletions = sumChanges(changes, "delete");
  const { confirmDeletions, maxDeletions, maxChanges, dryRun } = options;
  const answers = { confirmDeletions, maxDeletions, maxChanges };
  const isFree = deletions <= Math.min(MAX_FREE_DELETIONS, Math.floor(plan.recordsBefore * MAX_FREE_SHARE));
  if (isFree) return { ...answers, freeDeletions: deletions };
  if (dryRun || tools.terminal.interactive || (confirmDeletions ?? maxDeletions) !== undefined) return answers;
  const all = sumRecords(changes);
  throw new Failure("limit-exceeded", {
    what: text(
      `the export lacks ${deletions} of ${formatCount(all, "record")}; nothing was changed`,
      `エクスポートには ${all} 件のうち ${deletions} 件がないため、何も変更していません`,
    ),
    where: plan.fileName,
    hint: text(
      `if they are gone in the console: --confirm-deletions ${deletions}; if the export is filtered: --part`,
      `管理画面にもなければ --confirm-deletions ${deletions} を、絞り込んだエクスポートなら --part を付けてください`,
    ),
  });
}

const sumRecords = (changes: readonly { readonly recordsBefore: number }[]): number =>
  changes.reduce((sum, { recordsBefore }) => sum + recordsBefore, 0);

const refuseSecondOfKind = (exports: readonly ConsoleExport[]): void => {
  const second = exports.find(({ kind }, at) => at > 0 && exports[at - 1]?.kind === kind);
  if (second === undefined) return;
  const { en, ja } = FORMATS[second.kind].thing.title;
  throw new Failure("usage", {
    what: text(`two of these files are exports of one kind: ${en}`, `同じ種類のエクスポートが 2 つあります: ${ja}`),
    where: second.name,
  });
};

const describeRefusalAfter = (refused: Failure, taken: readonly string[]): Failure => {
  const names = joinTexts(taken.map(same), text(", ", "、"));
  return new Failure("partial", {
    what: text(`${refused.what.en} (already taken: ${names.en})`, `${refused.what.ja}(取り込み済み: ${names.ja})`),
    where: refused.where,
    hint: refused.hint ?? step("to see what was taken", "取り込んだもの", line("imports list", [])),
    cause: refused,
  });
};
