import { TOKEN_REJECTED, watchesAde } from "../model/ade-health.ts";
import type { RenewalItem } from "../model/renewal.ts";
import { dayOf } from "../model/time.ts";
import { onDay, type DatedItem, type Rejection } from "./judge.ts";

/** What a tenant tells of its ADE server token. */
export interface HeldToken {
  /** its data came from the console: the token there is another one */
  readonly mirror: boolean;
  readonly token: {
    readonly rejectedAt: string | null;
    /** the id of the item that has its date */
    readonly renewal: string | null;
  } | null;
}

/**
 * Returns a tenant's items, of which that of the server token is marked if Apple rejected it. Everything that judges recorded
 * items asks here.
 *
 * @param held undefined if it is not known
 */
export function withRejection<I extends Pick<RenewalItem, "id">>(
  items: readonly I[],
  held: HeldToken | undefined,
): readonly (I & { readonly rejection?: Rejection | undefined })[] {
  if (held === undefined || held.token === null || !watchesAde(held)) return items;
  const { rejectedAt: at, renewal } = held.token;
  if (at === null || renewal === null) return items;
  return items.map((item) => (item.id === renewal ? { ...item, rejection: { what: TOKEN_REJECTED, at } } : item));
}

/**
 * What was rejected before its date ended then; a newer rejection is another end, so that its notices are sent. A rejection
 * that a wrong clock dated in the future counts as one of today, each day.
 *
 * @param timezone an IANA name
 */
export function endingAtRejection(item: DatedItem, now: Date, timezone: string): DatedItem {
  const { rejection, expiresAt } = item;
  if (rejection === undefined) return item;
  const isAhead = Date.parse(rejection.at) > now.getTime();
  const at = isAhead ? onDay(dayOf(now, timezone), timezone).now.toISOString() : rejection.at;
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(at)) return { ...item, rejection: undefined };
  return { ...item, expiresAt: at, certainty: "exact" };
}
