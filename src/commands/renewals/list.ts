import { commandName } from "../../lib/advice/index.ts";
import { compareByExpiry, judgeExpiry, type JudgedItem } from "../../lib/renewals/judge.ts";
import { FILE_HEADERS } from "../../lib/renewals/output/headers.ts";
import { Timeline } from "../../lib/document/timeline.ts";
import { Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { resolveTimezoneWithoutTenant, type ChosenTenant, type Tools } from "../tools.ts";
import { createExpiryClock, readCurrentItems, listRemarks } from "./items/tenant-items.ts";
import { ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS } from "./items/columns.ts";
import { noteExpectedRecords } from "./items/expected.ts";
import { listMissingFields } from "./items/missing.ts";
import type { ItemOverview } from "./items/overview.ts";
import { dayOf, formatMoment } from "../../lib/model/time.ts";
import type { Context } from "../../lib/config/index.ts";
import { buildDocumentOrRecordOptions, resolveRequestedDocument } from "../listing/documents.ts";
import { canReadReservedFields, loadRights } from "../rights.ts";
import { completeCommands } from "../../lib/terminal/commands.ts";
import { writeOutput } from "../csv/file/output.ts";

export default defineCommand({
  summary: text(
    "list renewal items with a 15-month timeline",
    "年次更新・期限を 15 か月のタイムラインとともに一覧する",
  ),
  details: [
    text(
      "On a terminal, the table is followed by a timeline that fits the width. In other formats, and with --fields, only the list is written. ~ marks an estimated date. An ADE server token that Apple rejected is critical whatever its date.",
      "ターミナルでは表の下に、幅に合わせたタイムラインを表示します。ほかの形式と --fields を指定したときは一覧だけです。~ は推定の期限です。Apple が拒否した ADE サーバートークンは、期限にかかわらず「至急」です。",
    ),
    text(
      "--format html writes a self-contained page (no scripts, no network) to show, send or print.",
      "--format html は、ほかのファイルもスクリプトもネットワークも要らない 1 ページを書き出します。表示・送付・印刷に使えます。",
    ),
  ],
  args: {},
  options: {
    allContexts: {
      kind: "boolean",
      about: text(
        "include the items of all tenants configured on this computer",
        "このコンピューターに登録された全テナントの項目を含める",
      ),
    },
    ...buildDocumentOrRecordOptions(["html"], "records", { header: FILE_HEADERS.renewalsPage }),
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl renewals list" },
    { line: "clomoctl renewals list --all-contexts --format json --fields context,name,daysLeft,level" },
    { line: "clomoctl renewals list --format html -o renewals.html --lang ja" },
  ],
  exits: ["not-found", "locked", "unavailable"],
  async run(tools, { allContexts, limit, ...options }) {
    const { terminal } = tools;
    const page = resolveRequestedDocument(tools, options, { usual: undefined, where: commandName("renewals list") });
    const { shown, found, contexts, failed } = await gatherRenewalItems(tools, { allContexts, limit });
    if (page !== undefined) {
      await writeOverviewPage(tools, shown, page.output);
    } else if (isDefaultTable(terminal)) {
      const { writeOverview } = await import("./items/overview.ts");
      await writeOverview(terminal, shown);
    } else {
      await terminal.list(listColumns(terminal, ITEM_COLUMNS, DEFAULT_ITEM_COLUMNS), shown.items);
    }
    await adviseSecondOwner(terminal, shown.items);
    if (terminal.interactive) {
      await noteMissingFields(tools, shown.items, contexts);
      if (isDefaultTable(terminal) && page === undefined)
        await noteExpectedRecords(tools, { allContexts, items: found });
    }
    return failed?.code;
  },
});

/** The items to show and the first failure of a tenant; items of other tenants are shown nevertheless. */
interface GatheredItems {
  readonly shown: ItemOverview;
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
  const [now, timezone, contexts] = [
    tools.clock.now(),
    await resolveTimezoneWithoutTenant(tools),
    all.map(({ name }) => name),
  ];
  const items = found.toSorted(compareByExpiry).slice(0, limit);
  return {
    shown: { items, contexts, timeline: new Timeline(dayOf(now, timezone)), now, timezone },
    found,
    contexts: all,
    failed,
  };
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

/** Writes the items as an HTML page to a file or to stdout. */
async function writeOverviewPage(tools: Tools, shown: ItemOverview, file: string): Promise<void> {
  const { renderPage } = await import("../../lib/document/page.ts");
  const { buildRenewalsDocument: renewalsDocument } = await import("../../lib/renewals/output/page.ts");
  const { terminal } = tools;
  const { contexts, timeline, now, timezone } = shown;
  const items =
    contexts.length > 1
      ? shown.items.map((item) => completeCommands(item, { context: item.context ?? undefined }))
      : shown.items;
  const content = { items, contexts, timeline, timezone, asOf: formatMoment(now, timezone, "minute") };
  const page = renderPage(terminal.completed(renewalsDocument(content)), terminal.language, FILE_HEADERS.renewalsPage);
  await writeOutput(tools, file, ReadableStream.from([Buffer.from(page)]), { held: false });
  if (file !== "-") await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
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
