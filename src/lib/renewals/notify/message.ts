import { commandName } from "../../advice/index.ts";
import type { Mail } from "../../document/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../model/renewal.ts";
import { completeCommands } from "../../terminal/commands.ts";
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
  readonly guided?: DueReminder | undefined;
}

export async function buildMessage({ subject, lines, language, messageId, guided }: MessageContent): Promise<Message> {
  // loaded here, because a run without messages does not need this module
  const { renderMail } = await import("../../document/index.ts");
  const guide = guided === undefined ? [] : [await buildGuideSection(guided)];
  const intro = [{ kind: "list", items: lines } as const];
  return { ...renderMail({ title: subject, intro, sections: guide, footer: FOOTER }, language), messageId };
}

/** Omits notes, phone numbers and phone locations, which must not leave the tenant. */
async function buildGuideSection({ tenant, item }: DueReminder) {
  const { buildRenewalGuide } = await import("../guide/index.ts");
  const { buildGuideDocument } = await import("../guide/document.ts");
  const known = { ...item, phone: null, phoneHolder: null, notes: null };
  const guide = buildRenewalGuide(item.kind, known, item.expiry, item.holding);
  const { title, intro, sections } = completeCommands(buildGuideDocument(guide), { context: item.context });
  const blocks = [...intro, ...sections.flatMap((section) => section.blocks)];
  return { title: text(`${tenant}: ${title.en}`, `${tenant}: ${title.ja}`), blocks };
}

export const buildReminderMessage = ({
  due,
  language,
  messageId,
}: Pick<Message, "messageId"> & {
  readonly due: readonly DueReminder[];
  readonly language: Language;
}): Promise<Message> => {
  const [guided] = due;
  const lines = due.map(describeReminder);
  if (guided === undefined) return buildMessage({ subject: same(""), lines, language, messageId });
  const [left, title] = [describeTimeLeft(guided), formatItemTitle(guided.item)];
  const more = due.length === 1 ? same("") : text(` and ${due.length - 1} more`, ` ほか ${due.length - 1} 件`);
  const subject = text(
    `[Renewal] ${guided.tenant}: ${left.en}: ${title.en}${more.en}`,
    `【年次更新・期限】${guided.tenant}: ${left.ja}: ${title.ja}${more.ja}`,
  );
  return buildMessage({ subject, lines, language, messageId, guided });
};
