import { line, step, type CommandLine } from "../../../lib/advice/index.ts";
import type { Client } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { needsRenewals } from "../../../lib/derived/applicability.ts";
import {
  DEFAULT_THRESHOLDS,
  type CheckItem,
  type ExpiryClock,
  type DatedItem,
  type Thresholds,
} from "../../../lib/renewals/expiry-status.ts";
import { markRejectedItem } from "../../../lib/renewals/rejection.ts";
import { applySourceDates, createUnreadableItem, NOTHING_RECORDED } from "../../../lib/renewals/sources.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";

export const createExpiryClock = (
  tools: Pick<Tools, "globals" | "clock">,
  tenant: Parameters<typeof resolveTimezone>[1],
  thresholds: Thresholds = DEFAULT_THRESHOLDS,
): ExpiryClock => ({ now: tools.clock.now(), timezone: resolveTimezone(tools, tenant), thresholds });

/** Also reads the source files of items that were recorded on this computer. */
export const readDatedItems = async (
  { context, client }: Pick<ChosenTenant<"renewals">, "context" | "client">,
  timezone: string,
): Promise<readonly DatedItem[]> =>
  applySourceDates(await client.renewals.list(), { lookAtSource: context.kind === "embedded", timezone });

export const NO_REMINDERS = text("no reminders are sent", "通知は送られません");

export const buildReminderCommand = ({ name }: Context, notify: "on" | "off"): CommandLine =>
  line("context set", [name], { notify });

export async function warnOfSilence({ terminal }: Pick<Tools, "terminal">, context: Context): Promise<void> {
  if (context.notify !== false) return;
  const { en, ja } = NO_REMINDERS;
  const [of, next] = [context.name, buildReminderCommand(context, "on")];
  await terminal.warn(step(`${of}: ${en}; to change this`, `${of}: ${ja}。送るには`, next));
}

export function describeUnreadable(error: unknown): Text {
  const { what, where, hint } =
    error instanceof Failure ? error : { what: same(error instanceof Error ? error.message : String(error)) };
  const at = where === undefined ? same("") : text(` (${where})`, `(${where})`);
  const next = hint === undefined ? same("") : text(`; ${hint.en}`, `。${hint.ja}`);
  return text(
    `cannot read the tenant: ${what.en}${at.en}${next.en}`,
    `このテナントを読み込めません: ${what.ja}${at.ja}${next.ja}`,
  );
}

/** @throws `not-found` if the local tenant does not exist, because a check must not create a tenant */
export async function loadCheckedTenant(
  tools: Tools,
  context: Context,
  needsAde = (items: readonly DatedItem[]): boolean => items.some(({ kind }) => kind === "ade-token"),
) {
  if (context.kind === "embedded" && !tools.contexts.hasTenant(context))
    throw new Failure("not-found", {
      what: text("it has no data yet, or its file is missing", "まだデータがないか、ファイルがありません"),
      hint: step("to start", "始めるには", line("users import", ["FILE"], { createOrgs: true, dryRun: true })),
    });
  const opened = await tools.tenantOf(context, "renewals", "tenant", "ade");
  const recorded = await readDatedItems(opened, resolveTimezone(tools, opened));
  tools.signal.throwIfAborted();
  const tenant = await opened.client.tenant.show();
  const ade = needsAde(recorded) ? await findMonitoredAde(opened.client, tools.clock.now()) : undefined;
  const name = tenant.profile?.domain ?? context.name;
  const items = markRejectedItem(recorded, ade?.facts).map((item) => ({ ...item, tenant: name }));
  return { tenant, name, ade, items };
}

async function findMonitoredAde(client: Client<"ade">, now: Date) {
  const { assessAdeHealth, isAdeMonitored } = await import("../../../lib/derived/ade-health.ts");
  try {
    const facts = await client.ade.show();
    return isAdeMonitored(facts) ? { facts, conditions: assessAdeHealth(facts, now) } : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  }
}

export async function readCheckedItems(tools: Tools, context: Context): Promise<readonly CheckItem[]> {
  try {
    const { tenant, name, items } = await loadCheckedTenant(tools, context);
    if (items.length > 0 || needsRenewals(tenant.profile) === false) return items;
    const next = line("renewals add", ["FOLDER"]);
    return [{ ...createUnreadableItem(name, NOTHING_RECORDED), source: null, tenant: name, next }];
  } catch (error) {
    tools.signal.throwIfAborted();
    return [{ ...createUnreadableItem(context.name, describeUnreadable(error)), source: null }];
  }
}
