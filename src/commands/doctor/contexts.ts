import { line, type CommandLine } from "../../lib/advice/index.ts";
import type { Ade, Client, Import, RenewalItem } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import type { AdeReport } from "../../lib/model/ade-health.ts";
import { TAKE_IN_LINE } from "../../lib/model/mirror.ts";
import type { TenantFileState } from "../../lib/model/tenant-file.ts";
import { isSourceHere } from "../../lib/renewals/sources.ts";
import { dayOf, daysLeft, minuteIn } from "../../lib/model/time.ts";
import { textInContext } from "../../lib/terminal/commands.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { watchedAde } from "../ade/watched.ts";
import { otherTable } from "../audit/other-table.ts";
import { itemsBySource, remarksOf } from "../renewals/items/tenant-items.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../tools.ts";
import { failed, found, ok, problem, warning, type Finding } from "./finding.ts";
import { sealedFindings } from "./sealing.ts";

const MB = 1024 * 1024;

/** A write-ahead log is some megabytes at most, unless something keeps it from being folded in. */
const MAX_LOG_BYTES = 64 * MB;

/** From how many days on what waits is worth a warning; plans are dropped after seven. */
const DAYS = { plans: 3, uploads: 7, console: 14, mirror: 30 } as const;

/** What was found of a context, and what expires in its tenant. */
export interface ContextFindings {
  readonly findings: readonly Finding[];
  readonly items: readonly RenewalItem[];
  /** there may be more: a tenant could not be read */
  readonly isPart: boolean;
}

/** Whether anybody outside of this machine may be asked. */
export interface NetworkAccess {
  readonly online: boolean;
}

/** Looks at the contexts and at their tenants. */
export async function checkContexts(tools: Tools, asking: NetworkAccess): Promise<ContextFindings> {
  const { contexts, globals, environment, signal } = tools;
  let all: readonly Context[];
  const findings: Finding[] = [];
  try {
    all = await contexts.list();
    const used = await contexts.inEffect(globals.context, environment);
    const names = same(all.map(({ name }) => name).join(", "));
    const inUse =
      used === undefined
        ? text("none in use", "使用中なし")
        : text(`in use: ${used.context.name}`, `使用中: ${used.context.name}`);
    findings.push(ok("contexts", joined([names, inUse], text("; ", "、"))));
  } catch (error) {
    signal.throwIfAborted();
    findings.push(failed("contexts", error));
    all = await contexts.list().catch(() => []);
  }
  const items: RenewalItem[] = [];
  let isPart = false;
  for (const context of all) {
    const of = context.kind === "remote" ? checkRemote(tools, context, asking) : checkEmbedded(tools, context);
    const one = await of;
    findings.push(...one.findings.map((finding) => ofContext(finding, context.name, all.length > 1)));
    items.push(...one.items);
    isPart ||= one.isPart;
  }
  return { findings, items, isPart };
}

/** A finding of a tenant; what to type names it where there are several. */
function ofContext(finding: Finding, context: string, several: boolean): Finding {
  const { mend } = finding;
  if (mend === undefined || !several) return { ...finding, context };
  return { ...finding, context, mend: textInContext(mend, context) };
}

async function checkRemote(tools: Tools, context: Context, { online }: NetworkAccess): Promise<ContextFindings> {
  const address = context.kind === "remote" ? context.url : "";
  if (!online) {
    const what = text(`${address}: not asked; --online asks it`, `${address}: 接続していません(--online で接続します)`);
    return { findings: [ok("tenant", what)], items: [], isPart: true };
  }
  return checkData(tools, context, [ok("tenant", text(`${address} answers`, `${address} は応答します`))]);
}

