import { line } from "../../../lib/advice/index.ts";
import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import { theOne } from "../../listing/named.ts";
import { findItem } from "../items/find-item.ts";

/** What a guide is about: a recorded item, or a kind in general (item null). */
export interface GuideSubject {
  readonly kind: RenewalKind;
  readonly item: RenewalItem | null;
  /** where none is meant: all that are recorded of the kind */
  readonly ofKind: readonly RenewalItem[];
}

const isKind = (typed: string): typed is RenewalKind => Object.hasOwn(RENEWAL_KINDS, typed);

/**
 * The subject of a guide, by the name of a kind or of an item.
 *
 * @param alone an item of the kind is needed: several of them are no answer
 * @throws Failure `not-found` where there is no such item, `usage` where it fits several
 */
export async function subjectOf(
  client: Client<"renewals">,
  typed: string,
  { alone }: { readonly alone: boolean },
): Promise<GuideSubject> {
  if (!isKind(typed)) {
    const item = await findItem(client, typed);
    return { kind: item.kind, item, ofKind: [item] };
  }
  const all = await client.renewals.list();
  const ofKind = all.filter(({ kind }) => kind === typed);
  const [one, ...others] = ofKind;
  if (one === undefined) return { kind: typed, item: null, ofKind };
  if (others.length === 0) return { kind: typed, item: one, ofKind };
  if (!alone) return { kind: typed, item: null, ofKind };
  const item = theOne(typed, ofKind, {
    noun: text("item", "項目"),
    list: line("renewals list", []),
    describe: ({ id, name }) => `${name} ${id}`,
  });
  return { kind: typed, item, ofKind };
}
