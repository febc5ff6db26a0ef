import { compareByExpiry, judgeExpiry, type JudgedItem } from "../../lib/renewals/judge.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { type ChosenTenant, type Tools } from "../tools.ts";
import { createExpiryClock, readCurrentItems, listRemarks } from "./items/tenant-items.ts";
import { ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS } from "./items/columns.ts";
import { noteExpectedRecords } from "./items/expected.ts";
import { listMissingFields } from "./items/missing.ts";
import type { Context } from "../../lib/config/index.ts";
import { canReadReservedFields, loadRights } from "../rights.ts";

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
    const { shown, found, contexts, failed } = await gatherRenewalItems(tools, { allContexts, limit });
    await terminal.list(listColumns(terminal, ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS), shown);
    await adviseSecondOwner(terminal, shown);
    if (terminal.interactive) {
      await noteMissingFields(tools, shown, contexts);
      if (isDefaultTable(terminal)) await noteExpectedRecords(tools, { allContexts, items: found });
    }
    return failed?.code;
  },
});

interface GatheredItems {
  readonly shown: readonly JudgedItem[];
  /** all items, regardless of the limit */
  readonly found: readonly JudgedItem[];
  /** contexts whose items were requested */
  readonly contexts: readonly Context[];
  readonly failed: Failure | undefined;
}

async function gatherRenewalItems(
  tools: Tools,
  { allContexts, limit }: { readonly allContexts: boolean; readonly limit: number | undefined },
): Promise<GatheredItems> {
  const chosen = allContexts ? undefined : await tools.tenant("renewals", "ade");
  const { found, failed } =
    chosen === undefined
      ? await judgeItemsOfAllTenants(tools)
      : { found: await judgeItemsOfTenant(tools, chosen), failed: undefined };
  const all = chosen === undefined ? await tools.contexts.list() : [chosen.context];
  return { shown: found.toSorted(compareByExpiry).slice(0, limit), found, contexts: all, failed };
}

async function judgeItemsOfAllTenants(
  tools: Tools,
): Promise<{ found: readonly JudgedItem[]; failed: Failure | undefined }> {
  const found: JudgedItem[] = [];
  let failed: Failure | undefined;
  for (const context of await tools.contexts.list()) {
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

async function judgeItemsOfTenant(tools: Tools, tenant: ChosenTenant<"renewals" | "ade">): Promise<JudgedItem[]> {
  const asOf = createExpiryClock(tools, tenant);
  const items = await readCurrentItems(tenant, asOf.timezone);
  // only checks report that an item is not valid yet
  const all = items.map((item) => judgeExpiry({ ...item, validFrom: null }, tenant.context.name, asOf));
  for (const line of all.flatMap(listRemarks)) await tools.terminal.warn(line);
  return all;
}

/** Reports items without owner, account or phone (nobody could renew them) to users who may read these fields. */
async function noteMissingFields(
  tools: Tools,
  items: readonly JudgedItem[],
  contexts: readonly Context[],
): Promise<void> {
  const { terminal } = tools;
  const read = new Set<string>();
  for (const context of contexts.filter(({ name }) => items.some((item) => item.context === name))) {
    const rights = await ignoreFailure(() => loadRights(tools, context));
    if (rights !== undefined && canReadReservedFields(rights)) read.add(context.name);
  }
  for (const item of items.filter(({ context }) => context !== null && read.has(context))) {
    const missing = listMissingFields(item);
    if (missing.length === 0) continue;
    const [en, ja] = [missing.map((label) => label.en).join(", "), missing.map((label) => label.ja).join("、")];
    await terminal.note(text(`${item.name}: not recorded: ${en}`, `${item.name}: 登録がありません: ${ja}`));
  }
}

/** Recommends a second owner account, as Google does for Android Enterprise.  @see facts 3.6 */
async function adviseSecondOwner(terminal: Tools["terminal"], items: readonly JudgedItem[]): Promise<void> {
  const owners = Map.groupBy(
    items.filter(({ kind }) => kind === "android-owner"),
    ({ context }) => context,
  );
  for (const [context, { length }] of owners) {
    if (length !== 1) continue;
    await terminal.note(
      text(
        `${context}: only one Android Enterprise owner account is recorded; add a second owner in case the first account is lost`,
        `${context}: Android Enterprise の管理用 Gmail アカウントが 1 つだけです。失うと管理や再設定ができなくなるおそれがあるため、2 つ目の所有者を追加してください`,
      ),
    );
  }
}