async function checkEmbedded(tools: Tools, context: EmbeddedContext): Promise<ContextFindings> {
  let file: TenantFileState | undefined;
  try {
    file = await tools.inspectTenant(context);
  } catch (error) {
    tools.signal.throwIfAborted();
    return { findings: [failed("tenant", error)], items: [], isPart: true };
  }
  if (file === undefined) {
    return { findings: [ok("tenant", text("no data yet", "まだデータがありません"))], items: [], isPart: false };
  }
  const sealed = await found(tools, "sealing-key", () => sealedFindings(tools, file.sealed));
  const findings = [fileFinding(file, context.name), ...lockFindings(file), ...auditFindings(file), ...sealed];
  // opening it would update an older file, and fails with a damaged or newer one
  const isReadable = file.version === file.newest && file.faults.length === 0;
  return isReadable ? checkData(tools, context, findings) : { findings, items: [], isPart: true };
}

/** The way out where a file lost something. */
const restored = ({ path }: TenantFileState): Text =>
  text(`copy ${path} away, then restore a backup`, `${path} を別の場所にコピーしてから、バックアップを戻してください`);

function fileFinding(file: TenantFileState, name: string): Finding {
  const { path, bytes, logBytes, version, newest, faults, strays } = file;
  if (version > newest) {
    return problem(
      "tenant",
      text(`${path} was written by a newer clomoctl`, `${path} は新しい版の clomoctl で作られています`),
      text("install the newest clomoctl", "最新の clomoctl をインストールしてください"),
    );
  }
  const [fault, ...others] = faults;
  if (fault !== undefined) {
    const more = others.length === 0 ? text("", "") : text(`, and ${others.length} more`, `、ほか ${others.length} 件`);
    const what = text(`${path} is damaged: ${fault}${more.en}`, `${path} が壊れています: ${fault}${more.ja}`);
    return problem("tenant", what, restored(file));
  }
  if (strays > 0) {
    return problem(
      "tenant",
      text(
        `${path}: ${counted(strays, "record")} refer to what is not there`,
        `${path}: 参照先のないレコードが ${strays} 件あります`,
      ),
      restored(file),
    );
  }
  if (version < newest) {
    return warning(
      "tenant",
      text(
        `${path} is of an older clomoctl; the next command that needs it updates it`,
        `${path} は以前の版のものです。次に使うコマンドが更新します`,
      ),
      line("imports list", [], { context: name }),
    );
  }
  const size = `${(bytes / MB).toFixed(1)} MB`;
  if (logBytes > MAX_LOG_BYTES) {
    return warning(
      "tenant",
      text(
        `${path}: its log has grown to ${Math.round(logBytes / MB)} MB, as a command that reads it has not ended`,
        `${path}: 読み込み中のコマンドが終わらないため、ログが ${Math.round(logBytes / MB)} MB になっています`,
      ),
      text("end the clomoctl commands that run", "動いている clomoctl を終了してください"),
    );
  }
  return ok("tenant", text(`${path} is whole (${size})`, `${path} は正常です(${size})`));
}

function lockFindings({ isLocked, holder }: TenantFileState): readonly Finding[] {
  if (isLocked === undefined) return [];
  if (!isLocked) return [ok("lock", text("free", "使用中のプロセスはありません"))];
  const by =
    holder === undefined
      ? text("another process is changing the tenant", "別のプロセスが変更中です")
      : text(
          `process ${holder.pid} is changing the tenant (${holder.what}, since ${holder.since})`,
          `プロセス ${holder.pid} が変更中です(${holder.what}、${holder.since} から)`,
        );
  const mend = text("wait for it, or end it", "終わるのを待つか、そのプロセスを終了してください");
  return [warning("lock", by, mend)];
}

const HASH = /^[0-9a-f]{64}$/;

function auditFindings({ auditHead, auditTable, faults, version, newest }: TenantFileState): readonly Finding[] {
  if (faults.length > 0 || version > newest) return [];
  if (auditTable.length > 0) {
    const what = otherTable(auditTable);
    const mend = text(
      `keep this file as it is; what follows from that: ${line("audit verify", [])}`,
      `このファイルをそのまま保全してください。影響の確認: ${line("audit verify", [])}`,
    );
    return [problem("audit", what, mend)];
  }
  if (auditHead === null) return [ok("audit", text("no record yet", "まだ記録がありません"))];
  const { seq, hash } = auditHead;
  const check = text(
    `${line("audit verify", [])} finds what was altered`,
    `${line("audit verify", [])} で改変の有無を確かめられます`,
  );
  if (!HASH.test(hash)) {
    return [problem("audit", text(`record ${seq} has no hash`, `記録 ${seq} にハッシュがありません`), check)];
  }
  return [ok("audit", text(`last record ${seq}; ${check.en}`, `最後の記録は ${seq} 番です。${check.ja}`))];
}

