import type { ReadOptions } from "../../../lib/apple/index.ts";
import type { Ade, RenewalItem, Tenant } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { checkedFinding, findingsOf } from "../../../lib/renewals/administrators.ts";
import { type CheckResult, resultOf } from "../../../lib/renewals/check.ts";
import type { Finding } from "../../../lib/renewals/findings.ts";
import { judge, type CheckedItem, type CheckItem, type Thresholds } from "../../../lib/renewals/judge.ts";
import type { AdeReport } from "../../../lib/model/ade-health.ts";
import type { ContextAde } from "../../../lib/renewals/output/prometheus.ts";
import { MAX_BYTES } from "../../../lib/model/renewal.ts";
import { withRejection } from "../../../lib/renewals/rejection.ts";
import { gatherFiles, gatherScanned, unreadItem } from "../../../lib/renewals/sources.ts";
import { textInContext } from "../../../lib/terminal/commands.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { zoneInEffect, zoneOf, type Tools } from "../../tools.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { asOfNow, itemsBySource } from "./tenant-items.ts";

/** What is surely one mail address and no more. */
const ONE_ADDRESS = /^[\w.+-]+@[\w.-]+$/;

/** What to check. */
interface CheckRequest {
  /** files and folders; when there are any, nothing that is recorded */
  readonly files: readonly string[];
  /** files that open others among the files */
  readonly key: readonly string[];
  readonly passwordFile: readonly string[];
  /** patterns of names to leave out of folders */
  readonly exclude: readonly string[];
  readonly allContexts: boolean;
  readonly thresholds: Thresholds;
}

/** The result of a check, and the tenants that it read, by their contexts. */
interface GatheredCheck {
  readonly result: CheckResult;
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** the items with owners who may get no notices, as they are named otherwise than by one mail address */
  readonly unnoticed: ReadonlyMap<Context, readonly RenewalItem[]>;
  readonly ade: readonly ContextAde[];
}

/** What a check looks at of a tenant; the tenant itself is undefined where it could not be read or is not there yet. */
interface CheckedTenant {
  readonly items: readonly CheckItem[];
  readonly found?: readonly Finding[];
  readonly unnoticed?: readonly RenewalItem[];
  readonly tenant?: Tenant;
  /** undefined if its ADE is not watched */
  readonly ade?: AdeReport<Ade> | undefined;
}

/**
 * Runs a check; what cannot be read, including a tenant that cannot be opened, is unknown.
 *
 * @throws `not-found` when the context, or a file of a key, does not exist
 * @throws `input-rejected` when a key or a password cannot be used
 */
export async function gatherAll(
  tools: Tools,
  { files, exclude, allContexts, thresholds, ...openers }: CheckRequest,
): Promise<GatheredCheck> {
  const { contexts, globals, environment } = tools;
  const checked: CheckedItem[] = [];
  const findings: CheckedItem[] = [];
  const tenants = new Map<string, Tenant>();
  const ofOwners = new Map<Context, readonly RenewalItem[]>();
  const watched: ContextAde[] = [];
  if (files.length > 0) {
    const asOf = { now: tools.clock.now(), timezone: await zoneInEffect(tools), thresholds };
    const options = { ...(await openedBy(tools, openers)), exclude };
    for (const file of files) {
      for await (const found of file === "-"
        ? fromStdin(tools, options)
        : gatherFiles(file, tools.workingFolder, options)) {
        tools.signal.throwIfAborted();
        checked.push(judge(found, null, asOf));
      }
    }
  } else {
    const chosen = async (): Promise<Context> => (await contexts.choose(globals.context, environment)).context;
    const all = await contexts.list();
    // what is proposed is typed elsewhere: after the mail of cron, or an alarm
    const named = ({ remark, ...one }: CheckedItem, { name }: Context): CheckedItem => ({
      ...one,
      remark: remark === null || all.length === 1 ? remark : textInContext(remark, name),
    });
    for (const context of allContexts ? all : [await chosen()]) {
      tools.signal.throwIfAborted();
      const asOf = { ...asOfNow(tools, { context }), thresholds };
      const { items, tenant, found = [], unnoticed = [], ade } = await recordedIn(tools, context);
      checked.push(...items.map((item) => named(judge(item, context.name, asOf), context)));
      if (tenant === undefined) continue;
      tenants.set(context.name, tenant);
      if (ade !== undefined) watched.push({ ...ade, context: context.name });
      if (unnoticed.length > 0) ofOwners.set(context, unnoticed);
      findings.push(...found.map((finding) => named(checkedFinding(finding, context.name), context)));
    }
  }
  return { result: resultOf(checked, thresholds, findings), tenants, unnoticed: ofOwners, ade: watched };
}

/** What opens files is not loaded where nothing is named for it. */
const openedBy = async (tools: Tools, openers: Pick<CheckRequest, "key" | "passwordFile">): Promise<ReadOptions> =>
  openers.key.length + openers.passwordFile.length === 0
    ? {}
    : (await import("./read-options.ts")).readOpeners(tools, openers);

/** What is wrong, where, and what to do next, on one line: a report has no room for more. */
function reasonOf(error: unknown): Text {
  if (!(error instanceof Failure)) return same(error instanceof Error ? error.message : String(error));
  const { what, where, hint } = error;
  const [en, ja] = where === undefined ? ["", ""] : [` (${where})`, `(${where})`];
  return text(
    `${what.en}${en}${hint === undefined ? "" : `; ${hint.en}`}`,
    `${what.ja}${ja}${hint === undefined ? "" : `。${hint.ja}`}`,
  );
}

/** A tenant's items and itself, or that it cannot be read. An embedded tenant is not made for it. */
async function recordedIn(tools: Tools, context: Context): Promise<CheckedTenant> {
  try {
    if (context.kind === "embedded" && !tools.contexts.holdsTenant(context)) return { items: [] };
    const tenant = await tools.tenantOf(context, "renewals", "tenant", "ade");
    const recorded = await itemsBySource(tenant, zoneOf(tools, tenant));
    tools.signal.throwIfAborted();
    const shown = await tenant.client.tenant.show({ administration: true });
    const { watchedAde } = await import("../../ade/watched.ts");
    const ade = await watchedAde(tenant.client, shown, tools.clock.now());
    const items = withRejection(recorded, ade?.facts);
    const { administration } = shown;
    const unnoticed = items.filter(({ owner }) => owner !== null && !ONE_ADDRESS.test(owner));
    if (administration === undefined) return { items, unnoticed, tenant: shown, ade };
    const { recipientsWhoLeft } = await import("./mail-recipients.ts");
    const found = [...findingsOf(administration), ...(await recipientsWhoLeft(tools, context, administration))];
    return { items, unnoticed, tenant: shown, found, ade };
  } catch (error) {
    tools.signal.throwIfAborted();
    const reason = reasonOf(error);
    const remark = text(`cannot read the tenant: ${reason.en}`, `このテナントを読み込めません: ${reason.ja}`);
    return { items: [{ ...unreadItem(context.name, remark), source: null }] };
  }
}

async function* fromStdin(tools: Tools, options: ReadOptions): AsyncGenerator<CheckItem> {
  const { name, bytes } = await readNamedFile(tools, "-", MAX_BYTES);
  yield* await gatherScanned({ where: name, name, bytes, named: true }, options);
}
