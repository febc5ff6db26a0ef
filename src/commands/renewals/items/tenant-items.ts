import type { RenewalItem } from "../../../lib/client/index.ts";
import { USUAL_THRESHOLDS, type AsOf } from "../../../lib/renewals/judge.ts";
import { withSourceDates, type ItemBySource } from "../../../lib/renewals/sources.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../../tools.ts";

/** Now, in the context's zone, by the usual thresholds. */
export const asOfNow = (tools: Pick<Tools, "globals" | "clock">, tenant: Parameters<typeof zoneOf>[1]): AsOf => ({
  now: tools.clock.now(),
  timezone: zoneOf(tools, tenant),
  thresholds: USUAL_THRESHOLDS,
});

/**
 * A tenant's items with the dates they are judged by. Files are looked at only where the record was made on this
 * machine.
 *
 * @param timezone an IANA name; remarks tell days in it
 */
export const itemsBySource = async (
  { context, client }: Pick<ChosenTenant, "context" | "client">,
  timezone: string,
): Promise<readonly ItemBySource<RenewalItem>[]> =>
  withSourceDates(await client.renewals.list(), { lookAtSource: context.kind === "embedded", timezone });

/** What there is to say about an item's date, where it has one: that it has none shows by itself. */
export const remarksOf = ({ item, remark }: ItemBySource<RenewalItem>): readonly Text[] =>
  remark === null || item.expiresAt === null ? [] : [text(`${item.name}: ${remark.en}`, `${item.name}: ${remark.ja}`)];
