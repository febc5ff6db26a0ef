import { line } from "../../advice/index.ts";
import { formatTwoFactorPhone, RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { formatCount, same, text, type Language, type Text } from "../../text/index.ts";
import { KINDS_WITH_ACCOUNT, EXPIRY_CONSEQUENCES } from "../consequences.ts";
import type { DatedItem } from "../judge.ts";
import { quoteShellWord } from "../../text/shell-word.ts";

/** An item of a digest, with the stage that it has reached. */
export interface DueReminder {
  /** context of the item's tenant */
  readonly context: string;
  readonly item: DatedItem & { readonly expiresAt: string };
  /** number of days before expiry; negative after expiry, with one stage per day */
  readonly stage: number;
  /** calendar days left, in the tenant's time zone */
  readonly days: number;
  /** calendar day of the expiry in the tenant's time zone, such as `2027-03-01` */
  readonly day: string;
  /** true if the exact instant of the expiry has passed */
  readonly expired: boolean;
}

/** The content of one message to one recipient. */
export interface Digest {
  /** the most urgent first; at least one */
  readonly due: readonly DueReminder[];
  /** further information for the recipient, for example about items without a date */
  readonly warnings: readonly Text[];
  readonly language: Language;
  /** true if items must name their tenant */
  readonly severalContexts: boolean;
  /** without angle brackets; the same if the message is sent again */
  readonly messageId: string;
}

const UNSAFE_CHARACTERS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]+/gu;

export const toOneLine = (recorded: string): string => recorded.replace(UNSAFE_CHARACTERS, " ").trim();

/** Describes how much time is left: "30 days left", "expires today", "expired 2 days ago", "rejected 2 days ago". */
export const describeTimeLeft = ({ days, expired, item }: Pick<DueReminder, "days" | "expired" | "item">): Text => {
  if (item.rejection !== undefined && days <= 0) return describeRejectionAge(-days);
  if (days > 1) return text(`${days} days left`, `あと ${days} 日`);
  if (days === 1) return text("1 day left", "あと 1 日");
  if (days === 0) return expired ? text("expired today", "本日期限切れ") : text("expires today", "本日が期限");
  return days === -1
    ? text("expired 1 day ago", "期限切れ(1 日経過)")
    : text(`expired ${-days} days ago`, `期限切れ(${-days} 日経過)`);
};

const describeRejectionAge = (days: number): Text =>
  days === 0
    ? text("rejected by Apple today", "本日 Apple が拒否")
    : text(`rejected by Apple ${formatCount(days, "day")} ago`, `Apple が拒否(${days} 日経過)`);

export const getDayLabel = ({ item }: Pick<DueReminder, "item">): Text =>
  item.rejection === undefined ? text("Expires", "期限") : text("Rejected by Apple", "Apple が拒否した日");

export const formatItemTitle = (item: Pick<RenewalItem, "kind" | "name">): Text => {
  const kind = RENEWAL_KINDS[item.kind];
  const name = toOneLine(item.name);
  return text(`${kind.en} "${name}"`, `${kind.ja}「${name}」`);
};

export interface DetailOptions {
  /** true if the details must name the tenant */
  readonly severalContexts: boolean;
  /** whether the reader may see accounts and telephone numbers (default: true) */
  readonly readsReserved?: boolean | undefined;
}

const PHONE_RECORDED_TEXT = text(
  "recorded (to show it, use the command below)",
  "登録済み(下のコマンドで確認できます)",
);
const NOT_RECORDED_TEXT = text("not recorded", "登録されていません");
const NOT_PERMITTED_TEXT = text("no permission to view", "権限なし");

/**
 * Returns the details that are shown below the title and date of an item, in order, as labels and values. Notes, and
 * the number and location of a phone, never leave the tenant. The details say only whether a phone is recorded.
 */
export const listItemDetails = (
  { item, context, expired = false }: Pick<DueReminder, "item" | "context"> & Partial<Pick<DueReminder, "expired">>,
  { severalContexts, readsReserved = true }: DetailOptions,
): readonly (readonly [label: Text, value: Text])[] => {
  // the ID replaces a name that needs quotes, because shells differ in how they quote
  const named = quoteShellWord(item.name) === item.name && item.name.length < item.id.length ? item.name : item.id;
  const command = line("renewals guide", [named], { context });
  const ofAccount = KINDS_WITH_ACCOUNT.has(item.kind);
  const missing = ofAccount ? (readsReserved ? NOT_RECORDED_TEXT : NOT_PERMITTED_TEXT) : null;
  const lines: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("reason", "理由"), item.rejection?.what],
    [
      item.rejection !== undefined
        ? text("effects of the rejection", "拒否の影響")
        : expired
          ? text("effects of the expiry", "期限切れの影響")
          : text("once expired", "期限が切れると"),
      EXPIRY_CONSEQUENCES[item.kind],
    ],
    [text("tenant", "テナント"), severalContexts ? context : null],
    [RECORDED_FIELDS.organisation.label, item.organisation],
    [RECORDED_FIELDS.account.label, item.account ?? missing],
    [
      text("2-factor phone", "認証コードを受け取る電話"),
      ofAccount && formatTwoFactorPhone(item) !== null ? PHONE_RECORDED_TEXT : missing,
    ],
    [RECORDED_FIELDS.owner.label, item.owner],
    [text("steps", "手順"), same(command)],
  ];
  return lines.flatMap(([label, value]) => {
    if (value === null || value === undefined || value === "") return [];
    const { en, ja } = typeof value === "string" ? same(value) : value;
    return [[capitaliseLabel(label), text(toOneLine(en), toOneLine(ja))] as const];
  });
};

const capitaliseLabel = ({ en, ja }: Text): Text => text(en.slice(0, 1).toUpperCase() + en.slice(1), ja);

/** Returns the day of expiry, marked if it is only estimated. */
export const formatDueDay = ({ day, item }: DueReminder): Text =>
  item.certainty === "estimated" ? text(`${day} (estimated)`, `${day} (推定)`) : same(day);
