import { commandName, line, renderAdvice, step } from "../../advice/index.ts";
import type { Mail } from "../../document/index.ts";
import { same, text, type Language, type Text } from "../../text/index.ts";
import { toOneLine } from "../../text/shell-word.ts";
import type { ItemWithStatus } from "../expiry-status.ts";
import { describeItem } from "../finding.ts";
import { findConnectionFault } from "../../errors/connection.ts";

/** The reason why a message was not sent; undefined if it was sent. */
export type DeliveryFault = Text | undefined;

/** Omits the error's message, which may contain secrets. */
export const getErrorLabel = (error: unknown): Text => {
  if (!(error instanceof Error)) return same("failure");
  const { code } = error as { readonly code?: unknown };
  return same(typeof code === "string" ? code : error.name);
};

export const describeConnectionError = (error: unknown, host: string, port: string | number): Text => {
  const { originalCode } = error as { readonly originalCode?: unknown };
  const code = typeof originalCode === "string" ? originalCode : getErrorLabel(error).en;
  const cause = findConnectionFault(code);
  const where = `${host}:${port}`;
  return cause === undefined
    ? same(`${where}: ${code}`)
    : text(`${where}: ${cause.en} (${code})`, `${where}: ${cause.ja}(${code})`);
};

export interface Message extends Mail {
  /** Message-ID without angle brackets, which stays the same if the message is sent again */
  readonly messageId: string;
}

export interface DueReminder {
  readonly tenant: string;
  readonly item: ItemWithStatus & { readonly expiresAt: string; readonly daysLeft: number };
}

/** The date of a rejected item is that of its rejection, so that the sentence says only that it was rejected. */
function describeReminder({ tenant, item }: DueReminder): Text {
  const { en, ja } = describeItem(item.rejection === undefined ? item : { ...item, level: "critical" });
  return text(`${tenant}: ${toOneLine(en)}`, `${tenant}: ${toOneLine(ja)}`);
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
}: Pick<MessageContent, "language" | "messageId"> & { readonly due: readonly DueReminder[] }): Promise<Message> => {
  const [first] = due;
  const lines = due.map(describeReminder);
  if (first === undefined) return buildMessage({ subject: same(""), lines, language, messageId });
  const { en, ja } = describeReminder(first);
  const more = due.length === 1 ? same("") : text(` and ${due.length - 1} more`, ` ほか ${due.length - 1} 件`);
  const subject = text(`[Renewal] ${en}${more.en}`, `【年次更新・期限】${ja}${more.ja}`);
  const guide = line("renewals guide", [first.item.name], { context: first.item.context });
  const next = renderAdvice(step("to see how to renew", "更新の手順を見るには", guide));
  return buildMessage({ subject, lines, language, messageId, next });
};
