import { compareByExpiry, addExpiryStatus, type ItemWithStatus } from "../../lib/renewals/expiry-status.ts";
import { ignoreFailure, type ErrorCode } from "../../lib/errors/index.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { workOnEachContext } from "../kit/each-context.ts";
import { ALL_CONTEXTS_OPTION, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { type ChosenTenant, type Tools } from "../kit/tools.ts";
import { createExpiryClock, readDatedItems, warnOfSilence } from "../kit/items/tenant-items.ts";
import { isAboutSeveral } from "../kit/list/contexts.ts";
import { ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS } from "../kit/items/columns.ts";

export default defineCommand({
  summary: text("list renewal items", "年次更新・期限を一覧する"),
  args: {},
  options: { allContexts: ALL_CONTEXTS_OPTION, limit: LIMIT_OPTION },
  examples: [
    { line: "clomoctl renewals list" },
    { line: "clomoctl renewals list --all-contexts --format json --fields context,name,daysLeft,level" },
  ],
  exits: ["not-found", "locked", "unavailable", "partial"],
  async run(tools, { allContexts, limit }) {
    const { terminal, contexts, globals, environment } = tools;
    const found: ItemWithStatus[] = [];
    const judge = async (tenant: Promise<ChosenTenant<"renewals" | "ade">>): Promise<void> =>
      void found.push(...(await judgeItemsOfTenant(tools, await tenant)));
    let failed: ErrorCode | undefined;
    if (!isAboutSeveral(tools, allContexts)) await judge(tools.tenant("renewals", "ade"));
    else {
      const named = await contexts.chooseSeveral(allContexts, globals.context, environment);
      failed = await workOnEachContext(tools, named, (context) => judge(tools.tenantOf(context, "renewals", "ade")), 8);
    }
    const shown = found.toSorted(compareByExpiry).slice(0, limit);
    await terminal.list(listColumns(terminal, ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS), shown);
    return failed;
  },
});

async function judgeItemsOfTenant(tools: Tools, tenant: ChosenTenant<"renewals" | "ade">): Promise<ItemWithStatus[]> {
  const asOf = createExpiryClock(tools, tenant);
  const recorded = await readDatedItems(tenant, asOf.timezone);
  const hasToken = recorded.some(({ kind }) => kind === "ade-token");
  const ade = hasToken ? await ignoreFailure(() => tenant.client.ade.show()) : undefined;
  // only `renewals check` reports that an item is not valid yet
  const all = markRejectedItem(recorded, ade).map((item) =>
    addExpiryStatus({ ...item, validFrom: null }, tenant.context.name, asOf),
  );
  await warnOfSilence(tools, tenant.context);
  for (const { name, expiresAt, remark = null } of all)
    if (remark !== null && expiresAt !== null)
      await tools.terminal.warn(text(`${name}: ${remark.en}`, `${name}: ${remark.ja}`));
  return all;
}
