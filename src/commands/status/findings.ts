import { line, type CommandLine } from "../../lib/advice/index.ts";
import type { Client, Import, Tenant } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { type Finding, toItemFinding } from "../../lib/renewals/finding.ts";
import type { AdeCondition } from "../../lib/derived/ade-health.ts";
import { determineApplicability, EXPECTED_RENEWAL_KINDS, needsRenewals } from "../../lib/derived/applicability.ts";
import { getFormatTitle } from "../../lib/derived/format.ts";
import { FORMATS } from "../../lib/derived/formats.ts";
import { RENEWAL_KINDS } from "../../lib/nouns/renewal.ts";
import { countDaysLeft, DAY_MS, dayOf, DEFAULT_TIMEZONE } from "../../lib/model/time.ts";
import {
  compareByExpiry,
  addExpiryStatus,
  type CheckedItem,
  type DatedItem,
  type Thresholds,
} from "../../lib/renewals/expiry-status.ts";
import { listFailedReminders, loadReminders, type ReminderTenant } from "../../lib/renewals/notify/tenant.ts";
import { findReachedStage, type StageClock } from "../../lib/renewals/stages.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { createExpiryClock, describeUnreadable, loadCheckedTenant } from "../kit/items/tenant-items.ts";
import { resolveTimezone, type Tools } from "../kit/tools.ts";
import type { Job } from "../../lib/model/job.ts";
import { addHomeRuns, readJobs } from "../kit/jobs/recorder.ts";
import { findJobProblems } from "../kit/jobs/findings.ts";
import { NOTHING_RECORDED } from "../../lib/renewals/sources.ts";

/** Returns nothing if the tenant said what it uses, because each missing kind is then a finding of its own. */
const findNothingRecorded = ({ profile }: Pick<Tenant, "profile">, items: readonly DatedItem[]) =>
  items.length === 0 && needsRenewals(profile) === null
    ? ([["none", "warning", NOTHING_RECORDED, line("renewals add", ["FOLDER"])]] as const)
    : [];

export interface TenantFindings {
  readonly context: Context;
  readonly tenant: string;
  readonly timezone: string;
  readonly findings: readonly Finding[];
  /** earliest expiry first */
  readonly items: readonly CheckedItem[];
  readonly isReadable: boolean;
  readonly reminders: ReminderTenant | undefined;
  readonly jobs: readonly Job[];
}

export type FindingValues = readonly [key: string, level: Finding["level"], what: Text, next: CommandLine | null];

export const toFindings = (
  place: Pick<TenantFindings, "context" | "tenant">,
  group: Finding["group"],
  found: Iterable<FindingValues>,
): readonly Finding[] =>
  Array.from(found, ([key, level, what, next]) => ({
    id: `${group} ${key}`.trim(),
    tenant: place.tenant,
    context: place.context.name,
    group,
    level,
    ...completeCommands(
      { what, next: next === null ? null : text(`${next}`, `${next}`) },
      { context: place.context.name },
    ),
  }));

/** Also reports a tenant that cannot be read. @throws `interrupted` */
export async function findInTenant(tools: Tools, context: Context, thresholds?: Thresholds): Promise<TenantFindings> {
  const timezone = resolveTimezone(tools, { context });
  const none = {
    context,
    tenant: context.name,
    timezone,
    items: [],
    isReadable: false,
    reminders: undefined,
    jobs: [],
  };
  try {
    return { ...none, ...(await readTenant(tools, context, thresholds)) };
  } catch (error) {
    tools.signal.throwIfAborted();
    const jobs = await addHomeRuns(tools, context, []);
    // that the tenant cannot be read is why its daily run failed
    const others = jobs.filter(({ job }) => job !== DAILY_RUN);
    const unreadable = ["", "unknown", describeUnreadable(error), null] as const;
    const findings = [
      ...toFindings(none, "tenant", [unreadable]),
      ...toFindings(none, "job", findJobProblems(others, dayOf(tools.clock.now(), timezone))),
    ];
    return { ...none, jobs, findings };
  }
}

