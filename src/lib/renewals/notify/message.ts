import { commandName, line, renderAdvice, step } from "../../advice/index.ts";
import type { Mail } from "../../document/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../nouns/renewal.ts";
import { formatCount, same, text, type Language, type Text } from "../../text/index.ts";
import type { ItemWithStatus } from "../expiry-status.ts";

export interface Message extends Mail {
  /** Message-ID without angle brackets, which stays the same if the message is sent again */
  readonly messageId: string;
}

export interface DueReminder {
  readonly tenant: string;
  readonly item: ItemWithStatus & { readonly expiresAt: string; readonly daysLeft: number };
  /** days before expiry; negative after expiry */
  readonly stage: number;
}

const UNSAFE_CHARACTERS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060-\u2065\ufeff]+/gu;

const toOneLine = (recorded: string): string => recorded.replace(UNSAFE_CHARACTERS, " ").trim();

export const formatItemTitle = (item: Pick<RenewalItem, "kind" | "name">): Text => {
  const kind = RENEWAL_KINDS[item.kind];
  const name = toOneLine(item.name);
  return text(`${kind.en} "${name}"`, `${kind.ja}「${name}」`);
};

const describeTimeLeft = ({ item: { daysLeft: days, isToday, level, rejection } }: DueReminder): Text => {
  if (rejection !== undefined && days <= 0)
    return days === 0
      ? text("rejected by Apple today", "本日 Apple が拒否")
      : text(`rejected by Apple ${formatCount(-days, "day")} ago`, `Apple が拒否(${-days} 日経過)`);
  if (days > 0) return text(`${formatCount(days, "day")} left`, `あと ${days} 日`);
  if (days < 0) return text(`expired ${formatCount(-days, "day")} ago`, `期限切れ(${-days} 日経過)`);
  if (level === "expired") return text("expired today", "本日期限切れ");
  return isToday
    ? text("expires today", "本日が期限")
    : text("expires before the next daily run", "次の自動実行までに期限切れ");
};

function describeReminder(due: DueReminder): Text {
  const { tenant, item } = due;
  const [left, title] = [describeTimeLeft(due), formatItemTitle(item)];
  const { remark, certainty } = item;
  const expiry = (item.expiry ?? "").replace("~", "");
  const [sureEn, sureJa] = certainty === "estimated" ? [" (estimated)", "(推定)"] : ["", ""];
  const [moreEn, moreJa] = remark === null ? ["", ""] : [`; ${toOneLine(remark.en)}`, `。${toOneLine(remark.ja)}`];
  return text(
    `${tenant}: ${title.en} ${expiry}${sureEn}, ${left.en}${moreEn}`,
    `${tenant}: ${title.ja} ${expiry}${sureJa} ${left.ja}${moreJa}`,
  );
}

const FOOTER: Text = text(
  `Sent by ${commandName("status")} --notify. Reminders continue until you record the renewal.`,
  `${commandName("status")} --notify からの通知です。更新を登録するまで、通知が続きます。`,
);

interface MessageContent {
  readonly subject: Text;
  readonly lines: readonly Text[];
  readonly language: Language;
  readonly messageId: string;
  readonly next?: Text | undefined;
}

export async function buildMessage({ subject, lines, language, messageId, next }: MessageContent): Promise<Message> {
  // loaded here, because a run without messages does not need this module
  const { renderMail } = await import("../../document/index.ts");
  const further = next === undefined ? [] : [{ kind: "paragraph", words: next } as const];
  const blocks = [{ kind: "list", items: lines } as const, ...further];
  return { ...renderMail({ title: subject, blocks, footer: FOOTER }, language), messageId };
}

export const buildReminderMessage = ({
  due,
  language,
  messageId,
}: Pick<Message, "messageId"> & {
  readonly due: readonly DueReminder[];
  readonly language: Language;
}): Promise<Message> => {
  const [first] = due;
  const lines = due.map(describeReminder);
  if (first === undefined) return buildMessage({ subject: same(""), lines, language, messageId });
  const [left, title] = [describeTimeLeft(first), formatItemTitle(first.item)];
  const more = due.length === 1 ? same("") : text(` and ${due.length - 1} more`, ` ほか ${due.length - 1} 件`);
  const subject = text(
    `[Renewal] ${first.tenant}: ${left.en}: ${title.en}${more.en}`,
    `【年次更新・期限】${first.tenant}: ${left.ja}: ${title.ja}${more.ja}`,
  );
  const guide = line("renewals guide", [first.item.name], { context: first.item.context });
  const next = renderAdvice(step("to see how to renew", "更新の手順を見るには", guide));
  return buildMessage({ subject, lines, language, messageId, next });
};
