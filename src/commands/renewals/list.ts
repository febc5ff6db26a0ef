import { compareByExpiry, addExpiryStatus, type ItemWithStatus } from "../../lib/renewals/expiry-status.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { type ChosenTenant, type Tools } from "../tools.ts";
import { createExpiryClock, readCurrentItems, listRemarks, warnOfSilence } from "./items/tenant-items.ts";
import { ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS } from "./items/columns.ts";

export default defineCommand({
  summary: text("list renewal items", "年次更新・期限を一覧する"),
  args: {},
  options: {
    allContexts: {
      kind: "boolean",
      about: text(
        "include the items of all tenants configured on this computer",
        "このコンピューターに登録された全テナントの項目を含める",
      ),
    },
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl renewals list" },
    { line: "clomoctl renewals list --all-contexts --format json --fields context,name,daysLeft,level" },
  ],
  exits: ["not-found", "locked", "unavailable"],
  async run(tools, { allContexts, limit }) {
    const { terminal } = tools;
    const { found, failed } = allContexts
      ? await judgeItemsOfAllTenants(tools)
      : { found: await judgeItemsOfTenant(tools, await tools.tenant("renewals", "ade")), failed: undefined };
    const shown = found.toSorted(compareByExpiry).slice(0, limit);
    await terminal.list(listColumns(terminal, ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS), shown);
    return failed?.code;
  },
});

async function judgeItemsOfAllTenants(
  tools: Tools,
): Promise<{ found: readonly ItemWithStatus[]; failed: Failure | undefined }> {
  const found: ItemWithStatus[] = [];
  let failed: Failure | undefined;
  for (const context of await tools.contexts.listUsed()) {
    try {
      found.push(...(await judgeItemsOfTenant(tools, await tools.tenantOf(context, "renewals", "ade"))));
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "interrupted") throw error;
      failed ??= error;
      await tools.terminal.warn(
        text(
          `cannot show the items of ${context.name}: ${error.what.en}`,
          `${context.name} を表示できません: ${error.what.ja}`,
        ),
      );
    }
  }
  return { found, failed };
}

async function judgeItemsOfTenant(tools: Tools, tenant: ChosenTenant<"renewals" | "ade">): Promise<ItemWithStatus[]> {
  const asOf = createExpiryClock(tools, tenant);
  const items = await readCurrentItems(tenant, asOf.timezone);
  // only `renewals check` reports that an item is not valid yet
  const all = items.map((item) => addExpiryStatus({ ...item, validFrom: null }, tenant.context.name, asOf));
  await warnOfSilence(tools, tenant.context);
  for (const line of all.flatMap(listRemarks)) await tools.terminal.warn(line);
  return all;
}
