import { line, step } from "../../lib/advice/index.ts";
import type { Client, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { describeMissingField, listMissingFields } from "../csv/questions/missing.ts";
import { openInput } from "../../lib/files/index.ts";
import { toExportFormat } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { OrgBy } from "../../lib/model/import.ts";
import type { SecuredApp } from "../../lib/nouns/secured-user.ts";
import type { ConfirmOptions } from "../../lib/plan/confirm.ts";
import { hasChanges, listPlanChanges } from "../../lib/plan/describe.ts";
import { validateLimits } from "../../lib/plan/limits.ts";
import { sumChanges } from "../../lib/plan/plan.ts";
import { formatCount, same, text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { toRecordedName } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending-plan.ts";
import { listProblems } from "../imports/plan/problems.ts";
import { sendRequest } from "../imports/plan/send.ts";
import { finishPlan, showImportResult } from "../imports/plan/finish-plan.ts";
import { showPlan } from "../imports/plan/show.ts";
import { createExportRejection } from "../imports/refusal/rejection.ts";
import { keepAnswers } from "../layouts/kept-answers.ts";
import { readList, type ListReading } from "../layouts/reading.ts";
import { requireNamedContext } from "../permission.ts";
import type { Tools } from "../tools.ts";
import { offerUndoOfSample } from "../imports/plan/sample.ts";
import { EXPORT_ORDER, findExportKind, type ConsoleExport } from "./exports.ts";

interface SyncOptions extends ConfirmOptions {
  readonly app: SecuredApp | undefined;
  readonly part: boolean;
  readonly dryRun: boolean;
  readonly detailedExitcode: boolean;
}

/** Imports each file as one change. @throws `partial` if an import fails after others succeeded */
export async function syncExports(tools: Tools, names: readonly string[], options: SyncOptions): Promise<Outcome> {
  validateLimits(options);
  tools.summarize({ file: names.join(" ") });
  const chosen = await tools.tenant("imports", "console");
  if (!options.dryRun) {
    requireNamedContext(tools, chosen);
    await offerUndoOfSample(tools);
  }
  await using opened = new AsyncDisposableStack();
  const found: ConsoleExport[] = [];
  for (const name of names) {
    const source = opened.use(await openInput(tools, name));
    found.push(await findExportKind(tools, source, { ...options, file: name }));
  }
  found.sort((one, other) => EXPORT_ORDER.indexOf(one.kind) - EXPORT_ORDER.indexOf(other.kind));
  rejectDuplicateKinds(found);
  const exports: ReadExport[] = [];
  for (const one of found) exports.push({ ...one, read: await readList(tools, one.source, one) });
  const outcome = await importInOrder(tools, exports, options);
  if (outcome !== undefined || !options.detailedExitcode) return outcome;
  return (await chosen.client.console.list({})).length > 0 ? "differs" : undefined;
}

interface ReadExport extends ConsoleExport {
  readonly read: ListReading;
}

const listTakenExports = async (client: Client<"imports">): Promise<readonly Import[]> =>
  (await client.imports.list()).filter(({ state, request }) => state === "committed" && request?.fromConsole === true);

async function importInOrder(tools: Tools, exports: readonly ReadExport[], options: SyncOptions): Promise<Outcome> {
  const taken: string[] = [];
  const known = (await listTakenExports((await tools.tenant("imports")).client)).map(({ kind }) => kind);
  const isConfirmed = exports.every(({ kind, read }) => known.includes(kind) && !read.learns);
  const run: SyncRun = { deletions: options.confirmDeletions, isShared: exports.length > 1, taken, isConfirmed };
  const take = async (one: ReadExport): Promise<Import | undefined> => {
    try {
      return await importExport(tools, one, options, run);
    } catch (error) {
      if (taken.length === 0 || !(error instanceof Failure)) throw error;
      const names = taken.join(", ");
      if (error.code !== "interrupted")
        throw new Failure("partial", {
          what: text(`${error.what.en} (already imported: ${names})`, `${error.what.ja}(取り込み済み: ${names})`),
          where: error.where,
          hint: error.hint ?? step("to see what was imported", "取り込んだものの一覧", line("imports list", [])),
          cause: error,
        });
      tools.describeDone(
        text(`already imported: ${names}; nothing else was changed`, `取り込み済み: ${names}。ほかは変更していません`),
      );
      throw error;
    }
  };
  const hasKept = ({ kept }: Import): boolean => (kept?.count ?? 0) > 0 && !options.part;
  const held: ReadExport[] = [];
  let isPart = false;
  for (const one of exports) {
    const plan = await take(one);
    if (plan === undefined) return taken.length > 0 ? "partial" : undefined;
    isPart ||= plan.rejected || (plan.merged?.leftOut ?? 0) > 0;
    if (hasKept(plan)) held.push(one);
  }
  if (exports.length === 1 || options.dryRun) return isPart || held.length > 0 ? "partial" : undefined;
  // delete the records that were kept: a later export may have removed what still referred to them
  for (const one of held) {
    const again = await take(one);
    isPart ||= again !== undefined && hasKept(again);
  }
  return isPart ? "partial" : undefined;
}

interface SyncRun {
  deletions: number | undefined;
  readonly isShared: boolean;
  readonly taken: string[];
  /** true if the exports need no yes: they are of known kinds, or the first of them was confirmed */
  isConfirmed: boolean;
}

async function importExport(
  tools: Tools,
  given: ReadExport,
  options: SyncOptions,
  run: SyncRun,
): Promise<Import | undefined> {
  const { client } = await tools.tenant("imports");
  const plan = await planExport(tools, client, given, options);
  if (options.dryRun && run.isShared && (await needsOtherExports(tools, client, plan))) return plan;
  const pending = new PendingPlan(tools, client, plan, false);
  return pending.settling(async () => {
    const problems = await listProblems(tools.terminal, client, plan, given.source.label);
    // after a yes for all exports, records that only come in need no list
    const isBrief = tools.terminal.interactive && run.taken.length > 0 && plan.update + plan.delete === 0;
    await showPlan(tools, plan, {
      ...problems,
      allRows: same("--format json"),
      isBrief: tools.globals.quiet || (run.isConfirmed && isBrief),
    });
    if (!options.part && plan.kept !== undefined && (!run.isShared || run.taken.includes(given.file)))
      await tools.terminal.warn(
        text(
          "kept records that are in use but not in the export; if the export is filtered, add --part; otherwise, pass the other exports as well",
          "エクスポートにないデータのうち、使用中のものは残しました。絞り込んだエクスポートなら --part を、そうでなければほかの種類のエクスポートも一緒に指定してください",
        ),
      );
    if (plan.rejected || plan.foreign !== undefined) {
      await pending.leave();
      throw createExportRejection(plan, problems);
    }
    const isFirst = await confirmUnusualExport(tools, client, plan);
    if (isFirst && !given.read.learns) await warnOfMissingFields(tools, plan);
    if (run.isShared && !run.isConfirmed && tools.terminal.interactive)
      await tools.terminal.note(
        text("a yes is for all of these exports", "「はい」と答えると、ほかのエクスポートも続けて取り込みます"),
      );
    const answers = buildDeletionAnswers(tools, plan, {
      ...options,
      confirmDeletions: deductConfirmedDeletions(plan, run),
    });
    if (options.dryRun || isFirst || hasChanges(plan))
      await finishPlan(tools, pending, { ...answers, dryRun: options.dryRun, yes: run.isConfirmed });
    else await showImportResult(tools, { plan: await pending.commit(), dryRun: false, committed: true });
    const { number, settled: { assignmentsLost = 0 } = {} } = pending.committed ?? plan;
    const rows = line("imports show", [number], { rows: true });
    const lost = text(
      `profiles and apps that lost an assignment, because the export lacks the organisation or device: ${assignmentsLost}; to see them: ${rows}`,
      `エクスポートにない組織やデバイスへの適用がなくなったプロファイルとアプリ: ${assignmentsLost} 件。確認するには: ${rows}`,
    );
    if (assignmentsLost > 0) await tools.terminal.warn(lost);
    if (pending.committed !== undefined) {
      if (!run.taken.includes(given.file)) run.taken.push(given.file);
      run.isConfirmed = true;
      await keepAnswers(tools, { ...given, headers: given.read.headers }, undefined);
    }
    return options.dryRun || pending.committed !== undefined ? plan : undefined;
  });
}

/** Says which needed fields of the records the first export of a kind does not show. */
async function warnOfMissingFields({ terminal }: Tools, { kind, fields, rows }: Import): Promise<void> {
  const format = toExportFormat(FORMATS[kind]);
  const shown = format.columns.flatMap((column) => (fields.includes(column.field) ? [{ column }] : []));
  for (const field of listMissingFields(format, shown))
    if (rows > 0) await terminal.warn(describeMissingField(format, field, rows));
}

async function planExport(
  tools: Tools,
  client: Client<"imports">,
  given: ReadExport,
  options: SyncOptions,
): Promise<Import> {
  const plan = await sendExport(tools, client, given, options.part);
  if (options.part || plan.foreign !== undefined || !(await isRejectedOnlyFor(client, plan, ["delete-held"])))
    return plan;
  await client.imports.discard(plan.id);
  buildDeletionAnswers(tools, plan, options);
  return sendExport(tools, client, given, true);
}

async function isRejectedOnlyFor(client: Client<"imports">, plan: Import, codes: readonly string[]): Promise<boolean> {
  if (!plan.rejected) return false;
  for await (const { code, severity } of client.imports.problems(plan.id))
    if (severity === "error" && !codes.includes(code)) return false;
  return true;
}

async function needsOtherExports({ terminal }: Tools, client: Client<"imports">, plan: Import): Promise<boolean> {
  if (!(await isRejectedOnlyFor(client, plan, ["org-unknown", "owner-org-unknown", "user-unknown"]))) return false;
  await client.imports.discard(plan.id);
  await terminal.warn(
    text(
      `${plan.fileName}: ${plan.errors} cells refer to records that are not in the mirror yet, because a dry run does not import the other exports`,
      `${plan.fileName}: ${plan.errors} 個のセルが、ミラーにまだないデータを指しています(--dry-run では、ほかのエクスポートを取り込まないため)`,
    ),
  );
  return true;
}

/** Finds organisations by their codes, and by their names if the export does not show the codes. */
async function sendExport(
  tools: Tools,
  client: Client<"imports">,
  given: ReadExport,
  keepMissing: boolean,
): Promise<Import> {
  const last = (await listTakenExports(client)).find(({ kind }) => kind === given.kind);
  const plan = await sendOnce(tools, given, { keepMissing, orgBy: last?.request?.orgBy });
  if (!(await isRejectedOnlyFor(client, plan, ["org-unknown", "owner-org-unknown"]))) return plan;
  const named = await sendOnce(tools, given, { keepMissing, orgBy: "name" });
  const [best, other] = named.errors <= plan.errors ? [named, plan] : [plan, named];
  await client.imports.discard(other.id);
  if (best === named)
    await tools.terminal.note(
      text("organisations are found by their names", "組織は、コードではなく名前で探しています"),
    );
  return best;
}

async function sendOnce(
  tools: Tools,
  { kind, file, source, read: { reading, map, learns } }: ReadExport,
  how: { readonly keepMissing: boolean; readonly orgBy: OrgBy | undefined },
): Promise<Import> {
  const { context } = await tools.tenant("imports");
  const { dialect, encoding, sheet, headerRow } = reading;
  const request = {
    ...how,
    kind,
    fromConsole: true,
    createGroups: FORMATS[kind].app !== undefined,
    delimiter: dialect.delimiter,
    sheet,
    headerRow: headerRow === 1 ? undefined : headerRow,
    fileName: toRecordedName(file, context),
    map: map && { ...map, options: undefined },
    learns: learns || undefined,
    allow: ["unknown-columns"],
  } as const;
  return sendRequest(tools, source, request, encoding);
}

/**
 * @returns true for the first export of its kind
 * @throws `input-rejected` if the user does not confirm an old export
 */
async function confirmUnusualExport({ terminal }: Tools, client: Client<"imports">, plan: Import): Promise<boolean> {
  const { fileName } = plan;
  const taken = (await listTakenExports(client)).filter(({ kind }) => kind === plan.kind);
  const [last] = taken;
  if (last === undefined) return true;
  const before = taken.find(({ inputSha256 }) => inputSha256 === plan.inputSha256);
  if (before === undefined || before === last) return false;
  const { en, ja } = text(
    `${fileName} was already imported (import ${before.number}), before the last export (import ${last.number})`,
    `${fileName} はインポート ${before.number} で取り込み済みで、その後にインポート ${last.number} が行われています`,
  );
  const message = text(`${en}. Import it?`, `${ja}。取り込みますか?`);
  if (terminal.interactive && (await terminal.prompts.confirm({ message, flag: "console sync" }))) return false;
  throw new Failure("input-rejected", {
    what: text(`${en}; nothing was changed`, `${ja}。何も変更していません`),
    where: fileName,
    hint: text("to import it, run the command in a terminal", "取り込むには、ターミナルで実行してください"),
  });
}

const MAX_UNCONFIRMED_DELETIONS = 5;
const MAX_UNCONFIRMED_SHARE = 0.02;

function deductConfirmedDeletions(plan: Import, run: SyncRun): number | undefined {
  const { deletions: left, isShared } = run;
  const deletions = sumChanges(listPlanChanges(plan), "delete");
  if (plan.kept !== undefined && deletions === 0) return undefined;
  if (left === undefined || !isShared || deletions > left) return left;
  run.deletions = left - deletions;
  return deletions;
}

/** @throws `limit-exceeded` if there are many deletions and nobody can be asked to confirm them */
function buildDeletionAnswers(tools: Tools, plan: Import, options: SyncOptions): ConfirmOptions {
  const changes = listPlanChanges(plan);
  const deletions = sumChanges(changes, "delete");
  const { confirmDeletions, maxDeletions, maxChanges, dryRun } = options;
  const answers = { confirmDeletions, maxDeletions, maxChanges };
  const isFree =
    deletions <= Math.min(MAX_UNCONFIRMED_DELETIONS, Math.floor(plan.recordsBefore * MAX_UNCONFIRMED_SHARE));
  if (isFree) return { ...answers, freeDeletions: deletions };
  if (dryRun || tools.terminal.interactive || (confirmDeletions ?? maxDeletions) !== undefined) return answers;
  const all = changes.reduce((sum, { recordsBefore }) => sum + recordsBefore, 0);
  throw new Failure("limit-exceeded", {
    what: text(
      `the export lacks ${deletions} of ${formatCount(all, "record")}; nothing was changed`,
      `登録済みの ${all} 件のうち ${deletions} 件がエクスポートにないため、何も変更していません`,
    ),
    where: plan.fileName,
    hint: text(
      `if the console no longer has these records, pass --confirm-deletions ${deletions}; if the export is filtered, pass --part`,
      `これらのデータが管理画面にもなければ --confirm-deletions ${deletions} を、絞り込んだエクスポートなら --part を付けてください`,
    ),
  });
}

const rejectDuplicateKinds = (exports: readonly ConsoleExport[]): void => {
  const second = exports.find(({ kind }, at) => at > 0 && exports[at - 1]?.kind === kind);
  if (second === undefined) return;
  const { en, ja } = FORMATS[second.kind].thing.title;
  throw new Failure("usage", {
    what: text(`two of these exports are of the same kind: ${en}`, `同じ種類のエクスポートが 2 つあります: ${ja}`),
    where: second.file,
  });
};
