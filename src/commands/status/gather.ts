import { line, type CommandLine } from "../../lib/advice/index.ts";
import { buildUsageCommand } from "../../lib/model/applies.ts";
import type { Import, Tenant } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { AdeCondition } from "../../lib/model/ade-health.ts";
import type { FormatName } from "../../lib/model/console-files.ts";
import { getFormatTitle } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { isWaitingPlan } from "../../lib/model/import.ts";
import type { LastRun } from "../../lib/renewals/schedule.ts";
import { findExpectedRecords, type ExpectedRecords } from "../../lib/renewals/expected.ts";
import { compareByExpiry, judgeExpiry, type JudgedItem } from "../../lib/renewals/judge.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { completeCommands, findCommands, getActingWords } from "../../lib/terminal/commands.ts";
import { dayOf, countDaysLeft, formatMinute } from "../../lib/model/time.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { findMonitoredAde } from "../ade/watched.ts";
import { buildConsoleImportCommand } from "../imports/refusal/command.ts";
import { findLastCommitted } from "../imports/plan/find.ts";
import { findLastRun } from "../renewals/last-run.ts";
import { describeMissingKind, buildAddLine } from "../renewals/items/expected.ts";
import { loadAccountRights, loadRights, type Rights } from "../rights.ts";
import type { ExpiryClock } from "../../lib/renewals/judge.ts";
import {
  createExpiryClock,
  describeUrgentItem,
  isUrgentItem,
  readDatedItems,
  listRemarks,
} from "../renewals/items/tenant-items.ts";
import { resolveTimezone, type Tools } from "../tools.ts";

export interface TenantStatus {
  readonly context: Context;
  /** true for the context that commands use by default */
  readonly used: boolean;
  readonly timezone: string;
  readonly now: Date;
  /** undefined if the tenant cannot be read */
  readonly tenant: Tenant | undefined;
  readonly lastImport: Import | undefined;
  readonly plans: readonly Import[];
  /** renewal items, the earliest expiry date first */
  readonly renewals: readonly JudgedItem[];
  /** items that should be recorded because of the features that the tenant uses, and features whose use is unknown */
  readonly expected: ExpectedRecords;
  /** rights of the acting account; undefined if the tenant cannot be read */
  readonly rights: Rights | undefined;
  /** problems with ADE, the most urgent first */
  readonly ade: readonly AdeCondition[];
  /** when reminders were last sent from this computer; undefined if they never were */
  readonly lastRun: LastRun | undefined;
  readonly problems: readonly Text[];
  /** commands to type, in backticks; if there are several contexts, each command names its context */
  readonly next: readonly string[];
}

type TenantData = Pick<
  TenantStatus,
  "tenant" | "lastImport" | "plans" | "renewals" | "expected" | "rights" | "ade" | "lastRun" | "problems"
>;

/** The expected records of a tenant that does not store which features it uses. */
const NO_EXPECTED_RECORDS: ExpectedRecords = { missing: [], doubtful: [], unsaid: [] };

export interface ContextPosition {
  /** true for the context that commands use by default */
  readonly used: boolean;
  /** true if there are other contexts, so that commands to type must name the context */
  readonly several: boolean;
}

/** Loads a tenant's status. If the tenant cannot be read, the reason is listed as a problem.  @throws `interrupted` */
export async function loadTenantStatus(
  tools: Tools,
  context: Context,
  { used, several }: ContextPosition,
): Promise<TenantStatus> {
  let remedies: readonly string[] = [];
  const read = await readTenantData(tools, context).catch((error: unknown): TenantData => {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    remedies = findCommands(error.hint?.en ?? "");
    return {
      tenant: undefined,
      lastImport: undefined,
      plans: [],
      renewals: [],
      expected: NO_EXPECTED_RECORDS,
      rights: undefined,
      ade: [],
      lastRun: undefined,
      problems: [describeUnreadableTenant(error)],
    };
  });
  const status = { context, used, timezone: resolveTimezone(tools, { context }), now: tools.clock.now(), ...read };
  const completion = { acting: getActingWords(tools.globals), context: several ? context.name : undefined };
  const next = remedies.length > 0 ? remedies : buildNextCommands(status).map(String);
  return { ...status, ...completeCommands({ problems: read.problems, next }, completion) };
}

async function readTenantData(tools: Tools, context: Context): Promise<TenantData> {
  const { client } = await tools.tenantOf(context, "tenant", "imports", "renewals", "ade");
  const [tenant, imports] = [await client.tenant.show({ administration: true }), await client.imports.list()];
  const asOf = createExpiryClock(tools, { context });
  const watched = await findMonitoredAde(client, tenant, asOf.now);
  const ade = watched?.conditions ?? [];
  const items = markRejectedItem(await readDatedItems({ context, client }, asOf.timezone), watched?.facts);
  // only checks report that an item is not valid yet
  const renewals = items
    .map((item) => judgeExpiry({ ...item, validFrom: null }, context.name, asOf))
    .toSorted(compareByExpiry);
  const expected = tenant.profile === undefined ? NO_EXPECTED_RECORDS : findExpectedRecords(tenant.profile, items);
  // a rejected or expired token is already reported as a problem with ADE
  const isTokenReported = ade.some(({ id }) => id === "token-rejected" || id === "token-expired");
  const reportedToken = isTokenReported ? watched?.facts.token?.renewal : undefined;
  const rights = await (context.kind === "remote" ? loadAccountRights : loadRights)(tools, context);
  const lastRun = await findLastRun(tools, context.name);
  return {
    tenant,
    lastRun,
    lastImport: findLastCommitted(imports),
    rights,
    plans: imports.filter(isWaitingPlan),
    renewals,
    expected,
    ade,
    problems: [
      ...ade.map(({ what }) => text(`ADE: ${what.en}`, `ADE: ${what.ja}`)),
      ...renewals.filter((one) => isUrgentItem(one) && one.id !== reportedToken).map(describeUrgentItem),
      ...items.flatMap(listRemarks),
      ...expected.missing.map(describeMissingKind),
      ...describeTokenEnd(rights, asOf),
      ...listAwaitedKinds(tenant).map(describeAwaitedExport),
      ...(lastRun === undefined ? [] : describeFailedRun(lastRun, asOf)),
    ],
  };
}

