import type { RecordAction } from "../../../lib/model/import.ts";
import type { Import } from "../../../lib/client/index.ts";
import { describeMirror, toPlan, renderRow, sampleSize } from "../../../lib/plan/describe.ts";
import { sumChanges, renderPlan, type Plan, type PlanSample } from "../../../lib/plan/plan.ts";
import { LOCAL_CONTEXT_NAME } from "../../../lib/config/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../../tools.ts";

export const formatTenantName = (
  { tenant }: Pick<Import, "tenant">,
  { context }: Pick<ChosenTenant, "context">,
): Text =>
  tenant === context.name
    ? tenant === LOCAL_CONTEXT_NAME
      ? text("the local tenant", "このコンピューターのテナント")
      : same(tenant)
    : text(`${tenant} (context ${context.name})`, `${tenant}(コンテキスト ${context.name})`);

/** Returns the plan of an import, with the name and time zone of the tenant in use. */
export async function buildPlan(tools: Tools, told: Import): Promise<Plan> {
  const chosen = await tools.tenant("imports");
  return toPlan(told, { target: formatTenantName(told, chosen), zone: resolveTimezone(tools, chosen) });
}

interface PlanNotes {
  /** where to find all rows, or the option that writes them */
  readonly allRows?: Text | undefined;
  /** the problem of the header or the whole file, if there is one: notes on columns are then omitted */
  readonly whole?: string | undefined;
  /** true if an upload file is written, which has warnings of its own */
  readonly emits?: boolean | undefined;
}

/** Shows a plan: the target tenant, the counts, notes on columns, and the first rows (deletions first). */
export async function showPlan(tools: Tools, told: Import, { allRows, whole, emits }: PlanNotes = {}): Promise<void> {
  const plan = await buildPlan(tools, told);
  await renderPlan(tools.terminal, {
    ...plan,
    notes: [
      ...((whole === undefined ? plan.notes : undefined) ?? []),
      ...(await loadMirrorNotes(tools, told, emits === true)),
    ],
    samples: tools.globals.quiet || told.rejected ? [] : await buildSamples(tools, told, { plan, allRows }),
  });
}

async function loadMirrorNotes(tools: Tools, told: Import, emits: boolean): Promise<Iterable<Text>> {
  const chosen = await tools.tenant("tenant");
  const { context } = chosen;
  const { mirroredAt } = await chosen.client.tenant.show();
  const isMapped = context.kind === "embedded" && context.maps.has(told.kind);
  return describeMirror(told, { mirroredAt, zone: resolveTimezone(tools, chosen), isMapped, emits });
}

const SAMPLE_ACTION_ORDER: readonly RecordAction[] = ["delete", "create", "update"];

async function buildSamples(
  tools: Tools,
  told: Import,
  { plan, allRows: all }: Pick<PlanNotes, "allRows"> & { readonly plan: Plan },
): Promise<readonly PlanSample[]> {
  const { client } = await tools.tenant("imports");
  const linesOf = async function* (action: RecordAction): AsyncGenerator<Text> {
    const rows = client.imports.rows(told.id, { action, limit: sampleSize(told, action) });
    for await (const row of rows) yield renderRow(told, row);
  };
  return SAMPLE_ACTION_ORDER.flatMap((action) => {
    const count = sumChanges(plan.changes, action);
    return count === 0 ? [] : [{ lines: linesOf(action), rest: count - sampleSize(told, action), all }];
  });
}
