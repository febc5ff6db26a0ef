import { line } from "../../lib/advice/index.ts";
import { sayUses } from "../../lib/model/applies.ts";
import type { Import, Tenant } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import type { AdeCondition } from "../../lib/model/ade-health.ts";
import type { FormatName } from "../../lib/model/console-files.ts";
import { titleOf } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import type { Operation } from "../../lib/model/role.ts";
import { findingsOf } from "../../lib/renewals/administrators.ts";
import type { Finding } from "../../lib/renewals/findings.ts";
import { expectedOf, type ExpectedRecords } from "../../lib/renewals/expected.ts";
import { byExpiry, judge, type JudgedItem } from "../../lib/renewals/judge.ts";
import { withRejection } from "../../lib/renewals/rejection.ts";
import { actingAs } from "../../lib/terminal/commands.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { counted, text, type Text } from "../../lib/text/index.ts";
import { watchedAde } from "../ade/watched.ts";
import { exportLine } from "../imports/refusal/command.ts";
import { lastCommitted } from "../imports/plan/find.ts";
import { missingName, recordingLine } from "../renewals/items/expected.ts";
import { rightsIn, type Rights } from "../rights.ts";
import { asOfNow, describePressing, isPressing, itemsBySource, remarksOf } from "../renewals/items/tenant-items.ts";
import { zoneOf, type Tools } from "../tools.ts";

/** How a tenant stands. */
export interface Status {
  readonly context: Context;
  /** commands work on it where nothing else is said */
  readonly used: boolean;
  /** the zone in which days and times are told */
  readonly timezone: string;
  readonly now: Date;
  /** undefined where it cannot be read */
  readonly tenant: Tenant | undefined;
  readonly lastImport: Import | undefined;
  /** uploads for the console that await its export */
  readonly waiting: readonly Import[];
  /** plans that were kept, and not committed */
  readonly plans: readonly Import[];
  /** what expires, the first due first */
  readonly renewals: readonly JudgedItem[];
  /** what its records lack by what it uses, and what nobody has said of that */
  readonly expected: ExpectedRecords;
  /** of who asks; undefined where the tenant cannot be read */
  readonly rights: Rights | undefined;
  /** what is wrong with who hears of renewals */
  readonly findings: readonly Finding[];
  /** what is wrong with ADE, the most urgent first */
  readonly ade: readonly AdeCondition[];
  readonly problems: readonly Text[];
  /** lines to type; of several contexts each names its own */
  readonly next: readonly string[];
}

type Read = Pick<
  Status,
  "tenant" | "lastImport" | "waiting" | "plans" | "renewals" | "expected" | "rights" | "findings" | "ade" | "problems"
>;

/** Of a tenant that keeps nothing of what it uses. */
const NOTHING_EXPECTED: ExpectedRecords = { missing: [], doubtful: [], unsaid: [] };

/** Where a context stands among the others. */
export interface ContextPosition {
  /** commands work on it where nothing else is said */
  readonly used: boolean;
  /** there are others: what to type says which one it is for */
  readonly several: boolean;
}

/** How a context's tenant stands; what cannot be read is one of its problems. @throws `interrupted` */
export async function statusOf(tools: Tools, context: Context, { used, several }: ContextPosition): Promise<Status> {
  const read = await readTenant(tools, context).catch((error: unknown): Read => {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return {
      tenant: undefined,
      lastImport: undefined,
      waiting: [],
      plans: [],
      renewals: [],
      expected: NOTHING_EXPECTED,
      rights: undefined,
      findings: [],
      ade: [],
      problems: [unread(error)],
    };
  });
  const status = { context, used, timezone: zoneOf(tools, { context }), now: tools.clock.now(), ...read };
  const { as } = tools.globals;
  const typedFor = (line: string): string => {
    const acting = as === undefined ? line : actingAs(line, shownWord(as));
    return several ? `${acting} --context ${context.name}` : acting;
  };
  return { ...status, next: nextOf(status).map((line) => typedFor(line)) };
}

