import { ignoreFailure } from "../../../lib/errors/index.ts";
import { DEFAULT_THRESHOLDS, type ExpiryClock, type DatedItem } from "../../../lib/renewals/judge.ts";
import { markRejectedItem } from "../../../lib/renewals/rejection.ts";
import { applySourceDates } from "../../../lib/renewals/sources.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../../tools.ts";

export const createExpiryClock = (
  tools: Pick<Tools, "globals" | "clock">,
  tenant: Parameters<typeof resolveTimezone>[1],
): ExpiryClock => ({
  now: tools.clock.now(),
  timezone: resolveTimezone(tools, tenant),
  thresholds: DEFAULT_THRESHOLDS,
});

/** Also reads the source files if the items were recorded on this computer. */
export const readDatedItems = async (
  { context, client }: Pick<ChosenTenant<"renewals">, "context" | "client">,
  timezone: string,
): Promise<readonly DatedItem[]> =>
  applySourceDates(await client.renewals.list(), { lookAtSource: context.kind === "embedded", timezone });

/** Also marks an ADE token that Apple rejected. */
export async function readCurrentItems(
  tenant: Pick<ChosenTenant<"renewals" | "ade">, "context" | "client">,
  timezone: string,
): Promise<readonly DatedItem[]> {
  const items = await readDatedItems(tenant, timezone);
  if (items.every(({ kind }) => kind !== "ade-token")) return items;
  return markRejectedItem(items, await ignoreFailure(() => tenant.client.ade.show()));
}

/** Omits a remark that the date is missing, because the empty cell shows this. */
export const listRemarks = ({ name, expiresAt, remark = null }: DatedItem): readonly Text[] =>
  remark === null || expiresAt === null ? [] : [text(`${name}: ${remark.en}`, `${name}: ${remark.ja}`)];
