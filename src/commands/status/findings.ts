import { line, type CommandLine } from "../../lib/advice/index.ts";
import type { Client, Import, Tenant } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import type { Finding } from "../../lib/renewals/finding.ts";
import { toItemFinding } from "../../lib/renewals/item-finding.ts";
import { determineApplicability, EXPECTED_RENEWAL_KINDS } from "../../lib/model/applicability.ts";
import { PROFILE_KINDS } from "../../lib/nouns/config-profile.ts";
import { getFormatTitle } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { RENEWAL_KINDS } from "../../lib/nouns/renewal.ts";
import { countDaysLeft, dayOf, formatMinute } from "../../lib/model/time.ts";
import {
  compareByExpiry,
  addExpiryStatus,
  type CheckedItem,
  type DatedItem,
} from "../../lib/renewals/expiry-status.ts";
import { listFailedReminders, loadReminders, type ReminderTenant } from "../../lib/renewals/notify/tenant.ts";
import { findReachedStage, type StageClock } from "../../lib/renewals/stages.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { createExpiryClock, describeUnreadable, loadCheckedTenant } from "../renewals/items/tenant-items.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { findLastRun } from "./last-run.ts";
import { findNothingRecorded } from "./nothing-recorded.ts";

export interface TenantFindings {
  readonly context: Context;
  readonly tenant: string;
  readonly timezone: string;
  readonly findings: readonly Finding[];
  /** earliest expiry first */
  readonly items: readonly CheckedItem[];
  readonly isReadable: boolean;
  readonly reminders: ReminderTenant | undefined;
  readonly lastRun: string | undefined;
}

export type FindingValues = readonly [key: string, level: Finding["level"], what: Text, next: CommandLine | null];

type FindingTenant = Pick<TenantFindings, "context" | "tenant">;

