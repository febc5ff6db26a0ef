import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import type { NoticeItem, Told } from "./message.ts";

/** Characters that end a line, cannot be seen, or turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]+/gu;

/** What a person recorded, as one line that shows all there is. */
export const oneLine = (recorded: string): string => recorded.replace(UNSEEN, " ").trim();

/** How long is left: "30 days left", "expires today", "expired 2 days ago". */
export const timeLeft = ({ days, expired }: Pick<Told, "days" | "expired">): Text => {
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

/** What is told of a thing beside its title and date, in order: a label and a value. */
export const detailsOf = (
  told: Pick<Told, "item" | "context">,
  severalContexts: boolean,
): readonly (readonly [Text, string])[] => {
  const { item, context } = told;
  const guide = `clomoctl renewals guide ${item.id} --context ${context}`;
  const lines: readonly (readonly [Text, string | null])[] = [
    [text("tenant", "テナント"), severalContexts ? context : null],
    [text("organisation", "組織"), item.organisation],
    [text("account", "アカウント"), item.account],
    [text("owner", "担当"), item.owner],
    [text("steps", "手順"), guide],
  ];
  return lines.flatMap(([label, value]) => (value === null || value === "" ? [] : [[label, oneLine(value)] as const]));
};

/** The day of expiry; one that was only derived says so. */
export const dayText = ({ day, item }: Told, language: Language): string =>
  item.certainty === "estimated" ? `${day} ${text("(estimated)", "(推定)")[language]}` : day;

/** What stands below every notice. */
export const FOOTER: Text = text(
  "Sent by clomoctl renewals notify. Each stage is said once; a thing that was renewed and recorded is said no more.",
  "clomoctl renewals notify からの通知です。各段階の通知は 1 回だけです。更新して記録すると、次の期限まで通知は止まります。",
);
