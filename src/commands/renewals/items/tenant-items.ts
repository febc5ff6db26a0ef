import { line, step } from "../../../lib/advice/index.ts";
import { unlessFailing } from "../../../lib/errors/index.ts";
import type { RenewalItem } from "../../../lib/client/index.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { LEVEL_NAMES } from "../../../lib/document/level.ts";
import { judge, USUAL_THRESHOLDS, type AsOf, type DatedItem, type JudgedItem } from "../../../lib/renewals/judge.ts";
import { withRejection } from "../../../lib/renewals/rejection.ts";
import { withSourceDates } from "../../../lib/renewals/sources.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { ITEM_COLUMNS, shownDay } from "./columns.ts";
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
  { context, client }: Pick<ChosenTenant<"renewals">, "context" | "client">,
  timezone: string,
): Promise<readonly DatedItem[]> =>
  withSourceDates(await client.renewals.list(), { lookAtSource: context.kind === "embedded", timezone });

/** As {@link itemsBySource}, with the server token marked if Apple rejected it; dates alone count if ADE cannot be read. */
export async function itemsAsTheyStand(
  tenant: Pick<ChosenTenant<"renewals" | "ade">, "context" | "client">,
  timezone: string,
): Promise<readonly DatedItem[]> {
  const items = await itemsBySource(tenant, timezone);
  if (items.every(({ kind }) => kind !== "ade-token")) return items;
  return withRejection(items, await unlessFailing(() => tenant.client.ade.show()));
}

/** What there is to say about an item's date, where it has one: that it has none shows by itself. */
export const remarksOf = ({ name, expiresAt, remark = null }: DatedItem): readonly Text[] =>
  remark === null || expiresAt === null ? [] : [text(`${name}: ${remark.en}`, `${name}: ${remark.ja}`)];

/** Returns whether an item has to be renewed now. */
export const isPressing = ({ level }: Pick<JudgedItem, "level">): boolean =>
  level === "expired" || level === "critical";

/** Says of an item how urgent it is, and when it expires. */
export const describePressing = ({ kind, name, level, expiresOn, certainty }: JudgedItem): Text => {
  const of = (language: "en" | "ja"): string =>
    `${RENEWAL_KINDS[kind][language]} ${name}: ${LEVEL_NAMES[level][language]}`;
  const when = shownDay(expiresOn, { certainty }) ?? "-";
  return text(`${of("en")} (${when})`, `${of("ja")}(${when})`);
};

/** Shows an item as it stands now, and to people what tells how to renew it. */
export async function showItem(tools: Tools, tenant: ChosenTenant, item: RenewalItem): Promise<void> {
  const { terminal } = tools;
  await terminal.show(ITEM_COLUMNS, judge(item, tenant.context.name, asOfNow(tools, tenant)));
  if (!terminal.onTerminal) return;
  const guide = line("renewals guide", [item.name]);
  await terminal.note(step("how to renew it", "更新の手順", guide));
}
