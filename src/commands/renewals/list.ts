import { commandName } from "../../lib/advice/index.ts";
import { byExpiry, judge, type JudgedItem } from "../../lib/renewals/judge.ts";
import { HEADERS } from "../../lib/renewals/output/headers.ts";
import { Timeline } from "../../lib/document/timeline.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable, LIMIT, listColumns } from "../listing/list.ts";
import { zoneInEffect, type ChosenTenant, type Tools } from "../tools.ts";
import { asOfNow, itemsAsTheyStand, remarksOf } from "./items/tenant-items.ts";
import { ITEM_COLUMNS, USUAL_ITEM_COLUMNS } from "./items/columns.ts";
import { tellExpectedOfAll } from "./items/expected.ts";
import { missingOf } from "./items/missing.ts";
import type { Overview } from "./items/overview.ts";
import { dayOf, momentIn } from "../../lib/model/time.ts";
import type { Context } from "../../lib/config/index.ts";
import { documentOrRecords, requestedDocument } from "../listing/documents.ts";
import { readsReserved, rightsIn } from "../rights.ts";
import { writeOutput } from "../csv/file/output.ts";

export default defineCommand({
  summary: text(
    "list what expires, with a 15-month timeline",
    "期限のあるものを 15 か月のタイムラインとともに一覧する",
  ),
  details: [
    text(
      "On a terminal, a table is followed by a timeline that fits its width. In other formats, and with --fields, only the list is written. ~ marks an estimated date. A server token for ADE that Apple rejected is critical whatever its date.",
      "ターミナルでは表の下に、幅に合わせたタイムラインを表示します。他の形式と --fields を指定したときは一覧だけです。~ は推定の期限です。Apple が拒否した ADE サーバートークンは、期限にかかわらず「至急」です。",
    ),
    text(
      "--format html writes a self-contained page (no scripts, no network) to show, send or print.",
      "--format html は、他のファイルもスクリプトもネットワークも要らない 1 ページを書き出します。表示・送付・印刷に使えます。",
    ),
  ],
  args: {},
  options: {
    allContexts: {
      kind: "boolean",
      about: text(
        "include the items of all tenants configured on this computer",
        "この PC に登録された全テナントの項目",
      ),
    },
    ...documentOrRecords(["html"], "records", { header: HEADERS.renewalsPage }),
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl renewals list" },
    { line: "clomoctl renewals list --all-contexts --format json --fields context,name,daysLeft,level" },
    { line: "clomoctl renewals list --format html -o renewals.html --lang ja" },
  ],
  exits: ["not-found", "locked", "unavailable"],
  async run(tools, { allContexts, limit, ...options }) {
    const { terminal } = tools;
    const page = requestedDocument(tools, options, { usual: undefined, where: commandName("renewals list") });
    const { shown, found, contexts, failed } = await gather(tools, { allContexts, limit });
    if (page !== undefined) {
      await writePage(tools, shown, page.output);
    } else if (isUsualTable(terminal)) {
      const { writeOverview } = await import("./items/overview.ts");
      await writeOverview(terminal, shown);
    } else {
      await terminal.list(listColumns(terminal, ITEM_COLUMNS, USUAL_ITEM_COLUMNS), shown.items);
    }
    await adviseSecondOwner(terminal, shown.items);
    if (terminal.interactive) {
      await listMissing(tools, shown.items, contexts);
      if (isUsualTable(terminal) && page === undefined) await tellExpectedOfAll(tools, { allContexts, items: found });
    }
    return failed?.code;
  },
});

/** What is shown, and the first failure of a tenant that keeps the others' items from nobody. */
interface GatheredList {
  readonly shown: Overview;
  /** all items, without a limit */
  readonly found: readonly JudgedItem[];
  /** the tenants that were asked for */
  readonly contexts: readonly Context[];
  readonly failed: Failure | undefined;
}