async function readTenant(tools: Tools, context: Context, thresholds?: Thresholds) {
  const { name } = context;
  const asOf = createExpiryClock(tools, { context }, thresholds);
  const { tenant, name: label, ade, items: recorded } = await loadCheckedTenant(tools, context, () => true);
  const { client } = await tools.tenantOf(context, "imports", "renewals", "console", "devices");
  const items = recorded.map((item) => addExpiryStatus(item, name, asOf)).toSorted(compareByExpiry);
  const token =
    context.kind === "remote"
      ? (await (await tools.tenantOf(context, "whoami")).client.whoami.show()).token
      : undefined;
  const completed = recorded.map(({ remark, ...item }) => ({
    ...item,
    remark: remark && completeCommands(remark, { context: name }),
  }));
  const reminders = await ignoreFailure(() =>
    loadReminders({ context: name, tenant: label, timezone: asOf.timezone, client }, completed, asOf.now),
  );
  const { conditions = [] } = ade ?? {};
  const isTokenFound = conditions.some(({ id }) => id === "token-rejected" || id === "token-expired");
  const reported = isTokenFound ? ade?.facts.token?.renewal : undefined;
  const jobs = await readJobs(tools, context);
  const place = { context, tenant: label };
  const findings = [
    ...items.map((item) => addStageToId(toItemFinding(item), asOf)).filter(({ item }) => item?.id !== reported),
    ...toFindings(place, "renewals", findMissingKinds(tenant, recorded)),
    ...toFindings(place, "renewals", findNothingRecorded(tenant, recorded)),
    ...toFindings(place, "ade", conditions.map(describeCondition)),
    ...toFindings(place, "console", await findLostDevices(client)),
    ...toFindings(place, "import", findOpenImports((await ignoreFailure(() => client.imports.list())) ?? [])),
    ...toFindings(place, "console", await findConsoleWork(client, tenant, asOf.now)),
    ...toFindings(place, "token", findExpiringToken(token ?? null, asOf)),
    ...toFindings(place, "job", findJobProblems(jobs, dayOf(asOf.now, asOf.timezone))),
  ];
  const found = findings.filter(({ level }) => level !== "ok");
  return { tenant: label, isReadable: true, findings: found, items, reminders, jobs };
}

const describeCondition = ({ id, level, what, line: next }: AdeCondition): FindingValues => [
  id,
  level,
  text(`ADE: ${what.en}`, `ADE: ${what.ja}`),
  next,
];

/** Adds the reached stage (such as 30 days before expiry) to the ID, so that each stage is reported as new. */
const addStageToId = (finding: Finding, asOf: StageClock): Finding => {
  const { expiresAt = null } = finding.item ?? {};
  const stage = expiresAt === null ? undefined : findReachedStage(expiresAt, asOf);
  return stage === undefined ? finding : { ...finding, id: `${finding.id} ${expiresAt} ${stage}` };
};

export const findMissingKinds = ({ profile }: Tenant, items: readonly DatedItem[]): readonly FindingValues[] =>
  EXPECTED_RENEWAL_KINDS.filter(
    (kind) =>
      profile !== undefined &&
      items.every((item) => item.kind !== kind) &&
      determineApplicability(profile, kind).applies === true,
  ).map((kind) => {
    const { en, ja } = RENEWAL_KINDS[kind];
    const given = kind === "android-owner" ? { lastLogin: "DATE" } : { file: "FILE" };
    const add = line("renewals add", ["NAME"], { kind, ...given });
    return [kind, "warning", text(`not recorded as a renewal item: ${en}`, `年次更新・期限に未登録: ${ja}`), add];
  });

async function findLostDevices(client: Client<"devices">): Promise<readonly FindingValues[]> {
  const lost = (await ignoreFailure(() => Array.fromAsync(client.devices.list({ lost: true })))) ?? [];
  const what = text(`${formatCount(lost.length, "device")} in lost mode`, `紛失モードのデバイス ${lost.length} 台`);
  return lost.length === 0 ? [] : [["lost", "warning", what, line("devices list", [], { lost: true })]];
}

function findOpenImports(imports: readonly Import[]): readonly FindingValues[] {
  const latest = new Map<string, Import>();
  for (const one of imports) if (one.createdAt > (latest.get(one.kind)?.createdAt ?? "")) latest.set(one.kind, one);
  const refused = [...latest.values()].filter(({ state, rejected }) => state === "planned" && rejected);
  const waiting = imports.filter(({ state, rejected }) => state === "planned" && !rejected);
  const [first] = waiting;
  const nameFile = ({ kind, fileName }: Import): Text => {
    const { en, ja } = getFormatTitle(FORMATS[kind]);
    const file = fileName === "" || fileName === "-" ? "" : `, ${fileName}`;
    return text(`${en}${file}`, `${ja}${file}`);
  };
  const found = refused.map((one): FindingValues => {
    const { en, ja } = nameFile(one);
    const what = text(`the last import was rejected: ${en}`, `最後のインポートが拒否されました: ${ja}`);
    return [one.number, "warning", what, line("imports show", [one.number])];
  });
  if (first === undefined) return found;
  const { en, ja } = nameFile(first);
  const what =
    waiting.length === 1
      ? text(`an import is waiting to be committed: ${en}`, `適用待ちのインポート: ${ja}`)
      : text(
          `${waiting.length} imports are waiting to be committed`,
          `適用待ちのインポートが ${waiting.length} 件あります`,
        );
  const next = waiting.length === 1 ? line("imports commit", [first.number]) : line("imports list", []);
  return [...found, [waiting.map(({ number }) => number).join(" "), "warning", what, next]];
}

const MAX_TASK_DAYS = 7;

async function findConsoleWork(
  client: Client<"console">,
  { consoleTasks }: Tenant,
  now: Date,
): Promise<readonly FindingValues[]> {
  const tasks = consoleTasks === 0 ? [] : ((await ignoreFailure(() => client.console.list({}))) ?? []);
  const [oldest] = tasks.map(({ openedAt }) => openedAt).toSorted();
  const days = oldest === undefined ? 0 : Math.floor((now.getTime() - Date.parse(oldest)) / DAY_MS);
  if (days < MAX_TASK_DAYS) return [];
  const what = text(
    `${formatCount(tasks.length, "task")} to do in the console; the oldest has been open for ${days} days`,
    `管理画面での作業が ${tasks.length} 件あります(最も古い作業は ${days} 日前から未完了)`,
  );
  return [["tasks", "warning", what, line("console list", [])]];
}