/** What a tenant says of itself. */
async function checkData(tools: Tools, context: Context, sofar: readonly Finding[]): Promise<ContextFindings> {
  let client: Client<"tenant" | "imports" | "console" | "renewals" | "ade">;
  try {
    ({ client } = await tools.tenantOf(context, "tenant", "imports", "console", "renewals", "ade"));
    const tenant = await client.tenant.show();
    const { mirroredAt } = tenant;
    const imports = await client.imports.list();
    const tasks = await client.console.list({});
    const items = await client.renewals.list();
    const at = { now: tools.clock.now(), timezone: zoneOf(tools, { context }) };
    const waiting = [
      ...planFindings(imports, at),
      ...uploadFindings(imports, at),
      waitingFinding(
        "console",
        tasks.map(({ openedAt }) => openedAt),
        at,
        line("console list", []),
      ),
      ...mirrorFindings(mirroredAt, at),
      ...adeFindings(await watchedAde(client, tenant, at.now), at),
      ...clockFindings(
        [...imports.map(({ createdAt }) => createdAt), ...(mirroredAt === null ? [] : [mirroredAt])],
        at,
      ),
    ];
    const sources = await found(tools, "sources", () =>
      sourceFindings({ context, client }, items, { timezone: at.timezone, hostName: tools.machine.hostName }),
    );
    return { findings: [...sofar, ...waiting, ...sources], items, isPart: false };
  } catch (error) {
    tools.signal.throwIfAborted();
    const finding = failed("tenant", error);
    const mend = finding.mend ?? same(line("context show", [context.name]));
    const others = sofar.filter(({ check }) => check !== "tenant");
    return { findings: [...others, { ...finding, mend }], items: [], isPart: true };
  }
}

interface ZonedMoment {
  readonly now: Date;
  readonly timezone: string;
}

/** Of what waits since some moments: fine, or a warning from some days on. */
function waitingFinding(
  check: "plans" | "uploads" | "console",
  since: readonly string[],
  { now, timezone }: ZonedMoment,
  mend: CommandLine,
): Finding {
  const [oldest] = since.toSorted();
  if (oldest === undefined) return ok(check, text("none", "なし"));
  const days = -daysLeft(oldest, now, timezone);
  const day = dayOf(oldest, timezone);
  const what = text(
    `${since.length} waiting, the oldest since ${day} (${counted(days, "day")})`,
    `${since.length} 件、最も古いものは ${day} から(${days} 日)`,
  );
  return days > DAYS[check] ? warning(check, what, mend) : ok(check, what);
}

const oldestOf = (imports: readonly Import[]): Import | undefined =>
  imports.toSorted((one, other) => one.createdAt.localeCompare(other.createdAt))[0];

const planFindings = (imports: readonly Import[], at: ZonedMoment): readonly Finding[] => {
  const plans = imports.filter(({ state }) => state === "planned");
  const mend = line("imports show", [oldestOf(plans)?.number ?? "NUMBER"]);
  return [
    waitingFinding(
      "plans",
      plans.map(({ createdAt }) => createdAt),
      at,
      mend,
    ),
  ];
};

const uploadFindings = (imports: readonly Import[], at: ZonedMoment): readonly Finding[] => {
  const uploads = imports.filter(({ emittedAt, consoleTask }) => emittedAt !== null && consoleTask !== undefined);
  const mend = line("imports verify", [oldestOf(uploads)?.consoleTask ?? 0], { against: "EXPORT.csv" });
  return [
    waitingFinding(
      "uploads",
      uploads.map(({ emittedAt, createdAt }) => emittedAt ?? createdAt),
      at,
      mend,
    ),
  ];
};