async function readTenant(tools: Tools, context: Context): Promise<Read> {
  const { client } = await tools.tenantOf(context, "tenant", "imports", "renewals", "ade");
  const [tenant, imports] = [await client.tenant.show({ administration: true }), await client.imports.list()];
  const asOf = asOfNow(tools, { context });
  const watched = await watchedAde(client, tenant, asOf.now);
  const ade = watched?.conditions ?? [];
  const items = withRejection(await itemsBySource({ context, client }, asOf.timezone), watched?.facts);
  // whether it is valid already is for checks
  const renewals = items.map((item) => judge({ ...item, validFrom: null }, context.name, asOf)).toSorted(byExpiry);
  const expected = tenant.profile === undefined ? NOTHING_EXPECTED : expectedOf(tenant.profile, items);
  const findings = await findingsIn(tools, context, tenant);
  // that a token was rejected or has expired is told among what is wrong with ADE
  const isTold = ade.some(({ id }) => id === "token-rejected" || id === "token-expired");
  const told = isTold ? watched?.facts.token?.renewal : undefined;
  const inState = (state: Import["state"]): readonly Import[] => imports.filter((plan) => plan.state === state);
  return {
    tenant,
    lastImport: lastCommitted(imports),
    rights: await rightsIn(tools, context),
    waiting: imports.filter(({ emittedAt, consoleTask }) => emittedAt !== null && consoleTask !== undefined),
    plans: inState("planned"),
    renewals,
    expected,
    findings,
    ade,
    problems: [
      ...ade.map(({ what }) => text(`ADE: ${what.en}`, `ADE: ${what.ja}`)),
      ...renewals.filter((one) => isPressing(one) && one.id !== told).map(describePressing),
      ...items.flatMap(remarksOf),
      ...expected.missing.map(missingName),
      ...findings.map(({ what }) => what),
      ...(lackingIn(tenant) > 0 ? [lackingAccounts(tenant)] : []),
      ...awaitedIn(tenant).map(awaited),
    ],
  };
}

/** What is wrong with who hears of renewals, as `renewals check` finds it, the worst first. */
async function findingsIn(tools: Tools, context: Context, { administration }: Tenant): Promise<readonly Finding[]> {
  if (administration === undefined) return [];
  const { recipientsWhoLeft } = await import("../renewals/items/mail-recipients.ts");
  const left = await unlessFailing(() => recipientsWhoLeft(tools, context, administration));
  return [...findingsOf(administration), ...(left ?? [])];
}

/** What is needed for what mends a finding; nothing a tenant does mends that of a recipient. */
const MENDED_BY: readonly (readonly [Operation, readonly Finding["about"][]])[] = [
  ["accounts.roles", ["support-option", "system-administrators"]],
  ["renewals.write", ["owner"]],
  ["tenant.write", ["contact"]],
];

/** What to type first of each operation that who asks may do. */
const mendingLines = (findings: readonly Finding[], { may }: Rights): readonly string[] =>
  MENDED_BY.filter(([operation]) => may(operation)).flatMap(([, mended]) =>
    findings
      .filter(({ about }) => mended.includes(about))
      .slice(0, 1)
      .map(({ next }) => next.line),
  );

/** The number of users who need a CLOMO account and have none. */
const lackingIn = ({ administration }: Tenant): number => administration?.lacking ?? 0;

/** @see seed 001: who needs an account */
const lackingAccounts = (tenant: Tenant): Text => {
  const [lacking, isGate] = [lackingIn(tenant), tenant.profile?.gate === true];
  const { en, ja } = isGate
    ? text("CLOMO GATE", "CLOMO GATE の利用")
    : text("their Android devices", "Android デバイスの利用");
  return text(
    `${counted(lacking, "user")} without the CLOMO account that ${en} ${isGate ? "needs" : "need"}`,
    `${ja}に必要な CLOMO アカウントのないユーザー ${lacking} 人`,
  );
};