export const toFindings = (
  place: FindingTenant,
  group: Finding["group"],
  found: readonly FindingValues[],
): readonly Finding[] =>
  found.map(([key, level, what, next]) => ({
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
export async function findInTenant(tools: Tools, context: Context): Promise<TenantFindings> {
  const timezone = resolveTimezone(tools, { context });
  const lastRun = await findLastRun(tools, context.name);
  const none = { context, tenant: context.name, timezone, items: [], isReadable: false, reminders: undefined, lastRun };
  try {
    return { ...none, ...(await readTenant(tools, context)) };
  } catch (error) {
    tools.signal.throwIfAborted();
    const unreadable = ["", "unknown", describeUnreadable(error), null] as const;
    return { ...none, findings: toFindings({ context, tenant: context.name }, "tenant", [unreadable]) };
  }
}

async function readTenant(tools: Tools, context: Context) {
  const { name } = context;
  const asOf = createExpiryClock(tools, { context });
  const { tenant, name: label, ade, items: recorded } = await loadCheckedTenant(tools, context, () => true);
  const { client } = await tools.tenantOf(context, "imports", "renewals", "console");
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
  const isTokenFound = ade?.conditions.some(({ id }) => id === "token-rejected" || id === "token-expired") === true;
  const reported = isTokenFound ? ade?.facts.token?.renewal : undefined;
  const place = { context, tenant: label };
  const findings = [
    ...items.map((item) => addStageToId(toItemFinding(item), asOf)).filter(({ item }) => item?.id !== reported),
    ...toFindings(place, "renewals", findMissingKinds(tenant, recorded)),
    ...toFindings(place, "renewals", findNothingRecorded(tenant, recorded)),
    ...toFindings(
      place,
      "ade",
      (ade?.conditions ?? []).map((one) => [
        one.id,
        one.level,
        text(`ADE: ${one.what.en}`, `ADE: ${one.what.ja}`),
        one.line,
      ]),
    ),
    ...toFindings(place, "console", await findDeviceProblems(tools, context)),
    ...toFindings(place, "import", findOpenImports((await ignoreFailure(() => client.imports.list())) ?? [])),
    ...toFindings(place, "console", await findConsoleWork(client, tenant, asOf.now)),
    ...toFindings(place, "token", findExpiringToken(token ?? null, asOf)),
  ];
  return {
    tenant: label,
    isReadable: true,
    findings: findings.filter(({ level }) => level !== "ok"),
    items,
    reminders,
  };
}

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

async function findDeviceProblems(tools: Tools, context: Context): Promise<readonly FindingValues[]> {
  const { client } = await tools.tenantOf(context, "config-profiles", "devices");
  const clashes = ((await ignoreFailure(() => client["config-profiles"].clashes())) ?? []).map((one): FindingValues => {
    const { en, ja } = PROFILE_KINDS[one.kind];
    const of = formatCount(one.devices, "device");
    const what = text(`${of} with several profiles of the kind ${en}`, `${ja}が複数あるデバイス ${one.devices} 台`);
    return [one.kind, "warning", what, line("config-profiles list", [], { device: one.example })];
  });
  const lost = (await ignoreFailure(() => Array.fromAsync(client.devices.list({ lost: true })))) ?? [];
  const what = text(`${formatCount(lost.length, "device")} in lost mode`, `紛失モードのデバイス ${lost.length} 台`);
  return lost.length === 0
    ? clashes
    : [...clashes, ["lost", "warning", what, line("devices list", [], { lost: true })]];
}

function findOpenImports(imports: readonly Import[]): readonly FindingValues[] {
  const latest = new Map<string, Import>();
  for (const one of imports) if (one.createdAt > (latest.get(one.kind)?.createdAt ?? "")) latest.set(one.kind, one);
  return [...latest.values()]
    .filter(({ state }) => state === "planned")
    .map(({ number, kind, fileName, rejected }): FindingValues => {
      const title = getFormatTitle(FORMATS[kind]);
      const file = fileName === "" || fileName === "-" ? "" : `, ${fileName}`;
      const said = rejected
        ? text("the last import was rejected", "最後のインポートが拒否されました")
        : text("an import is waiting to be committed", "適用待ちのインポート");
      const what = text(`${said.en}: ${title.en}${file}`, `${said.ja}: ${title.ja}${file}`);
      return [number, "warning", what, line(rejected ? "imports show" : "imports commit", [number])];
    });
}

const DAY_MS = 24 * 60 * 60 * 1000;

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

const MAX_RUN_AGE_MS = 26 * 60 * 60 * 1000;

export function findMissedRuns(all: readonly TenantFindings[], now: Date): readonly Finding[] {
  if (all.every(({ lastRun }) => lastRun === undefined)) return [];
  const missed = all
    .filter(({ lastRun }) => now.getTime() - Date.parse(lastRun ?? "1970-01-01") > MAX_RUN_AGE_MS)
    .flatMap(({ lastRun, timezone, ...place }) => {
      const when = lastRun === undefined ? undefined : formatMinute(lastRun, timezone);
      const what =
        when === undefined
          ? text("the daily run does not include this tenant", "毎日の自動実行にこのテナントが含まれていません")
          : text(`the daily run is overdue: last run ${when}`, `毎日の自動実行が止まっています(前回 ${when})`);
      return toFindings(place, "daily-run", [["", "warning", what, line("renewals schedule", [])]]);
    });
  return [...Map.groupBy(missed, ({ what }) => what.en).values()].flatMap((same) =>
    same.slice(0, 1).map((one) => ({ ...one, tenant: same.map(({ tenant }) => tenant).join(", ") })),
  );
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

export const getMonthlyOverviewId = (now: Date, timezone: string): string =>
  `month ${dayOf(now, timezone).slice(0, 7)}`;

export function buildMonthlyOverview(now: Date, { context, tenant, timezone, items }: TenantFindings): Finding {
  const due = items.filter(({ daysLeft }) => daysLeft !== null && daysLeft >= 0 && daysLeft <= OVERVIEW_DAYS);
  const [en, ja] = (["en", "ja"] as const).map((language) => {
    const named = due
      .slice(0, MAX_OVERVIEW_ITEMS)
      .map(
        ({ kind, name, expiresOn }) =>
          `${kind === null ? "" : `${RENEWAL_KINDS[kind][language]} `}${name} ${expiresOn}`,
      );
    return [...named, ...(due.length > MAX_OVERVIEW_ITEMS ? ["…"] : [])].join(language === "en" ? ", " : "、");
  });
  return {
    id: getMonthlyOverviewId(now, timezone),
    tenant,
    context: context.name,
    group: "month",
    level: "ok",
    what: text(
      `expiry within ${OVERVIEW_DAYS} days: ${due.length === 0 ? "nothing" : en}`,
      `今後 ${OVERVIEW_DAYS} 日以内の期限: ${due.length === 0 ? "なし" : ja}`,
    ),
    next: null,
  };
}
