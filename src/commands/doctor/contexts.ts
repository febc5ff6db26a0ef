import { line } from "../../lib/advice/index.ts";
import type { RenewalItem } from "../../lib/client/index.ts";
import type { ChosenContext, Context } from "../../lib/config/index.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { joinTexts, same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { createFailureFinding, collectFindings, createOkFinding, type Finding } from "./finding.ts";
import { checkSealedSecrets } from "./sealing.ts";

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
  try {
    const file = await tools.inspectTenant(context);
    if (file === undefined)
      return { findings: [createOkFinding("tenant", text("no data yet", "まだデータがありません"))], items: [] };
    const { path, sealed } = file;
    return await checkTenantData(tools, context, [
      createOkFinding("tenant", text(`${path} can be read`, `${path} を読み取れます`)),
      ...(await collectFindings(tools, "sealing-key", () => checkSealedSecrets(tools, sealed))),
    ]);
  } catch (error) {
    tools.signal.throwIfAborted();
    return { findings: [createFailureFinding("tenant", error)], items: [] };
  }
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
