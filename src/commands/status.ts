import { compareByUrgency, describeLevels, determineState, type Finding } from "../lib/renewals/finding.ts";
import { formatMinute } from "../lib/model/time.ts";
import { toItemFinding } from "../lib/renewals/item-finding.ts";
import { compareByExpiry } from "../lib/renewals/expiry-status.ts";
import { STATE_EXITS } from "../lib/renewals/output/plugin.ts";
import { formatCount, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { isRecordOutputRequested } from "./listing/list.ts";
import { REPORT_OPTIONS, showFindings, shouldShowFindings, writeReport } from "./renewals/items/report.ts";
import { findFailedReminders, findInTenant, findMissedRuns, type TenantFindings } from "./status/findings.ts";
import { addHomeFindings } from "./status/home-findings.ts";
import { recordRun } from "./status/last-run.ts";
import type { Tools } from "./tools.ts";

export default defineCommand({
  summary: text("show what requires action in all tenants", "すべてのテナントについて、対応が必要な事項を表示する"),
  details: [
    text(
      "Checks the tenants of all contexts, or only of --context: expiry dates, imports, ADE, tasks in the console, access tokens, reminders, and the daily run. Prints one line per finding, the most urgent first. Prints nothing if no action is required.",
      "すべてのコンテキスト(--context があればそのコンテキスト)について、期限、インポート、ADE、管理画面での作業、アクセストークン、通知、毎日の自動実行を確認します。対応が必要な事項を、急ぐ順に 1 行ずつ表示します。なければ何も表示しません。",
    ),
    text(
      "With --notify, only new findings are printed and sent to the recipients in notify.yaml. Items that expire are reported 90, 60, 30, 15, 7, 3, 1 and 0 days before, then daily. The first run of a month also lists what expires within 90 days. To schedule daily runs: `renewals schedule`.",
      "--notify では、新しく見つかった事項だけを表示し、notify.yaml の通知先に送ります。期限は、90・60・30・15・7・3・1・0 日前と、期限が切れた後は毎日知らせます。月の最初の実行では、今後 90 日以内の期限も知らせます。毎日実行するには: `renewals schedule`",
    ),
  ],
  args: {},
  options: {
    notify: {
      kind: "boolean",
      about: text(
        "send only new findings to the recipients, and print them",
        "新しく見つかった事項だけを通知先に送り、画面にも表示する",
      ),
    },
    ...REPORT_OPTIONS,
  },
  examples: [
    { line: "clomoctl status" },
    { line: "clomoctl status --notify --no-input", about: text("in a crontab", "crontab に書く行") },
  ],
  exits: ["input-rejected", "not-found"],
  changesBy: ["notify"],
  opensTenant: false,
  readsTenants: true,
  ownExits: {
    service: "STATUS",
    failure: STATE_EXITS.unknown,
    meanings: [
      [STATE_EXITS.ok, text("nothing requires action", "対応が必要な事項はない")],
      [STATE_EXITS.warning, text("something requires action soon", "近いうちに対応が必要")],
      [STATE_EXITS.critical, text("something requires action now", "至急の対応が必要")],
      [
        STATE_EXITS.unknown,
        text("something could not be read, or the command failed", "読み込めないデータがあるか、失敗した"),
      ],
    ],
  },
  async run(tools, { notify, ...forms }) {
    const isShown = shouldShowFindings(tools, forms);
    const all = addHomeFindings(await findInAllTenants(tools), tools.clock.now());
    const show = async (found: readonly Finding[]): Promise<void> =>
      isShown ? showFindings(tools, found.toSorted(compareByUrgency)) : undefined;
    const findings = notify ? await notifyDaily(tools, all, show) : await listAllFindings(tools, all);
    if (!notify) await show(findings);
    if (findings.length === 0 && isShown && !isRecordOutputRequested(tools)) await showNoFindings(tools, all);
    const tenants = text(formatCount(all.length, "tenant"), `${all.length} テナント`);
    const summary = findings.length === 0 ? tenants : describeLevels(findings.toSorted(compareByUrgency));
    const state = determineState(findings.map(({ level }) => level));
    const items = all.flatMap((one) => one.items);
    return writeReport(tools, forms, { service: "STATUS", state, summary, findings, items });
  },
});

async function findInAllTenants(tools: Tools): Promise<readonly TenantFindings[]> {
  const { contexts, globals, environment } = tools;
  const name = globals.context ?? (environment["CLOMOCTL_CONTEXT"] || undefined);
  const chosen = name === undefined ? await contexts.listUsed() : [(await contexts.choose(name, environment)).context];
  // read all tenants in parallel, so that a slow tenant does not delay the others
  return Promise.all(chosen.map((context) => findInTenant(tools, context)));
}

const listAllFindings = async (tools: Tools, all: readonly TenantFindings[]): Promise<readonly Finding[]> => [
  ...all.flatMap(({ findings }) => findings),
  ...findFailedReminders(all),
  ...findMissedRuns(all, tools.clock.now()),
];

async function notifyDaily(
  tools: Tools,
  all: readonly TenantFindings[],
  print: (findings: readonly Finding[]) => Promise<void>,
): Promise<readonly Finding[]> {
  const findings = await (await import("./status/notify.ts")).notify(tools, all, print);
  await recordRun(
    tools,
    all.map(({ context }) => context.name),
  );
  return findings;
}

async function showNoFindings({ terminal, globals }: Tools, all: readonly TenantFindings[]): Promise<void> {
  if (terminal.onTerminal && !globals.quiet)
    await terminal.out.write(`${describeNoFindings(all)[terminal.language]}\n`);
}

function describeNoFindings(all: readonly TenantFindings[]): Text {
  const [run] = all.flatMap(({ lastRun, timezone }) =>
    lastRun === undefined ? [] : [formatMinute(lastRun, timezone)],
  );
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