async function gather(
  tools: Tools,
  { allContexts, limit }: { readonly allContexts: boolean; readonly limit: number | undefined },
): Promise<GatheredList> {
  const chosen = allContexts ? undefined : await tools.tenant("renewals", "ade");
  const { found, failed } =
    chosen === undefined ? await judgedOfAll(tools) : { found: await judgedOf(tools, chosen), failed: undefined };
  const all = chosen === undefined ? await tools.contexts.list() : [chosen.context];
  const [now, timezone, contexts] = [tools.clock.now(), await zoneInEffect(tools), all.map(({ name }) => name)];
  const items = found.toSorted(byExpiry).slice(0, limit);
  return {
    shown: { items, contexts, timeline: new Timeline(dayOf(now, timezone)), now, timezone },
    found,
    contexts: all,
    failed,
  };
}

async function judgedOfAll(tools: Tools): Promise<{ found: readonly JudgedItem[]; failed: Failure | undefined }> {
  const found: JudgedItem[] = [];
  let failed: Failure | undefined;
  for (const context of await tools.contexts.list()) {
    try {
      found.push(...(await judgedOf(tools, await tools.tenantOf(context, "renewals", "ade"))));
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "interrupted") throw error;
      failed ??= error;
      await tools.terminal.warn(
        text(`cannot show ${context.name}: ${error.what.en}`, `${context.name} を表示できません: ${error.what.ja}`),
      );
    }
  }
  return { found, failed };
}

async function judgedOf(tools: Tools, tenant: ChosenTenant<"renewals" | "ade">): Promise<JudgedItem[]> {
  const asOf = asOfNow(tools, tenant);
  const items = await itemsAsTheyStand(tenant, asOf.timezone);
  // whether it is valid already is for checks
  const all = items.map((item) => judge({ ...item, validFrom: null }, tenant.context.name, asOf));
  for (const line of all.flatMap(remarksOf)) await tools.terminal.warn(line);
  return all;
}

/** Writes items as a page, to a file or to stdout. */
async function writePage(tools: Tools, shown: Overview, file: string): Promise<void> {
  const { documentPage } = await import("../../lib/document/page.ts");
  const { renewalsDocument } = await import("../../lib/renewals/output/page.ts");
  const { terminal } = tools;
  const { items, contexts, timeline, now, timezone } = shown;
  const content = { items, contexts, timeline, timezone, asOf: momentIn(now, timezone, "minute") };
  const page = documentPage(renewalsDocument(content), terminal.language, HEADERS.renewalsPage);
  await writeOutput(tools, file, ReadableStream.from([Buffer.from(page)]), { held: false });
  if (file !== "-") await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
}

/** Names what has no owner, account or phone recorded: nobody would know how to renew it. Only who reads these learns it. */
async function listMissing(tools: Tools, items: readonly JudgedItem[], contexts: readonly Context[]): Promise<void> {
  const { terminal } = tools;
  const read = new Set<string>();
  for (const context of contexts.filter(({ name }) => items.some((item) => item.context === name))) {
    const rights = await unlessFailing(() => rightsIn(tools, context));
    if (rights !== undefined && readsReserved(rights)) read.add(context.name);
  }
  for (const item of items.filter(({ context }) => context !== null && read.has(context))) {
    const missing = missingOf(item);
    if (missing.length === 0) continue;
    const [en, ja] = [missing.map((label) => label.en).join(", "), missing.map((label) => label.ja).join("、")];
    await terminal.note(text(`${item.name}: not recorded: ${en}`, `${item.name}: 登録がありません: ${ja}`));
  }
}

/** @see facts 3.6: Google recommends a second owner of an Android Enterprise environment */
async function adviseSecondOwner(terminal: Tools["terminal"], items: readonly JudgedItem[]): Promise<void> {
  const owners = Map.groupBy(
    items.filter(({ kind }) => kind === "android-owner"),
    ({ context }) => context,
  );
  for (const [context, { length }] of owners) {
    if (length !== 1) continue;
    await terminal.note(
      text(
        `${context}: only one Android Enterprise owner account; add a second owner in case one is lost`,
        `${context}: Android Enterprise の管理用 Gmail アカウントが 1 つだけです。失うと管理や再設定ができなくなるおそれがあるため、2 つ目の所有者を追加してください`,
      ),
    );
  }
}