const MAX_RUN_AGE_MS = 26 * 60 * 60 * 1000;

/** Describes a daily run that failed or is overdue. */
const describeFailedRun = (run: LastRun, { now, timezone }: ExpiryClock): readonly Text[] =>
  run.exit === 0 && now.getTime() - Date.parse(run.at) <= MAX_RUN_AGE_MS
    ? []
    : [
        text(
          `the daily run failed or is overdue: ${describeRun(run, timezone).en}`,
          `毎日の実行が失敗したか、動いていません: ${describeRun(run, timezone).ja}`,
        ),
      ];

export const describeRun = ({ at, exit }: LastRun, timezone: string): Text =>
  text(
    `last run ${formatMinute(at, timezone)}, exit code ${exit}`,
    `前回の実行 ${formatMinute(at, timezone)}、終了コード ${exit}`,
  );

const TOKEN_NOTICE_DAYS = { first: 30, last: 7 };

const describeTokenEnd = ({ token = null }: Rights, { now, timezone }: ExpiryClock): readonly Text[] => {
  const days = token === null ? Infinity : countDaysLeft(token.expiresAt, now, timezone);
  if (token === null || days > TOKEN_NOTICE_DAYS.first) return [];
  const day = dayOf(token.expiresAt, timezone);
  const { en, ja } =
    days > TOKEN_NOTICE_DAYS.last ? text("", "") : text(": create another now", "。すぐに作り直してください");
  return [
    text(
      `the access token ${token.name} expires on ${day}${en}`,
      `アクセストークン「${token.name}」の有効期限は ${day} です${ja}`,
    ),
  ];
};

const listAwaitedKinds = ({ exportsAwaited }: Tenant): readonly FormatName[] =>
  exportsAwaited.filter((kind): kind is FormatName => Object.hasOwn(FORMATS, kind));

const describeAwaitedExport = (kind: FormatName): Text => {
  const { en, ja } = getFormatTitle(FORMATS[kind]);
  return text(
    `the mirror differs from the console until the next export is imported (${en})`,
    `次のエクスポートを取り込むまで、ミラーは管理画面と異なります(${ja})`,
  );
};

const describeUnreadableTenant = ({ what, where, hint }: Failure): Text => {
  const of = (language: "en" | "ja"): string =>
    [what[language], where, hint?.[language]]
      .filter((part) => part !== undefined)
      .join(language === "en" ? "; " : "。");
  return text(`cannot read the tenant: ${of("en")}`, `このテナントを読み込めません: ${of("ja")}`);
};

function buildNextCommands({ tenant, plans, renewals, expected, rights, ade }: TenantData): readonly CommandLine[] {
  if (tenant === undefined || rights === undefined) return [line("context list", [])];
  const due = renewals.filter(({ level }) => level !== "ok");
  const adeStep = (wanted: AdeCondition["level"]): readonly CommandLine[] =>
    ade
      .filter(({ level }) => level === wanted)
      .slice(0, 1)
      .map((condition) => condition.line);
  return [
    ...adeStep("critical"),
    ...due.slice(0, 1).map((item) => line("renewals guide", [toItemArgument(item, renewals)])),
    ...adeStep("warning"),
    ...((tenant.consoleTasks ?? 0) > 0 ? [line("console list", [])] : []),
    ...(rights.isSystem ? listAwaitedKinds(tenant).slice(0, 1).map(buildConsoleImportCommand) : []),
    ...plans.slice(0, 1).map(({ number }) => line("imports commit", [number])),
    ...(hasUnconfirmedAdministrators(tenant) && rights.may("accounts.roles")
      ? [line("users edit", ["USER"], { administrator: "yes" })]
      : []),
    ...(tenant.users === 0 && rights.isSystem
      ? [line("users import", ["FILE"], { createOrgs: true, dryRun: true })]
      : []),
    ...(rights.may("renewals.write") ? buildRecordingCommands({ tenant, renewals, expected }) : []),
    ...(expected.unsaid.length > 0 && rights.may("tenant.write") ? [buildUsageCommand(expected.unsaid)] : []),
  ];
}

/**
 * Returns the command that records a renewal item that is known to be missing. If none is known to be missing, but
 * nothing is recorded and something may be missing, returns the command that records any item.
 */
function buildRecordingCommands({ tenant, renewals, expected }: Pick<TenantData, "tenant" | "renewals" | "expected">) {
  const [kind] = expected.missing;
  if (kind !== undefined) return [buildAddLine(kind)];
  const isAll = tenant?.profile !== undefined && expected.doubtful.length === 0;
  return renewals.length === 0 && !isAll ? [line("renewals add", ["NAME"], { file: "FILE" })] : [];
}

/** Returns true if nobody has confirmed that the recorded administrators of a mirror are all its administrators. */
export const hasUnconfirmedAdministrators = ({ mirroredAt, users, administratorsKnown }: Tenant): boolean =>
  mirroredAt !== null && users > 0 && !administratorsKnown.includes("users");

const toItemArgument = ({ id, name }: JudgedItem, all: readonly JudgedItem[]): string =>
  all.some((other) => other.id !== id && other.name === name) ? id : name;
