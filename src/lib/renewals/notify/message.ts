import type { Certainty, RenewalKind } from "../../model/renewal.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import { renewalCalendar } from "../output/calendar.ts";
import { htmlOf } from "./message-html.ts";
import { dayText, detailsOf, FOOTER, timeLeft, titleOf } from "./message-words.ts";

/** What a notice tells of a recorded thing; neither notes nor the place of a phone leave the tenant. */
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
  /** the Apple or Google account, by name */
  readonly account: string | null;
  /** UTC instant */
  readonly updatedAt: string;
  /** what is to be said of the date: that the file it was read from says another */
  readonly remark?: Text | null;
}

/** A stage of a thing, as a digest tells it. */
export interface Told {
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

/** All that one recipient is told in one go. */
export interface Digest {
  /** the most urgent first; at least one */
  readonly told: readonly Told[];
  /** what else the recipient should know: who is gone, whose mail bounced */
  readonly warnings: readonly Text[];
  readonly language: Language;
  /** the tenants' names matter */
  readonly severalContexts: boolean;
  /** without angle brackets; the same whenever it is sent again */
  readonly messageId: string;
}

/** A digest in words. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** iCalendar */
  readonly calendar: string;
  readonly messageId: string;
}

/** The first line of it all: how long the most urgent thing has left, and how many others there are. */
export const subjectOf = ({ told, language }: Digest): string => {
  const [first] = told;
  if (first === undefined) return "";
  const others = told.length - 1;
  const left = timeLeft(first)[language];
  const title = titleOf(first, language);
  const subject =
    others === 0
      ? text(`[Renewal] ${left}: ${title}`, `【更新期限】${left}: ${title}`)
      : text(`[Renewal] ${left}: ${title} and ${others} more`, `【更新期限】${left}: ${title} ほか ${others} 件`);
  return subject[language];
};

const textOf = (digest: Digest): string => {
  const { told, warnings, language, severalContexts } = digest;
  const say = (wording: Text): string => wording[language];
  const items = told.map((one) =>
    [
      `■ ${titleOf(one, language)}`,
      `  ${say(text("expires", "期限"))}: ${dayText(one, language)} ${say(timeLeft(one))}`,
      ...detailsOf(one, severalContexts).map(([label, value]) => `  ${say(label)}: ${value}`),
    ].join("\n"),
  );
  const cautions =
    warnings.length === 0
      ? []
      : [[say(text("Note:", "ご注意:")), ...warnings.map((warning) => `- ${say(warning)}`)].join("\n")];
  return `${[...items, ...cautions, `-- \n${say(FOOTER)}`].join("\n\n")}\n`;
};

/** Puts a digest into the words of its language: subject, text, HTML and a calendar of its days. */
export const messageOf = async (digest: Digest): Promise<Message> => ({
  subject: subjectOf(digest),
  text: textOf(digest),
  html: htmlOf(digest, subjectOf(digest)),
  calendar: await renewalCalendar(digest.told, digest.language),
  messageId: digest.messageId,
});