/** What lists users without an account. */
const LACKING_LINE = line("users list", [], { query: "[?accountName==null]" });

/** The kinds whose next export of the console is to be taken over. */
const awaitedIn = ({ exportsAwaited = [] }: Tenant): readonly FormatName[] =>
  exportsAwaited.filter((kind): kind is FormatName => Object.hasOwn(FORMATS, kind));

const awaited = (kind: FormatName): Text => {
  const { en, ja } = titleOf(FORMATS[kind]);
  return text(
    `the mirror differs from the console until its next export is imported (${en})`,
    `次のエクスポートを取り込むまで、管理画面と異なります(${ja})`,
  );
};

const unread = ({ what, where, hint }: Failure): Text => {
  const of = (language: "en" | "ja"): string =>
    [what[language], where, hint?.[language]]
      .filter((part) => part !== undefined)
      .join(language === "en" ? "; " : "。");
  return text(`cannot read the tenant: ${of("en")}`, `このテナントを読み込めません: ${of("ja")}`);
};

/** What who asks may do next, the most urgent first. */
function nextOf({ tenant, waiting, plans, renewals, expected, rights, findings, ade }: Read): readonly string[] {
  if (tenant === undefined || rights === undefined) return [line("context show", [])];
  const due = renewals.filter(({ level }) => level !== "ok");
  const adeStep = (wanted: AdeCondition["level"]): readonly string[] =>
    ade
      .filter(({ level }) => level === wanted)
      .slice(0, 1)
      .map((condition) => condition.line);
  return [
    ...adeStep("critical"),
    ...due.slice(0, 1).map((item) => line("renewals guide", [typableOf(item, renewals)])),
    ...adeStep("warning"),
    ...waiting.slice(0, 1).map(({ number }) => line("imports verify", [number], { against: "EXPORT.csv" })),
    // an upload is one of them
    ...((tenant.consoleTasks ?? 0) > waiting.length ? [line("console list", [])] : []),
    ...(rights.isSystem ? awaitedIn(tenant).slice(0, 1).map(exportLine) : []),
    ...plans.slice(0, 1).map(({ number }) => line("imports commit", [number])),
    ...(isUnasked(tenant) && rights.may("accounts.roles") ? [line("users administrators add", ["USER"])] : []),
    ...(tenant.users === 0 && rights.isSystem
      ? [line("users import", ["FILE"], { createOrgs: true, dryRun: true })]
      : []),
    ...(rights.may("renewals.write") ? recordingLines({ tenant, renewals, expected }) : []),
    ...mendingLines(findings, rights),
    ...(lackingIn(tenant) > 0 ? [LACKING_LINE] : []),
    ...(expected.unsaid.length > 0 && rights.may("tenant.write") ? [sayUses(expected.unsaid)] : []),
  ];
}

/** What to type to record what expires: what is known to be missing, else, where nothing is recorded, anything. */
function recordingLines({ tenant, renewals, expected }: Pick<Read, "tenant" | "renewals" | "expected">) {
  const [kind] = expected.missing;
  if (kind !== undefined) return [recordingLine(kind)];
  const isAll = tenant?.profile !== undefined && expected.doubtful.length === 0;
  return renewals.length === 0 && !isAll ? [line("renewals add", ["NAME"], { file: "FILE" })] : [];
}

/** Whether nobody has said who a mirror's administrators are, or whether there are others than those recorded. */
export const isUnasked = ({ mirroredAt, users, administratorsKnown = [] }: Tenant): boolean =>
  mirroredAt !== null && users > 0 && !administratorsKnown.includes("users");

/** What to type for an item: its name; its id where another one is called so. */
const typableOf = ({ id, name }: JudgedItem, all: readonly JudgedItem[]): string =>
  all.some((other) => other.id !== id && other.name === name) ? id : name;
