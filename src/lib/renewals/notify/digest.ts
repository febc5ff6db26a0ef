import { RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import type { DatedItem } from "../judge.ts";

/** One item of a digest, and the stage it has reached. */
export interface DueNotice {
  /** the context its tenant is reached by */
  readonly context: string;
  readonly item: DatedItem & { readonly expiresAt: string };
  /** days before expiry; negative for each day after it */
  readonly stage: number;
  /** calendar days left, in the tenant's zone */
  readonly days: number;
  /** the calendar day of expiry there, `2027-03-01` */
  readonly day: string;
  /** its very instant has passed */
  readonly expired: boolean;
}

/** Everything one recipient is sent in one message. */
export interface Digest {
  /** the most urgent first; at least one */
  readonly due: readonly DueNotice[];
  /** what else the recipient should know: who is gone, whose mail bounced */
  readonly warnings: readonly Text[];
  readonly language: Language;
  /** the tenants' names matter */
  readonly severalContexts: boolean;
  /** without angle brackets; the same whenever it is sent again */
  readonly messageId: string;
}

/** Characters that end a line, cannot be seen, or turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]+/gu;

/** What a person recorded, as one line that shows all there is. */
export const oneLine = (recorded: string): string => recorded.replace(UNSEEN, " ").trim();

/** How long is left: "30 days left", "expires today", "expired 2 days ago". */
export const timeLeft = ({ days, expired }: Pick<DueNotice, "days" | "expired">): Text => {
  if (days > 1) return text(`${days} days left`, `あと ${days} 日`);
  if (days === 1) return text("1 day left", "あと 1 日");
  if (days === 0) return expired ? text("expired today", "本日期限切れ") : text("expires today", "本日が期限");
  return days === -1
    ? text("expired 1 day ago", "期限切れ(1 日経過)")
    : text(`expired ${-days} days ago`, `期限切れ(${-days} 日経過)`);
};

/** The kind and the name of a thing. */
export const titleOf = (item: Pick<RenewalItem, "kind" | "name">, language: Language): string => {
  const kind = RENEWAL_KINDS[item.kind];
  const name = oneLine(item.name);
  return text(`${kind.en} "${name}"`, `${kind.ja}「${name}」`)[language];
};

/**
 * The details of an item below its title and date, in order: a label and a value. Neither notes nor the location of a
 * phone leave the tenant.
 */
export const detailsOf = (
  due: Pick<DueNotice, "item" | "context">,
  severalContexts: boolean,
): readonly (readonly [Text, string])[] => {
  const { item, context } = due;
  const guide = `clomoctl renewals guide ${item.id} --context ${context}`;
  const lines: readonly (readonly [Text, string | null])[] = [
    [text("tenant", "テナント"), severalContexts ? context : null],
    [RECORDED_FIELDS.organisation.label, item.organisation],
    [RECORDED_FIELDS.account.label, item.account],
    [RECORDED_FIELDS.owner.label, item.owner],
    [text("steps", "手順"), guide],
  ];
  return lines.flatMap(([label, value]) => (value === null || value === "" ? [] : [[label, oneLine(value)] as const]));
};

/** The day of expiry; one that was only derived says so. */
export const dayText = ({ day, item }: DueNotice, language: Language): string =>
  item.certainty === "estimated" ? `${day} ${text("(estimated)", "(推定)")[language]}` : day;
