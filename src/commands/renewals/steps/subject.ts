import { line } from "../../../lib/advice/index.ts";
import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
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
 * @param alone true if several recorded items of the kind are an error
 * @throws Failure `not-found` if no item has the name, `usage` if several items match
 */
export async function resolveSubject(
  client: Client<"renewals">,
  typed: string,
  { alone }: { readonly alone: boolean },
): Promise<GuideSubject> {
  if (!isRenewalKind(typed)) {
    const item = await findItem(client, typed);
    return { kind: item.kind, item, ofKind: [item] };
  }
  const all = await client.renewals.list();
  const ofKind = all.filter(({ kind }) => kind === typed);
  const [one, ...others] = ofKind;
  if (one === undefined) return { kind: typed, item: null, ofKind };
  if (others.length === 0) return { kind: typed, item: one, ofKind };
  if (!alone) return { kind: typed, item: null, ofKind };
  const item = requireSingleMatch(typed, ofKind, {
    noun: text("item", "項目"),
    list: line("renewals list", []),
    describe: ({ id, name }) => `${name} ${id}`,
  });
  return { kind: typed, item, ofKind };
}
