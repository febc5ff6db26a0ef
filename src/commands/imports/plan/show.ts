import type { Action } from "../../../lib/model/import.ts";
import type { Import } from "../../../lib/client/index.ts";
import { describeMirror, planOf, rowLine, sampleSize } from "../../../lib/plan/describe.ts";
import { countAll, renderPlan, type Plan, type Sample } from "../../../lib/plan/plan.ts";
import { LOCAL } from "../../../lib/config/index.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../../tools.ts";
import { describeMovedOperators } from "./operators.ts";

/** The tenant, and the context by which it was reached if that has another name. */
export const tenantName = ({ tenant }: Pick<Import, "tenant">, { context }: Pick<ChosenTenant, "context">): Text =>
  tenant === context.name
    ? tenant === LOCAL
      ? text("the local tenant", "このコンピューターのテナント")
      : same(tenant)
    : text(`${tenant} (context ${context.name})`, `${tenant}(コンテキスト ${context.name})`);

/** Returns an import as a plan for the tenant in use. */
export async function planFor(tools: Tools, told: Import): Promise<Plan> {
  const chosen = await tools.tenant("imports");
  return planOf(told, { target: tenantName(told, chosen), zone: zoneOf(tools, chosen) });
}

/** What is known of a plan besides. */
interface PlanNotes {
  /** where all rows are, or what writes them */
  readonly allRows?: Text | undefined;
  /** the problem of the header or of the file as a whole, so that nothing is said of its columns */
  readonly whole?: string | undefined;
}

/** Shows a plan: where it would be applied, its counts, notes on its columns, and the first rows, deletions first. */
export async function showPlan(tools: Tools, told: Import, { allRows, whole }: PlanNotes = {}): Promise<void> {
  const plan = await planFor(tools, told);
  await renderPlan(tools.terminal, {
    ...plan,
    warnings: [...(plan.warnings ?? []), ...(await describeMovedOperators(tools, told))],
    notes: [...((whole === undefined ? plan.notes : undefined) ?? []), ...(await mirrorLines(tools, told))],
    samples: tools.globals.quiet || told.rejected ? [] : await samplesOf(tools, told, { plan, allRows }),
  });
}

async function mirrorLines(tools: Tools, told: Import): Promise<Iterable<Text>> {
  const chosen = await tools.tenant("tenant");
  const { context } = chosen;
  const { mirroredAt } = await chosen.client.tenant.show();
  const isMapped = context.kind === "embedded" && context.maps.has(told.kind);
  return describeMirror(told, { mirroredAt, zone: zoneOf(tools, chosen), isMapped });
}

const DELETIONS_FIRST: readonly Action[] = ["delete", "create", "update"];

async function samplesOf(
  tools: Tools,
  told: Import,
  { plan, allRows: all }: Pick<PlanNotes, "allRows"> & { readonly plan: Plan },
): Promise<readonly Sample[]> {
  const { client } = await tools.tenant("imports");
  const linesOf = async function* (action: Action): AsyncGenerator<Text> {
    const rows = client.imports.rows(told.id, { action, limit: sampleSize(told, action) });
    for await (const row of rows) yield rowLine(told, row);
  };
  return DELETIONS_FIRST.flatMap((action) => {
    const count = countAll(plan.changes, action);
    return count === 0 ? [] : [{ lines: linesOf(action), rest: count - sampleSize(told, action), all }];
  });
}
