import { line } from "../../advice/index.ts";
import { phoneWords, RECORDED_FIELDS, RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { counted, same, text, type Language, type Text } from "../../text/index.ts";
import { HAVE_ACCOUNTS, WHAT_STOPS } from "../consequences.ts";
import type { DatedItem } from "../judge.ts";
import { shownWord } from "../../text/shell-word.ts";

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

/** How long is left: "30 days left", "expires today", "expired 2 days ago", "rejected 2 days ago". */
export const timeLeft = ({ days, expired, item }: Pick<DueNotice, "days" | "expired" | "item">): Text => {
  if (item.rejection !== undefined && days <= 0) return rejectedSince(-days);
  if (days > 1) return text(`${days} days left`, `あと ${days} 日`);
  if (days === 1) return text("1 day left", "あと 1 日");
  if (days === 0) return expired ? text("expired today", "本日期限切れ") : text("expires today", "本日が期限");
  return days === -1
    ? text("expired 1 day ago", "期限切れ(1 日経過)")
    : text(`expired ${-days} days ago`, `期限切れ(${-days} 日経過)`);
};

const rejectedSince = (days: number): Text =>
  days === 0
    ? text("rejected by Apple today", "本日 Apple が拒否")
    : text(`rejected by Apple ${counted(days, "day")} ago`, `Apple が拒否(${days} 日経過)`);

/** What the day of a notice is. */
export const dayLabel = ({ item }: Pick<DueNotice, "item">): Text =>
  item.rejection === undefined ? text("Expires", "期限") : text("Rejected by Apple", "Apple が拒否した日");

/** The kind and the name of a thing. */
export const titleOf = (item: Pick<RenewalItem, "kind" | "name">): Text => {
  const kind = RENEWAL_KINDS[item.kind];
  const name = oneLine(item.name);
  return text(`${kind.en} "${name}"`, `${kind.ja}「${name}」`);
};

/** How the details of an item are told. */
export interface DetailOptions {
  /** the tenants' names matter */
  readonly severalContexts: boolean;
  /** the file with its steps that goes along */
  readonly guide?: string | undefined;
  /** whether its reader may see accounts and telephone numbers; default: true */
  readonly readsReserved?: boolean | undefined;
}

const RECORDED = text("recorded; the command below shows it", "登録済み(下のコマンドで確認できます)");
const NOT_RECORDED = text("not recorded", "登録されていません");
const NOT_PERMITTED = text("not permitted to see", "権限なし");

/**
 * The details of an item below its title and date, in order: a label and a value. Neither notes nor the
 * number and the place of a phone leave the tenant; that none is recorded does.
 */
export const detailsOf = (
  { item, context, expired = false }: Pick<DueNotice, "item" | "context"> & Partial<Pick<DueNotice, "expired">>,
  { severalContexts, guide, readsReserved = true }: DetailOptions,
): readonly (readonly [label: Text, value: Text])[] => {
  // a name in quotes is not typed alike in every shell
  const named = shownWord(item.name) === item.name && item.name.length < item.id.length ? item.name : item.id;
  const command = line("renewals guide", [named], { context });
  const ofAccount = HAVE_ACCOUNTS.has(item.kind);
  const missing = ofAccount ? (readsReserved ? NOT_RECORDED : NOT_PERMITTED) : null;
  const lines: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("reason", "理由"), item.rejection?.what],
    [
      item.rejection !== undefined
        ? text("since it was rejected", "拒否の影響")
        : expired
          ? text("since it has expired", "期限切れの影響")
          : text("once expired", "期限が切れると"),
      WHAT_STOPS[item.kind],
    ],
    [text("tenant", "テナント"), severalContexts ? context : null],
    [RECORDED_FIELDS.organisation.label, item.organisation],
    [RECORDED_FIELDS.account.label, item.account ?? missing],
    [text("2-factor phone", "認証コードを受け取る電話"), ofAccount && phoneWords(item) !== null ? RECORDED : missing],
    [RECORDED_FIELDS.owner.label, item.owner],
    [
      text("steps", "手順"),
      guide === undefined ? command : text(`${guide} (attached), or ${command}`, `添付の ${guide}、または ${command}`),
    ],
  ];
  return lines.flatMap(([label, value]) => {
    if (value === null || value === undefined || value === "") return [];
    const { en, ja } = typeof value === "string" ? same(value) : value;
    return [[beginning(label), text(oneLine(en), oneLine(ja))] as const];
  });
};

/** A label as a line begins. */
const beginning = ({ en, ja }: Text): Text => text(en.slice(0, 1).toUpperCase() + en.slice(1), ja);

/** The day of expiry; one that was only derived says so. */
export const dayText = ({ day, item }: DueNotice): Text =>
  item.certainty === "estimated" ? text(`${day} (estimated)`, `${day} (推定)`) : same(day);
