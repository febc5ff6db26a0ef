import { TOKEN_REJECTION_MESSAGE, type AdeHealthFacts } from "../derived/ade-health.ts";
import type { RenewalItem } from "../nouns/renewal.ts";
import { dayOf } from "../model/time.ts";
import { createDayClock, type DatedItem, type Rejection } from "./expiry-status.ts";

export function markRejectedItem<I extends Pick<RenewalItem, "id">>(
  items: readonly I[],
  tokenState: Pick<AdeHealthFacts, "mirror" | "token"> | undefined,
): readonly (I & { readonly rejection?: Rejection | undefined })[] {
  if (tokenState === undefined || tokenState.token === null || tokenState.mirror) return items;
  const { rejectedAt: at, renewal } = tokenState.token;
  if (at === null || renewal === null) return items;
  return items.map((item) =>
    item.id === renewal ? { ...item, rejection: { what: TOKEN_REJECTION_MESSAGE, at } } : item,
  );
}

/** A rejection in the future, from a wrong clock, is moved to today. */
export function expireAtRejection(item: DatedItem, now: Date, timezone: string): DatedItem {
  const { rejection, expiresAt } = item;
  if (rejection === undefined) return item;
  const isAhead = Date.parse(rejection.at) > now.getTime();
  const at = isAhead ? createDayClock(dayOf(now, timezone), timezone).now.toISOString() : rejection.at;
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(at)) return { ...item, rejection: undefined };
  return { ...item, expiresAt: at, certainty: "exact" };
}
