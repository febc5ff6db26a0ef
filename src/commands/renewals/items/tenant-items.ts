import type { RenewalItem, TenantClient } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { USUAL_THRESHOLDS, type AsOf } from "../../../lib/renewals/judge.ts";
import { withSourceDates, type ItemBySource } from "../../../lib/renewals/sources.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";
import { theOne } from "../../listing/named.ts";
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

/** The argument that names an item. */
export const ITEM_ARGUMENT = {
  kind: "string",
  value: "ITEM",
  required: true,
  about: text("name or ID of an item, or the start of an ID", "項目の名前か ID(ID は先頭の一部でもよい)"),
} as const satisfies TextField;

/**
 * The item with a name, an ID or the start of an ID; a name takes precedence over the start of an ID.
 *
 * @throws Failure `not-found` where there is none, `usage` where it fits several, which are listed
 */
export async function findItem(client: Pick<TenantClient, "renewals">, typed: string): Promise<RenewalItem> {
  return itemNamed(typed, await client.renewals.list());
}

/** As {@link findItem}, among items that are known already. */
export function itemNamed(typed: string, items: readonly RenewalItem[]): RenewalItem {
  const start = typed.toLowerCase();
  const named = items.filter(({ id, name }) => id === start || nameKey(name) === nameKey(typed));
  const found = named.length > 0 || start === "" ? named : items.filter(({ id }) => id.startsWith(start));
  return theOne(typed, found, {
    noun: text("item", "項目"),
    list: "clomoctl renewals list",
    describe: ({ id, name, kind, organisation }) =>
      [RENEWAL_KINDS[kind].name.en, name, organisation, id].filter((part) => part !== null).join(" "),
  });
}
