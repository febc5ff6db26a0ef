import { line, step } from "../../lib/advice/index.ts";
import type { Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { describeMissingField, listMissingFields } from "../kit/read-list/missing.ts";
import { openInput } from "../../lib/files/index.ts";
import { toExportFormat } from "../../lib/derived/format.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import { SECURED_APPS, type SecuredApp } from "../../lib/nouns/secured-user.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import type { ConfirmOptions } from "../../lib/plan/confirm.ts";
import { hasChanges, listPlanChanges } from "../../lib/plan/describe.ts";
import { validateLimits, sumChanges } from "../../lib/plan/plan.ts";
import { formatCount, same, text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../kit/command.ts";
import { defineOption, defineSwitch } from "../kit/field.ts";
import { CONFIRM_DELETIONS_OPTION, JOB_OPTION, LIMIT_OPTIONS, PLAN_DRY_RUN_OPTION } from "../kit/read-list/options.ts";
import { PendingPlan } from "../kit/plan/pending-plan.ts";
import { listProblems } from "../kit/files/problems.ts";
import { sendRequest } from "../kit/plan/send.ts";
import { finishPlan } from "../kit/plan/finish-plan.ts";
import { showPlan } from "../kit/plan/show.ts";
import { createExportRejection } from "../kit/plan/rejection.ts";
import { keepAnswers } from "../kit/read-list/kept-answers.ts";
import { readList, type ListReading } from "../kit/read-list/reading.ts";
import { requireNamedContext } from "../kit/permission.ts";
import type { Tools } from "../kit/tools.ts";
import { EXPORT_ORDER, findExportKind, type ConsoleExport } from "../kit/plan/console-exports.ts";

/** SHA-256 of `fixtures/people.csv`, which the README imports */
const SAMPLE_SHA256 = "a5c5af903e00c6abea1cc777b0127b6f44aab4020f305df457a7e164a7161f28";

/** @throws `conflict` if the tenant contains the sample before the first export of the console */
async function refuseSample(tools: Tools): Promise<void> {
  const { client } = await tools.tenant("imports", "tenant");
  if ((await client.tenant.show()).mirroredAt !== null) return;
  const sample = (await client.imports.list()).find(
    ({ inputSha256, state }) => inputSha256 === SAMPLE_SHA256 && state === "committed",
  );
  if (sample === undefined) return;
  const { number, change, create, orgsCreated } = sample;
  throw new Failure("conflict", {
    what: text(
      `the tenant contains ${formatCount(create, "user")} of the sample (import ${number}); nothing was changed`,
      `テナントにサンプルのユーザーが ${create} 人います(インポート ${number})。何も変更していません`,
    ),
    hint: step(
      "first undo that import",
      "先にそのインポートを取り消してください",
      line("undo", [Number(change)], { confirmDeletions: create + orgsCreated }),
    ),
  });
}

export default defineCommand({
  summary: text("import console exports into the mirror", "管理画面のエクスポートをミラーに取り込む"),
  details: text(
    "Your changes that the exports do not show yet remain open tasks. All other values are set to those of the console. Records that an export lacks are removed. If these are more than 5 records, or more than 2 % of all, you must first confirm their number.",
    "ミラーで行った変更のうち、管理画面にまだ反映されていないものは未完了のまま残します。ほかの値は管理画面に合わせます。エクスポートにないデータは削除します。5 件以内かつ 2 % 以内なら質問せず、超えるときは件数の入力を求めます。",
  ),
  args: {
    exports: {
      kind: "file",
      required: true,
      repeatable: true,
      value: "EXPORT",
      about: text("console exports, in any order (- for stdin)", "管理画面のエクスポート(順不同。- は標準入力)"),
    },
  },
  options: {
    app: {
      kind: "choice",
      choices: SECURED_APPS,
      value: "APP",
      about: text("SECURED APPs app whose users were exported", "SECURED APPs のどのアプリのエクスポートか"),
    },
    part: defineSwitch(
      "treat the exports as filtered: remove no records",
      "絞り込んだエクスポートとして扱い、データを削除しない",
    ),
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    ...LIMIT_OPTIONS,
    allow: defineOption(
      "list",
      "CHECKS",
      "accept an export from stdin with the same content as an earlier one",
      "標準入力のエクスポートが、前に取り込んだものと同じ内容でも許可する",
      { choices: ["earlier-export"] },
    ),
    detailedExitcode: {
      kind: "boolean",
      about: text("exit with code 9 if tasks remain open", "未完了の作業が残っていれば終了コード 9 で終わる"),
    },
    dryRun: PLAN_DRY_RUN_OPTION,
    job: JOB_OPTION,
  },
  examples: [
    { line: "clomoctl console sync orgs.csv users.csv devices.csv" },
    { line: "clomoctl console sync docs-users.csv --app docs --dry-run" },
  ],
  exits: ["input-rejected", "not-found", "conflict", "not-permitted", "locked", "partial", "differs", "limit-exceeded"],
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { exports, ...options }) => syncExports(tools, exports, options),
});

interface SyncOptions extends ConfirmOptions {
  readonly app: SecuredApp | undefined;
  readonly part: boolean;
  readonly allow: readonly "earlier-export"[] | undefined;
  readonly dryRun: boolean;
  readonly detailedExitcode: boolean;
}

interface ReadExport extends ConsoleExport {
  readonly read: ListReading;
  /** earlier exports of the kind, the last one first */
  readonly earlier: readonly Import[];
}

interface SyncRun {
  /** confirmed number of deletions that are still to come */
  deletions: number | undefined;
  readonly isShared: boolean;
  readonly taken: string[];
  /** true if the exports need no yes: they are of known kinds, or the first of them was confirmed */
  isConfirmed: boolean;
}

/** Imports each file as one change. @throws `partial` if an import fails after others succeeded */
async function syncExports(tools: Tools, names: readonly string[], options: SyncOptions): Promise<Outcome> {
  validateLimits(options);
  tools.summarize({ file: names.join(" ") });
  const chosen = await tools.tenant("imports", "console");
  const { client } = chosen;
  if (!options.dryRun) {
    requireNamedContext(tools, chosen);
    await refuseSample(tools);
  }
  await using opened = new AsyncDisposableStack();
  const found: ConsoleExport[] = [];
  for (const name of names) {
    const source = opened.use(await openInput(tools, name));
    found.push(await findExportKind(tools, source, { ...options, file: name }));
  }
  found.sort((one, other) => EXPORT_ORDER.indexOf(one.kind) - EXPORT_ORDER.indexOf(other.kind));
  const second = found.find(({ kind }, at) => found[at - 1]?.kind === kind);
  if (second !== undefined) {
    const { en, ja } = FORMATS[second.kind].thing.title;
    throw new Failure("usage", {
      what: text(`two of these exports are of the same kind: ${en}`, `同じ種類のエクスポートが 2 つあります: ${ja}`),
      where: second.file,
    });
  }
  const all = await client.imports.list();
  const exports: ReadExport[] = [];
  for (const one of found) {
    const earlier = all.filter(
      ({ kind, state, request }) => kind === one.kind && state === "committed" && request?.fromConsole === true,
    );
    exports.push({ ...one, earlier, read: await readList(tools, one.source, one) });
  }
  const isConfirmed = exports.every(({ earlier, read }) => earlier.length > 0 && !read.learns);
  const run: SyncRun = { deletions: options.confirmDeletions, isShared: found.length > 1, taken: [], isConfirmed };
  let isPart = false;
  for (const one of exports) {
    const plan = await importExport(tools, one, options, run).catch((error: unknown) => {
      throw describeTaken(tools, run, error);
    });
    if (plan === undefined) return run.taken.length > 0 ? "partial" : undefined;
    const { leftOut = 0, unsettled = 0 } = plan.merged ?? {};
    isPart ||= plan.rejected || leftOut + unsettled > 0;
  }
  if (isPart) return "partial";
  return options.detailedExitcode && (await client.console.list({})).length > 0 ? "differs" : undefined;
}

function describeTaken(tools: Tools, { taken }: SyncRun, error: unknown): unknown {
  if (taken.length === 0 || !(error instanceof Failure)) return error;
  const names = taken.join(", ");
  if (error.code === "interrupted") {
    tools.describeDone(
      text(`already imported: ${names}; nothing else was changed`, `取り込み済み: ${names}。ほかは変更していません`),
    );
    return error;
  }
  return new Failure("partial", {
    what: text(`${error.what.en} (already imported: ${names})`, `${error.what.ja}(取り込み済み: ${names})`),
    where: error.where,
    hint: error.hint ?? step("to see what was imported", "取り込んだものの一覧", line("imports list", [])),
    cause: error,
  });
}

/** @returns undefined if the answer was no */
async function importExport(tools: Tools, given: ReadExport, options: SyncOptions, run: SyncRun) {
  const { terminal } = tools;
  const { kind, file, source, read, earlier } = given;
  const { client } = await tools.tenant("imports");
  const plan = await sendRequest(tools, source, file, read, {
    kind,
    fromConsole: true,
    keepMissing: options.part,
    keepUsed: terminal.interactive ? undefined : true,
    createGroups: FORMATS[kind].app !== undefined,
    allow: ["unknown-columns"],
  });
  const pending = new PendingPlan(tools, client, plan, false);
  return pending.settling(async () => {
    const problems = await listProblems(terminal, client, plan, source.label);
    // after a yes for all exports, records that only come in need no list
    const isBrief = tools.globals.quiet || (run.taken.length > 0 && plan.update + plan.delete === 0);
    await showPlan(tools, plan, { ...problems, allRows: same("--format json"), isBrief });
    if (plan.rejected || plan.foreign !== undefined) {
      await pending.leave();
      const lacksOthers = CODES_OF_OTHER_EXPORTS.some((code) => problems.codes.has(code));
      if (!lacksOthers || !options.dryRun || !run.isShared) throw createExportRejection(plan, problems);
      await terminal.warn(LACKS_OTHER_EXPORTS);
      return plan;
    }
    const isAllowed = options.allow?.includes("earlier-export");
    await confirmEarlierExport(tools, plan, earlier, isAllowed ? Infinity : source.modifiedAt);
    const isFirst = earlier.length === 0;
    if (isFirst && !read.learns) await warnOfMissingFields(tools, plan);
    if (plan.orgsByName === true)
      await terminal.note(text("organisations are found by their names", "組織は、コードではなく名前で探しています"));
    if (run.isShared && !run.isConfirmed && terminal.interactive)
      await terminal.note(
        text("a yes is for all of these exports", "「はい」と答えると、ほかのエクスポートも続けて取り込みます"),
      );
    const answers = buildDeletionAnswers(tools, plan, options, run);
    const yes = run.isConfirmed || (!isFirst && !hasChanges(plan));
    await finishPlan(tools, pending, { ...answers, dryRun: options.dryRun, yes });
    if (pending.committed !== undefined) {
      run.taken.push(file);
      run.isConfirmed = true;
      await keepAnswers(tools, { ...given, headers: read.headers }, undefined);
    }
    return options.dryRun || pending.committed !== undefined ? plan : undefined;
  });
}

async function warnOfMissingFields({ terminal }: Tools, { kind, fields, rows }: Import): Promise<void> {
  const format = toExportFormat(FORMATS[kind]);
  const shown = format.columns.flatMap((column) => (fields.includes(column.field) ? [{ column }] : []));
  for (const field of listMissingFields(format, shown))
    if (rows > 0) await terminal.warn(describeMissingField(format, field, rows));
}

const CODES_OF_OTHER_EXPORTS: readonly string[] = ["org-unknown", "owner-org-unknown", "user-unknown"];

const LACKS_OTHER_EXPORTS = text(
  "records of other exports are not in the mirror yet, because a dry run does not import them",
  "ほかのエクスポートのデータは、まだミラーにありません(--dry-run では取り込まないため)",
);

/**
 * @param modifiedAt when the file was changed last: a file that is younger than the last import shows that the console
 * has gone back to an earlier state
 * @throws `input-rejected` if the user does not confirm an old export
 */
async function confirmEarlierExport(
  { terminal }: Tools,
  { fileName, inputSha256 }: Import,
  earlier: readonly Import[],
  modifiedAt = 0,
): Promise<void> {
  const [last] = earlier;
  const before = earlier.find((one) => one.inputSha256 === inputSha256);
  if (last === undefined || before === undefined || before === last) return;
  if (!terminal.interactive && modifiedAt > Date.parse(last.createdAt)) return;
  const [then, since] = [before, last].map(({ createdAt }) => terminal.moment(createdAt));
  const { en, ja } = text(
    `${fileName} was already imported at ${then} (import ${before.number}), before the last export at ${since} (import ${last.number})`,
    `${fileName} は ${then} にインポート ${before.number} で取り込み済みで、その後 ${since} にインポート ${last.number} が行われています`,
  );
  const message = text(`${en}. Import it?`, `${ja}。取り込みますか?`);
  if (terminal.interactive && (await terminal.prompts.confirm({ message, flag: "console sync" }))) return;
  throw new Failure("input-rejected", {
    what: text(`${en}; nothing was changed`, `${ja}。何も変更していません`),
    where: fileName,
    hint: text(
      "to import it, run the command in a terminal, or export the file again; from stdin: --allow earlier-export",
      "取り込むには、ターミナルで実行するか、もう一度エクスポートしてください(標準入力では --allow earlier-export)",
    ),
  });
}

/** Deletions that need no confirmation: at most this many, and at most this share of all records. */
const FREE_DELETIONS = { most: 5, share: 0.02 } as const;

/** @throws `limit-exceeded` if there are many deletions and nobody can be asked to confirm them */
function buildDeletionAnswers(
  { terminal }: Tools,
  plan: Import,
  { maxDeletions, maxChanges, dryRun }: SyncOptions,
  run: SyncRun,
): ConfirmOptions {
  const changes = listPlanChanges(plan);
  const deletions = sumChanges(changes, "delete");
  const { deletions: left, isShared } = run;
  const confirmDeletions = left !== undefined && isShared ? Math.min(left, deletions) : left;
  if (left !== undefined) run.deletions = left - deletions;
  const { brought = 0, wishes } = plan.merged ?? {};
  const most = Math.min(FREE_DELETIONS.most, Math.floor(plan.recordsBefore * FREE_DELETIONS.share));
  const isFree = deletions <= most && brought + (wishes?.count ?? 0) === 0;
  const isAnswered = isFree || dryRun || terminal.interactive || (confirmDeletions ?? maxDeletions) !== undefined;
  if (isAnswered) return { confirmDeletions, maxDeletions, maxChanges, freeDeletions: isFree ? deletions : undefined };
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
