import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../../lib/model/renewal.ts";
import { findItem } from "../items/find-item.ts";

/** The subject of a guide: a recorded item, or a kind in general (`item` is null). */
export interface GuideSubject {
  readonly kind: RenewalKind;
  readonly item: RenewalItem | null;
  /** the recorded items of the kind; if the user specified an item, only that item */
  readonly ofKind: readonly RenewalItem[];
}

const isRenewalKind = (typed: string): typed is RenewalKind => Object.hasOwn(RENEWAL_KINDS, typed);

/**
 * Finds the subject of a guide by the name of a kind or of an item.
 *
 * @throws Failure `not-found` if no item has the name, `usage` if several items match
 */
export async function resolveSubject(client: Client<"renewals">, typed: string): Promise<GuideSubject> {
  if (!isRenewalKind(typed)) {
    const item = await findItem(client, typed);
    return { kind: item.kind, item, ofKind: [item] };
  }
  const all = await client.renewals.list();
  const ofKind = all.filter(({ kind }) => kind === typed);
  const [one, ...others] = ofKind;
  if (one === undefined) return { kind: typed, item: null, ofKind };
  if (others.length === 0) return { kind: typed, item: one, ofKind };
  return { kind: typed, item: null, ofKind };
}