/** Only a mirror has an age. */
function mirrorFindings(mirroredAt: string | null, { now, timezone }: ZonedMoment): readonly Finding[] {
  if (mirroredAt === null) return [];
  const days = -daysLeft(mirroredAt, now, timezone);
  const what = text(
    `last from the console on ${dayOf(mirroredAt, timezone)} (${counted(days, "day")} ago)`,
    `管理画面からの最終取り込みは ${dayOf(mirroredAt, timezone)}(${days} 日前)`,
  );
  if (days <= DAYS.mirror) return [ok("mirror", what)];
  return [warning("mirror", what, TAKE_IN_LINE)];
}

/** What is wrong with ADE, if this tenant talks to Apple itself. */
function adeFindings(watched: AdeReport<Ade> | undefined, { timezone }: ZonedMoment): readonly Finding[] {
  if (watched === undefined) return [];
  const { lastSyncAt } = watched.facts;
  const found = watched.conditions.map(({ level, what, line: shows }) =>
    (level === "critical" ? problem : warning)("ade", what, shows),
  );
  if (found.length > 0 || lastSyncAt === null) return found;
  const when = minuteIn(lastSyncAt, timezone);
  return [ok("ade", text(`last sync ${when}`, `前回の同期 ${when}`))];
}

/** Clocks of two machines differ by seconds. */
const TOLERANCE_MS = 5 * 60 * 1000;

function clockFindings(instants: readonly string[], { now, timezone }: ZonedMoment): readonly Finding[] {
  const last = instants.toSorted().at(-1);
  if (last === undefined || Date.parse(last) <= now.getTime() + TOLERANCE_MS) return [];
  return [
    problem(
      "clock",
      text(
        `the tenant was changed in the future: ${minuteIn(last, timezone)}`,
        `テナントに未来の変更があります: ${minuteIn(last, timezone)}`,
      ),
      text(
        "set the clock of this machine, or of the one that changed it",
        "この PC、または変更した PC の時計を合わせてください",
      ),
    ),
  ];
}

/** How many files are as recorded, and which are not on this machine: there the record alone counts. */
async function lookedAt(files: readonly string[], { kind }: Context, hostName: string): Promise<Text> {
  const elsewhere: string[] = [];
  for (const file of files) if (kind !== "embedded" || !(await isSourceHere(file))) elsewhere.push(file);
  const here = files.length - elsewhere.length;
  const [file, ...others] = elsewhere;
  if (file === undefined) return text(`${counted(here, "file")} as recorded`, `${here} 件とも記録どおりです`);
  const more = others.length === 0 ? ["", ""] : [`, and ${others.length} more`, `、ほか ${others.length} 件`];
  return text(
    `${here === 0 ? "" : `${counted(here, "file")} as recorded; `}not on this machine (${hostName}), and not looked at: ${file}${more[0]}; the recorded dates count`,
    `${here === 0 ? "" : `${here} 件は記録どおりです。`}この PC(${hostName})にないため確認していません: ${file}${more[1]}(記録された期限で判定します)`,
  );
}

/** Whether the files that dates were read from are still there, and say the same. Only on the machine where that was. */
async function sourceFindings(
  { context, client }: Pick<ChosenTenant<"renewals">, "context" | "client">,
  items: readonly RenewalItem[],
  { timezone, hostName }: { readonly timezone: string; readonly hostName: string },
): Promise<readonly Finding[]> {
  const remarked = (await itemsBySource({ context, client }, timezone)).flatMap(remarksOf);
  const [first] = remarked;
  if (first === undefined) {
    const files = items.flatMap(({ source }) => (source === null ? [] : [source]));
    return files.length === 0 ? [] : [ok("sources", await lookedAt(files, context, hostName))];
  }
  const more = remarked.length - 1;
  const { en, ja } = first;
  return [
    warning(
      "sources",
      text(`${en}${more === 0 ? "" : `; and ${more} more`}`, `${ja}${more === 0 ? "" : `。ほか ${more} 件`}`),
      line("renewals list", []),
    ),
  ];
}
