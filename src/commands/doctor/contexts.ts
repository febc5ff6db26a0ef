import { line } from "../../lib/advice/index.ts";
import type { RenewalItem } from "../../lib/client/index.ts";
import type { ChosenContext, Context } from "../../lib/config/index.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import type { TenantFileState } from "../../lib/model/tenant-file.ts";
import { formatMinute } from "../../lib/model/time.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { describeTableBreaks } from "../audit/other-table.ts";
import type { Tools } from "../tools.ts";
import {
  createFailureFinding,
  collectFindings,
  createOkFinding,
  createProblemFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";
import { checkSealedSecrets } from "./sealing.ts";

const BYTES_PER_MB = 1024 * 1024;

/** Maximum normal size of a write-ahead log: a few megabytes, unless its transfer to the database is blocked. */
const MAX_LOG_BYTES = 64 * BYTES_PER_MB;

export interface ContextFindings extends TenantFindings {
  /** names of the contexts that were checked */
  readonly contexts: readonly string[];
}

interface TenantFindings {
  readonly findings: readonly Finding[];
  readonly items: readonly RenewalItem[];
}

/** Whether other machines may be contacted. */
export interface NetworkAccess {
  readonly online: boolean;
}

/** Checks the contexts and their tenants. With `--context`, checks only this tenant. */
export async function checkContexts(tools: Tools, asking: NetworkAccess): Promise<ContextFindings> {
  const { contexts, globals, environment, signal } = tools;
  let all: readonly Context[];
  let used: ChosenContext | undefined;
  const findings: Finding[] = [];
  try {
    all = await contexts.list();
    used = await contexts.inEffect(globals.context, environment);
    const names = same(all.map(({ name }) => name).join(", "));
    const inUse =
      used === undefined
        ? text("no context in use", "使用中のコンテキストなし")
        : text(`in use: ${used.context.name}`, `使用中: ${used.context.name}`);
    findings.push(createOkFinding("contexts", joinTexts([names, inUse], text("; ", "、"))));
  } catch (error) {
    signal.throwIfAborted();
    findings.push(createFailureFinding("contexts", error));
    all = await contexts.list().catch(() => []);
  }
  const items: RenewalItem[] = [];
  const checked = globals.context === undefined ? all : all.filter(({ name }) => name === used?.context.name);
  for (const context of checked) {
    const of = context.kind === "remote" ? checkRemoteTenant(tools, context, asking) : checkLocalTenant(tools, context);
    const one = await of;
    findings.push(...one.findings.map((finding) => assignContext(finding, context.name, all.length > 1)));
    items.push(...one.items);
  }
  return { findings, items, contexts: checked.map(({ name }) => name) };
}

function assignContext(finding: Finding, context: string, several: boolean): Finding {
  const { mend } = finding;
  if (mend === undefined || !several) return { ...finding, context };
  return { ...finding, context, mend: completeCommands(mend, { context }) };
}

async function checkRemoteTenant(tools: Tools, context: Context, { online }: NetworkAccess): Promise<TenantFindings> {
  const address = context.kind === "remote" ? context.url : "";
  if (!online) {
    const what = text(
      `${address}: not contacted; to contact it, pass --online`,
      `${address}: 接続していません(--online で接続します)`,
    );
    return { findings: [createOkFinding("tenant", what)], items: [] };
  }
  return checkTenantData(tools, context, [
    createOkFinding("tenant", text(`${address} responds`, `${address} は応答します`)),
  ]);
}

async function checkLocalTenant(tools: Tools, context: EmbeddedContext): Promise<TenantFindings> {
  let file: TenantFileState | undefined;
  try {
    file = await tools.inspectTenant(context);
  } catch (error) {
    tools.signal.throwIfAborted();
    return { findings: [createFailureFinding("tenant", error)], items: [] };
  }
  if (file === undefined) {
    return {
      findings: [createOkFinding("tenant", text("no data yet", "まだデータがありません"))],
      items: [],
    };
  }
  const sealed = await collectFindings(tools, "sealing-key", () => checkSealedSecrets(tools, file.sealed));
  const findings = [checkTenantFile(file, context.name), ...checkLock(file, context), ...checkAudit(file), ...sealed];
  // opening an older file would migrate it, and opening a damaged or newer file fails
  const isReadable = file.version === file.newest && file.faults.length === 0;
  return isReadable ? checkTenantData(tools, context, findings) : { findings, items: [] };
}

const renderRestoreHint = ({ path }: TenantFileState): Text =>
  text(
    `copy ${path} to another place, then restore a backup`,
    `${path} を別の場所にコピーしてから、バックアップを戻してください`,
  );

function checkTenantFile(file: TenantFileState, name: string): Finding {
  const { path, bytes, logBytes, version, newest, faults, strays } = file;
  if (version > newest) {
    return createProblemFinding(
      "tenant",
      text(`${path} was written by a newer clomoctl`, `${path} はより新しいバージョンの clomoctl で作られています`),
      text("install the latest clomoctl", "最新の clomoctl をインストールしてください"),
    );
  }
  const [fault, ...others] = faults;
  if (fault !== undefined) {
    const more = others.length === 0 ? text("", "") : text(`, and ${others.length} more`, `、ほか ${others.length} 件`);
    const what = text(`${path} is damaged: ${fault}${more.en}`, `${path} が壊れています: ${fault}${more.ja}`);
    return createProblemFinding("tenant", what, renderRestoreHint(file));
  }
  if (strays > 0) {
    return createProblemFinding(
      "tenant",
      text(
        `${path}: ${formatCount(strays, "record")} with references to missing records`,
        `${path}: 参照先のないデータが ${strays} 件あります`,
      ),
      renderRestoreHint(file),
    );
  }
  if (version < newest) {
    return createWarningFinding(
      "tenant",
      text(
        `${path} was written by an older clomoctl; the next command that opens it updates it`,
        `${path} は以前のバージョンの clomoctl で作られています。次にコマンドを実行したときに更新されます`,
      ),
      line("imports list", [], { context: name }),
    );
  }
  const size = `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;
  if (logBytes > MAX_LOG_BYTES) {
    return createWarningFinding(
      "tenant",
      text(
        `${path}: the log has grown to ${Math.round(logBytes / BYTES_PER_MB)} MB, because a command that reads the file is still running`,
        `${path}: 読み込み中のコマンドが終わらないため、ログが ${Math.round(logBytes / BYTES_PER_MB)} MB になっています`,
      ),
      text("end the clomoctl commands that are still running", "動いている clomoctl を終了してください"),
    );
  }
  return createOkFinding("tenant", text(`${path} is intact (${size})`, `${path} は正常です(${size})`));
}

function checkLock({ isLocked, holder }: TenantFileState, { timezone }: Context): readonly Finding[] {
  if (isLocked === undefined) return [];
  if (!isLocked)
    return [createOkFinding("lock", text("no process is changing the tenant", "変更中のプロセスはありません"))];
  const since = holder === undefined ? "" : formatMinute(holder.since, timezone);
  const by =
    holder === undefined
      ? text("another process is changing the tenant", "別のプロセスが変更中です")
      : text(
          `process ${holder.pid} is changing the tenant (${holder.what}, since ${since})`,
          `プロセス ${holder.pid} が変更中です(${holder.what}、${since} から)`,
        );
  const mend = text(
    "wait until the process has finished, or end it",
    "終わるのを待つか、そのプロセスを終了してください",
  );
  return [createWarningFinding("lock", by, mend)];
}

const HASH_PATTERN = /^[0-9a-f]{64}$/;

function checkAudit({ auditHead, auditTable, faults, version, newest }: TenantFileState): readonly Finding[] {
  if (faults.length > 0 || version > newest) return [];
  if (auditTable.length > 0) {
    const what = describeTableBreaks(auditTable);
    const mend = text(
      `keep this file unchanged; to find out what this affects: ${line("audit verify", [])}`,
      `このファイルをそのまま保全してください。影響の確認: ${line("audit verify", [])}`,
    );
    return [createProblemFinding("audit", what, mend)];
  }
  if (auditHead === null) return [createOkFinding("audit", text("no records yet", "まだ記録がありません"))];
  const { seq, hash } = auditHead;
  const check = text(
    `${line("audit verify", [])} detects alterations`,
    `${line("audit verify", [])} で改変の有無を確かめられます`,
  );
  if (!HASH_PATTERN.test(hash)) {
    return [
      createProblemFinding(
        "audit",
        text(
          `the audit record ${seq} does not have a valid hash`,
          `監査ログの記録 ${seq} に正しいハッシュがありません`,
        ),
        check,
      ),
    ];
  }
  return [
    createOkFinding("audit", text(`the last record is ${seq}; ${check.en}`, `最後の記録は ${seq} 番です。${check.ja}`)),
  ];
}

async function checkTenantData(tools: Tools, context: Context, sofar: readonly Finding[]): Promise<TenantFindings> {
  try {
    const { client } = await tools.tenantOf(context, "renewals");
    return { findings: sofar, items: await client.renewals.list() };
  } catch (error) {
    tools.signal.throwIfAborted();
    const finding = createFailureFinding("tenant", error);
    const mend = finding.mend ?? same(line("context list", []));
    const others = sofar.filter(({ check }) => check !== "tenant");
    return { findings: [...others, { ...finding, mend }], items: [] };
  }
}
