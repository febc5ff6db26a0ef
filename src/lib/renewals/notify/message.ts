import { commandName } from "../../advice/index.ts";
import { joinTexts, same, text, type Text } from "../../text/index.ts";
import type { Document, Section } from "../../document/blocks.ts";
import type { Mail } from "../../document/index.ts";
import {
  getDayLabel,
  formatDueDay,
  listItemDetails,
  describeTimeLeft,
  formatItemTitle,
  type Digest,
  type DueReminder,
} from "./digest.ts";

/** A digest as a message that can be sent. */
export interface Message extends Mail {
  readonly messageId: string;
}

const FOOTER: Text = text(
  `Sent by ${commandName("renewals notify")}. Each reminder is sent only once. To stop the reminders until the next expiry date, record the renewal (${commandName("renewals renew")}).`,
  `${commandName("renewals notify")} からの通知です。各段階の通知は 1 回だけです。更新を記録すると(${commandName("renewals renew")})、次の期限まで通知は止まります。`,
);

const buildSubject = (first: DueReminder, others: number): Text => {
  const [left, title] = [describeTimeLeft(first), formatItemTitle(first.item)];
  const more = others === 0 ? same("") : text(` and ${others} more`, ` ほか ${others} 件`);
  return text(`[Renewal] ${left.en}: ${title.en}${more.en}`, `【年次更新・期限】${left.ja}: ${title.ja}${more.ja}`);
};

export const buildReminderDocument = ({
  due,
  warnings,
  severalContexts,
}: Pick<Digest, "due" | "warnings" | "severalContexts">): Document => {
  const [first, ...others] = due;
  const items = due.map((one): Section => {
    const day = joinTexts([formatDueDay(one), describeTimeLeft(one)], same(" "));
    return {
      title: formatItemTitle(one.item),
      blocks: [
        {
          kind: "facts",
          rows: [[getDayLabel(one), day], ...listItemDetails(one, { severalContexts })],
        },
      ],
    };
  });
  const cautions: Section = {
    title: text("Note", "ご注意"),
    blocks: warnings.map((words) => ({ kind: "paragraph", words })),
  };
  return {
    title: first === undefined ? same("") : buildSubject(first, others.length),
    intro: [],
    sections: [...items, ...(warnings.length === 0 ? [] : [cautions])],
    footer: FOOTER,
  };
};

export const buildReminderMessage = async (digest: Digest): Promise<Message> => {
  // a run that sends nothing does not need this module
  const { renderMail } = await import("../../document/index.ts");
  return { ...renderMail(buildReminderDocument(digest), digest.language), messageId: digest.messageId };
};