const TOKEN_NOTICE_DAYS = { first: 30, last: 7 };

function findExpiringToken(
  token: { readonly name: string; readonly expiresAt: string } | null,
  { now, timezone }: StageClock,
): readonly FindingValues[] {
  if (token === null) return [];
  const days = countDaysLeft(token.expiresAt, now, timezone);
  if (days > TOKEN_NOTICE_DAYS.first) return [];
  const isLast = days <= TOKEN_NOTICE_DAYS.last;
  const day = dayOf(token.expiresAt, timezone);
  const what = text(
    `the access token ${token.name} expires on ${day}`,
    `アクセストークン「${token.name}」の有効期限は ${day} です`,
  );
  return [[isLast ? "last" : "first", isLast ? "critical" : "warning", what, line("access-tokens create", ["NAME"])]];
}

export const DAILY_RUN = "status --notify";

export const findDailyRun = ({ jobs }: TenantFindings): Job | undefined => jobs.find(({ job }) => job === DAILY_RUN);

export function findLeftOutTenants(all: readonly TenantFindings[]): readonly Finding[] {
  const left = all.filter((one) => findDailyRun(one) === undefined);
  if (left.length === all.length) return [];
  const what = text("the daily run does not include this tenant", "毎日の自動実行にこのテナントが含まれていません");
  return left
    .filter(({ isReadable }) => isReadable)
    .flatMap((place) => toFindings(place, "job", [["", "warning", what, line("renewals schedule", [])]]));
}

export const createDeliveryFinding = (
  tenants: readonly { readonly context: string; readonly tenant: string }[],
  recipient: string,
  reason: Text,
): Finding => ({
  id: `reminders ${recipient}`,
  tenant: tenants.map(({ tenant }) => tenant).join(", "),
  context: tenants[0]?.context ?? null,
  group: "reminders",
  level: "critical",
  what: text(`could not notify ${recipient}: ${reason.en}`, `${recipient} に通知できませんでした: ${reason.ja}`),
  next: text(`${line("renewals notify", ["test"])}`, `${line("renewals notify", ["test"])}`),
});

export const findFailedReminders = (all: readonly TenantFindings[]): readonly Finding[] => {
  const failed = all.flatMap(({ context: { name: context }, tenant, reminders }) =>
    (reminders === undefined ? [] : listFailedReminders(reminders)).map((notice) => ({ context, tenant, notice })),
  );
  return [...Map.groupBy(failed, ({ notice }) => notice.recipient)].map(([recipient, notices]) => {
    const reason = notices[0]?.notice.error ?? "";
    return createDeliveryFinding(notices, recipient, same(reason));
  });
};

const OVERVIEW_DAYS = 90;

const MAX_OVERVIEW_ITEMS = 5;

export function buildMonthlyOverview(now: Date, all: readonly TenantFindings[]): Finding {
  const due = all
    .flatMap(({ items, tenant }) => items.map((item) => ({ ...item, tenant })))
    .filter(({ daysLeft }) => daysLeft !== null && daysLeft >= 0 && daysLeft <= OVERVIEW_DAYS)
    .toSorted(compareByExpiry);
  const isOne = all.length === 1;
  const [en, ja] = (["en", "ja"] as const).map((language) => {
    const named = due
      .slice(0, MAX_OVERVIEW_ITEMS)
      .map(({ tenant, kind, name, expiresOn }) =>
        [isOne ? [] : `${tenant}:`, kind === null ? [] : RENEWAL_KINDS[kind][language], name, expiresOn]
          .flat()
          .join(" "),
      );
    return [...named, ...(due.length > MAX_OVERVIEW_ITEMS ? ["…"] : [])].join(language === "en" ? ", " : "、");
  });
  const [first] = all;
  const quiet = all.filter(({ items }) => !items.some(({ id }) => due.some((one) => one.id === id))).length;
  const [rest, restJa] =
    isOne || due.length === 0 || quiet === 0
      ? ["", ""]
      : [`; nothing in ${formatCount(quiet, "tenant")}`, `。ほかの ${quiet} テナントはなし`];
  return {
    id: `month ${dayOf(now, first?.timezone ?? DEFAULT_TIMEZONE).slice(0, 7)}`,
    tenant: isOne ? (first?.tenant ?? "") : formatCount(all.length, "tenant"),
    context: all.map(({ context }) => context.name).join(" "),
    group: "month",
    level: "ok",
    what: text(
      `expiry within ${OVERVIEW_DAYS} days: ${due.length === 0 ? "nothing" : en}${rest}`,
      `今後 ${OVERVIEW_DAYS} 日以内の期限: ${due.length === 0 ? "なし" : ja}${restJa}`,
    ),
    next: null,
  };
}
