import { RENEWAL_KINDS, type Certainty, type RenewalKind } from "../../model/renewal.ts";
import { text, type Language, type Text } from "../../text/index.ts";

/** What a notice shows of a recorded item; neither notes nor the location of a phone leave the tenant. */
export interface NoticeItem {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  readonly organisation: string | null;
  /** UTC instant */
  readonly expiresAt: string | null;
  readonly certainty: Certainty;
  /** the person or role that renews it */
  readonly owner: string | null;
  /** name of the Apple or Google account */
  readonly account: string | null;
  /** UTC instant */
  readonly updatedAt: string;
  /** set when the file it was read from has another date */
  readonly remark?: Text | null;
}

/** One item of a digest, and the stage it has reached. */
export interface DueNotice {
  /** the context its tenant is reached by */
  readonly context: string;
  readonly item: NoticeItem & { readonly expiresAt: string };
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
export const titleOf = ({ item }: { readonly item: Pick<NoticeItem, "kind" | "name"> }, language: Language): string => {
  const kind = RENEWAL_KINDS[item.kind].name;
  const name = oneLine(item.name);
  return text(`${kind.en} "${name}"`, `${kind.ja}「${name}」`)[language];
};

/** The details of an item below its title and date, in order: a label and a value. */
export const detailsOf = (
  due: Pick<DueNotice, "item" | "context">,
  severalContexts: boolean,
): readonly (readonly [Text, string])[] => {
  const { item, context } = due;
  const guide = `clomoctl renewals guide ${item.id} --context ${context}`;
  const lines: readonly (readonly [Text, string | null])[] = [
    [text("tenant", "テナント"), severalContexts ? context : null],
    [text("organisation", "組織"), item.organisation],
    [text("account", "アカウント"), item.account],
    [text("owner", "更新担当"), item.owner],
    [text("steps", "手順"), guide],
  ];
  return lines.flatMap(([label, value]) => (value === null || value === "" ? [] : [[label, oneLine(value)] as const]));
};

/** The day of expiry; one that was only derived says so. */
export const dayText = ({ day, item }: DueNotice, language: Language): string =>
  item.certainty === "estimated" ? `${day} ${text("(estimated)", "(推定)")[language]}` : day;
