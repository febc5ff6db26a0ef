import type { RecordAction } from "../../../lib/model/import.ts";
import type { Import } from "../../../lib/client/index.ts";
import { isFromFile, toPlan, renderRow, getSampleSize } from "../../../lib/plan/describe.ts";
import { sumChanges, renderPlan, type Plan, type PlanSample } from "../../../lib/plan/plan.ts";
import { LOCAL_CONTEXT_NAME } from "../../../lib/config/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

export const formatTenantName = (
  { tenant }: Pick<Import, "tenant">,
  { context }: Pick<ChosenTenant, "context">,
): Text =>
  tenant === context.name
    ? tenant === LOCAL_CONTEXT_NAME
      ? text("the local tenant", "このコンピューターのテナント")
      : same(tenant)
    : text(`${tenant} (context ${context.name})`, `${tenant}(コンテキスト ${context.name})`);

export const buildPlan = async (tools: Tools, importPlan: Import): Promise<Plan> =>
  toPlan(importPlan, formatTenantName(importPlan, await tools.tenant("imports")));

interface PlanNotes {
  readonly allRows?: Text | undefined;
  readonly whole?: string | undefined;
  readonly more?: readonly Text[];
  readonly isBrief?: boolean;
}

export async function showPlan(
  tools: Tools,
  importPlan: Import,
  { allRows, whole, more = [], isBrief = tools.globals.quiet }: PlanNotes = {},
): Promise<void> {
  const plan = await buildPlan(tools, importPlan);
  await renderPlan(tools.terminal, {
    ...plan,
    notes: [...more, ...((whole === undefined ? plan.notes : undefined) ?? [])],
    samples: isBrief || importPlan.rejected ? [] : await buildSamples(tools, importPlan, { plan, allRows }),
  });
}

async function buildSamples(
  tools: Tools,
  importPlan: Import,
  { plan, allRows: all }: Pick<PlanNotes, "allRows"> & { readonly plan: Plan },
): Promise<readonly PlanSample[]> {
  const { client } = await tools.tenant("imports");
  const linesOf = async function* (action: RecordAction): AsyncGenerator<Text> {
    const rows = client.imports.rows(importPlan.id, { action, limit: getSampleSize(importPlan) });
    for await (const row of rows) yield renderRow(importPlan, row, (at) => tools.terminal.moment(at));
  };
  const size = getSampleSize(importPlan);
  return (["delete", "create", "update"] as const).flatMap((action) => {
    const count = sumChanges(plan.changes, action);
    const rest = isFromFile(importPlan) ? plan.changes.map((one) => Math.max(0, one[action] - size)) : [count - size];
    return count === 0 ? [] : [{ lines: linesOf(action), rest: rest.reduce((sum, one) => sum + one), all }];
  });
}
