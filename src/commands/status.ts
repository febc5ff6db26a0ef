import {
  compareByUrgency,
  describeFindings,
  describeLevels,
  determineState,
  LEVEL_LABELS,
  toItemFinding,
  type Finding,
} from "../lib/renewals/finding.ts";
import { DAY_MS, formatMinute } from "../lib/model/time.ts";
import type { Context } from "../lib/config/index.ts";
import { toDiskFailure, Failure, ignoreFailure } from "../lib/errors/index.ts";
import { chooseThresholds } from "../lib/renewals/check.ts";
import { compareByExpiry, type Thresholds, type CheckedItem, findFileKey } from "../lib/renewals/expiry-status.ts";
import { formatCount, joinTexts, same, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { defineOption, defineSwitch } from "./kit/field.ts";
import { isRecordOutputRequested, listColumns } from "./kit/list/list.ts";
import {
  buildStateExits,
  REPORT_OPTIONS,
  showFindings,
  shouldShowFindings,
  THRESHOLD_OPTIONS,
  writeLines,
  writeReport,
} from "./kit/items/report.ts";
import { listUsedContexts, forgetRuns } from "./kit/jobs/recorder.ts";
import {
  DAILY_RUN,
  findDailyRun,
  findFailedReminders,
  findInTenant,
  findLeftOutTenants,
  type TenantFindings,
  toFindings,
  type FindingValues,
} from "./status/findings.ts";
import type { Tools } from "./kit/tools.ts";
import { workOnAll } from "./kit/each-context.ts";
import { line, step } from "../lib/advice/index.ts";
import { RENEWAL_KINDS } from "../lib/nouns/renewal.ts";
import { buildReminderCommand, NO_REMINDERS } from "./kit/items/tenant-items.ts";
import type { Job } from "../lib/model/job.ts";
import { createColumn, type Column } from "../lib/terminal/output-choice.ts";
import { describeJobError } from "./kit/jobs/findings.ts";

const JOB_COLUMNS: readonly Column<Job & { readonly tenant: string }>[] = [
  createColumn("tenant", "tenant", "テナント"),
  createColumn("job", "job", "自動実行", { whole: true }),
  createColumn("state", "last run", "最後の結果"),
  createColumn("startedAt", "started", "開始", { instant: true }),
  {
    key: "runningSince",
    header: text("running since", "実行中(開始)"),
    instant: true,
    value: ({ runningSince }) => runningSince ?? null,
  },
  createColumn("endedAt", "ended", "終了", { instant: true }),
  createColumn("exit", "exit code", "終了コード", { align: "end" }),
  createColumn("failures", "failed in a row", "連続した失敗", { align: "end" }),
  {
    key: "lastGoodDay",
    header: text("last good day", "最後に正常に終わった日"),
    value: ({ goodDays }) => goodDays.toSorted().at(-1) ?? null,
  },
  createColumn("change", "change", "変更", { align: "end" }),
  createColumn("error", "error", "エラー", { name: describeJobError }),
  createColumn("by", "recorded by", "記録者", { value: ({ by }) => by ?? null }),
  createColumn("command", "command", "コマンド"),
];

const DEFAULT_JOB_COLUMNS = ["tenant", "job", "state", "startedAt", "exit", "lastGoodDay", "error"];

/** Forgets a job in the tenants of the contexts that a report is about. @throws `not-found` */
async function forgetJob(tools: Tools, job: string): Promise<void> {
  const known = await Array.fromAsync(await listUsedContexts(tools), (context) => forgetRuns(tools, context, job));
  if (known.includes(true)) return;
  throw new Failure("not-found", {
    what: text(`no job is named "${job}"`, `「${job}」という自動実行の記録はありません`),
    hint: step("to list the jobs", "自動実行の一覧", line("status", [], { jobs: true })),
  });
}

/** Adds what only the home shows: reminders that are off, a clock that is behind, a file recorded in several contexts. */
function addHomeFindings(all: readonly TenantFindings[], now: Date): readonly TenantFindings[] {
  const items = Map.groupBy(
    all.flatMap((one) => one.items),
    findFileKey,
  );
  items.delete(undefined);
  // the same tenant in two contexts has the same IDs
  const shared = [...items.values()].filter((alike) => new Set(alike.map(({ id }) => id)).size > 1);
  return all.map((one) => ({
    ...one,
    findings: [
      ...one.findings,
      ...toFindings(one, "reminders", findSilence(one)),
      ...toFindings(one, "job", findClockBehind(one, now)),
      ...toFindings(one, "renewals", shared.filter((alike) => isIn(alike, one)).map(describeShared)),
    ],
  }));
}

const findSilence = ({ context }: TenantFindings): readonly FindingValues[] =>
  context.notify === false ? [["off", "warning", NO_REMINDERS, buildReminderCommand(context, "on")]] : [];

function findClockBehind(tenant: TenantFindings, now: Date): readonly FindingValues[] {
  const aheadMs = Date.parse(findDailyRun(tenant)?.startedAt ?? now.toISOString()) - now.getTime();
  if (aheadMs <= DAY_MS) return [];
  const days = Math.floor(aheadMs / DAY_MS);
  const what = text(
    `the clock is ${formatCount(days, "day")} behind the last run`,
    `時計が前回の自動実行より ${days} 日遅れています`,
  );
  return [["clock", "warning", what, null]];
}

const isIn = (alike: readonly CheckedItem[], { context: { name } }: TenantFindings): boolean =>
  alike.some(({ context }) => context === name);

function describeShared(alike: readonly CheckedItem[]): FindingValues {
  const [first] = alike;
  const named = alike.map(({ context, name }) => `${context} (${name})`).join(", ");
  const { en, ja } = RENEWAL_KINDS[first?.kind ?? "certificate"];
  const what = text(`the same ${en} is recorded in ${named}`, `同じ ${ja}が登録されています(${named})`);
  return [`shared ${en} ${named}`, "warning", what, line("renewals list", [], { allContexts: true })];
}

const MAX_LINES = 24;

/** Returns what was found, counted, then the findings. @param findings the most urgent first */
function describeMorning(findings: readonly Finding[], summary: Text): readonly Text[] {
  const lines = describeFindings(findings);
  if (lines.length < MAX_LINES) return [summary, ...lines];
  const left = lines.length - (MAX_LINES - 2);
  const rest = text(`and ${left} more: clomoctl status --format tsv`, `ほか ${left} 行: clomoctl status --format tsv`);
  return [summary, ...lines.slice(0, MAX_LINES - 2), rest];
}

export default defineCommand({
  summary: text("show what requires action in all tenants", "すべてのテナントについて、対応が必要な事項を表示する"),
  details: [
    text(
      "Checks the tenants of all contexts, or only of --context: expiry dates, imports, ADE, tasks in the console, access tokens, reminders, and the daily run. Prints what was found, counted, then one line per finding, the most urgent first.",
      "すべてのコンテキスト(--context があればそのコンテキスト)について、期限、インポート、ADE、管理画面での作業、アクセストークン、通知、毎日の自動実行を確認します。件数と、対応が必要な事項を、急ぐ順に 1 行ずつ表示します。",
    ),
    text(
      "With --notify, only new findings are printed and sent to the recipients in notify.yaml. Items that expire are reported 90, 60, 30, 15, 7, 3, 1 and 0 days before, then daily. The first run of a month also lists what expires within 90 days. To schedule daily runs: `renewals schedule`.",
      "--notify では、新しく見つかった事項だけを表示し、notify.yaml の通知先に送ります。期限は、90・60・30・15・7・3・1・0 日前と、期限が切れた後は毎日知らせます。月の最初の実行では、今後 90 日以内の期限も知らせます。毎日実行するには: `renewals schedule`",
    ),
  ],
  args: {},
  options: {
    notify: defineSwitch("send only new findings to the recipients", "新しい事項だけを通知先に送り、表示もする"),
    jobs: defineSwitch("list the jobs, each with its last run", "自動実行と、その最後の結果を一覧する"),
    forget: defineOption("string", "JOB", "forget a job that no longer runs", "もう実行しない自動実行の記録を削除する"),
    ...THRESHOLD_OPTIONS,
    ...REPORT_OPTIONS,
  },
  excludes: [["notify", "jobs", "forget"]],
  examples: [
    { line: "clomoctl status" },
    { line: "clomoctl status --notify --no-input", about: text("in a crontab", "crontab に書く行") },
  ],
  exits: ["input-rejected", "not-found"],
  changesBy: ["notify", "forget"],
  job: ({ notify }) => (notify === true ? [DAILY_RUN.split(" ")[1] ?? ""] : undefined),
  opensTenant: false,
  readsTenants: true,
  ownExits: buildStateExits("STATUS"),
  async run(tools, { notify, jobs, forget, within, critical, ...forms }) {
    if (forget !== undefined) return forgetJob(tools, forget);
    const isShown = shouldShowFindings(tools, forms);
    const thresholds = chooseThresholds(within, critical);
    const all = addHomeFindings(
      await findInAllTenants(tools, thresholds, (one) => notify && hasReminders(one)),
      tools.clock.now(),
    );
    if (jobs) return showJobs(tools, all);
    const show = async (found: readonly Finding[]): Promise<void> =>
      isShown ? showFindings(tools, found.toSorted(compareByUrgency)) : undefined;
    const heard = all.filter(({ context }) => context.notify !== false);
    const found = notify
      ? await notifyDaily(tools, heard, show)
      : [...all.flatMap(({ findings }) => findings), ...findFailedReminders(all), ...findLeftOutTenants(all)];
    const findings = found.toSorted(compareByUrgency);
    const tenants = text(formatCount(all.length, "tenant"), `${all.length} テナント`);
    const summary = findings.length === 0 ? tenants : describeLevels(findings, LEVEL_LABELS);
    if (!notify && isShown && isRecordOutputRequested(tools)) await show(findings);
    else if (!notify && isShown)
      await writeLines(
        tools,
        findings.length === 0
          ? [describeNoFindings(all)]
          : describeMorning(findings, joinTexts([tenants, summary], same(": "))),
      );
    const state = determineState(findings.map(({ level }) => level));
    const items = all.flatMap((one) => one.items);
    const ran = all.flatMap(({ context, jobs: own }) => own.map((job) => ({ ...job, context: context.name })));
    return writeReport(tools, forms, { service: "STATUS", state, summary, findings, items, jobs: ran, thresholds });
  },
});

/** Returns true if reminders have to be sent or withdrawn. */
const hasReminders = ({ reminders }: TenantFindings): boolean =>
  reminders !== undefined && reminders.items.length + reminders.mistimed.length > 0;

const MAX_OPEN_TENANTS = 16;

/** @param keepsOpen returns true for tenants that are needed later */
async function findInAllTenants(tools: Tools, thresholds: Thresholds, keepsOpen: (tenant: TenantFindings) => boolean) {
  const contexts = await listUsedContexts(tools);
  const work = async (context: Context): Promise<TenantFindings> => {
    const found = await findInTenant(tools, context, thresholds);
    if (contexts.length > 1 && !keepsOpen(found)) await tools.release(context);
    return found;
  };
  // read tenants in parallel, so that a slow tenant does not delay the others
  return (await workOnAll(contexts, work, MAX_OPEN_TENANTS)).map(([, found]) => found);
}

async function notifyDaily(
  tools: Tools,
  all: readonly TenantFindings[],
  print: (findings: readonly Finding[]) => Promise<void>,
): Promise<readonly Finding[]> {
  const { notify, reportFailedRun } = await import("./status/notify.ts");
  try {
    const findings = await notify(tools, all, print);
    for (const { group, what, context } of findings) {
      if (group === "reminders") tools.noteFault(what);
      if (group === "tenant") tools.noteFault(what, context ?? undefined);
    }
    return findings;
  } catch (error) {
    const failure = error instanceof Failure ? error : toDiskFailure(error);
    const what = failure?.what ?? same(error instanceof Error ? error.message : String(error));
    if (!tools.signal.aborted) await ignoreFailure(() => reportFailedRun(tools, what));
    throw error;
  }
}

async function showJobs({ terminal }: Tools, all: readonly TenantFindings[]): Promise<void> {
  const rows = all.flatMap(({ tenant, jobs }) => jobs.map((job) => ({ ...job, tenant })));
  await terminal.list(listColumns(terminal, JOB_COLUMNS, DEFAULT_JOB_COLUMNS), rows);
}

function describeNoFindings(all: readonly TenantFindings[]): Text {
  const [run] = all.flatMap((one) => {
    const daily = findDailyRun(one);
    return daily === undefined ? [] : [formatMinute(daily.startedAt, one.timezone)];
  });
  const [next] = all
    .flatMap(({ items }) => items)
    .filter(({ expiresAt }) => expiresAt !== null)
    .toSorted(compareByExpiry);
  const due = next && toItemFinding(next);
  const [en, ja] =
    due === undefined
      ? ["no expiry date", "期限の登録なし"]
      : [`next: ${due.tenant}: ${due.what.en}`, `次の期限: ${due.tenant}: ${due.what.ja}`];
  return text(
    `${formatCount(all.length, "tenant")}: no problems; last daily run ${run ?? "none"}; ${en}`,
    `${all.length} テナント: 問題ありません。毎日の自動実行 ${run ?? "なし"}、${ja}`,
  );
}
