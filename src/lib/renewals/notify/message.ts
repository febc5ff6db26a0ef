import { commandName, line } from "../../advice/index.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import { guideDocument } from "../guide/document.ts";
import { guideOf } from "../guide/index.ts";
import { wordedOwn } from "../guide/own.ts";
import { renewalCalendar } from "../output/calendar.ts";
import type { Document, Section } from "../../document/blocks.ts";
import type { Level } from "../../document/level.ts";
import type { Mail } from "../../document/mail.ts";
import { dayLabel, dayText, detailsOf, oneLine, timeLeft, titleOf, type Digest, type DueNotice } from "./digest.ts";

/** A digest in words. */
export interface Message extends Mail {
  /** iCalendar */
  readonly calendar: string;
  /** the steps of the most urgent things, as pages of their own */
  readonly guides: readonly GuideFile[];
  readonly messageId: string;
}

/** A guide as a file. */
interface GuideFile {
  /** ASCII */
  readonly name: string;
  readonly html: string;
}

/** What stands below every notice. */
const FOOTER: Text = text(
  `Sent by ${line("renewals notify", [])}. Each reminder is sent once. They stop until the next expiry date once the renewal is recorded (${commandName("renewals edit")}) and, where the console shows the new date, confirmed (${commandName("renewals confirm")}).`,
  `${line("renewals notify", [])} からの通知です。各段階の通知は 1 回だけです。更新を記録し(${commandName("renewals edit")})、管理画面に新しい期限が表示されるものはそれを確認すると(${commandName("renewals confirm")})、次の期限まで通知は止まります。`,
);

/** The first line of it all: how long the most urgent thing has left, and how many others there are. */
const subjectOf = (first: DueNotice, others: number): Text => {
  const [left, title] = [timeLeft(first), titleOf(first.item)];
  const more = others === 0 ? same("") : text(` and ${others} more`, ` ほか ${others} 件`);
  return text(`[Renewal] ${left.en}: ${title.en}${more.en}`, `【更新期限】${left.ja}: ${title.ja}${more.ja}`);
};

/** Days that a full bar stands for, unless something has longer. */
const FULL_DAYS = 90;

const CRITICAL_DAYS = 30;

/** The level of a thing as its colour tells it: until the last month nothing presses. */
const levelOf = ({ days, expired }: DueNotice): Level =>
  expired || days <= 0 ? "expired" : days <= CRITICAL_DAYS ? "critical" : "warning";

/** What a recipient is told: a section a thing, with a bar as long as the time left. */
export const noticeDocument = (
  { due, warnings, severalContexts }: Pick<Digest, "due" | "warnings" | "severalContexts">,
  guides: readonly GuideFile[] = [],
): Document => {
  const [first, ...others] = due;
  const fullDays = Math.max(FULL_DAYS, ...due.map(({ days }) => days));
  const items = due.map((one, at): Section => {
    const level = levelOf(one);
    const day = joined([dayText(one), timeLeft(one)], same(" "));
    return {
      id: `item-${at + 1}`,
      title: titleOf(one.item),
      blocks: [
        // what is expired is red as a whole
        { kind: "share", share: level === "expired" ? 1 : one.days / fullDays, level },
        {
          kind: "facts",
          rows: [[dayLabel(one), day, level], ...detailsOf(one, { severalContexts, guide: guides[at]?.name })],
        },
      ],
    };
  });
  const cautions: Section = {
    id: "note",
    title: text("Note", "ご注意"),
    blocks: [{ kind: "list", items: warnings.map((words) => ({ words })) }],
  };
  return {
    title: first === undefined ? same("") : subjectOf(first, others.length),
    intro: [],
    sections: [...items, ...(warnings.length === 0 ? [] : [cautions])],
    footer: FOOTER,
  };
};

/** More than anybody renews at once; a guide has some 10 kB. */
const MAX_GUIDES = 10;

/** What leaves the tenant is on one line each, and never the number of a phone, or where it is. */
const guidesOf = async ({ due, language }: Digest): Promise<readonly GuideFile[]> => {
  const { documentPage } = await import("../../document/page.ts");
  return due.slice(0, MAX_GUIDES).map(({ item, day }, index) => {
    const line = (value: string | null): string | null => (value === null ? null : oneLine(value));
    const { name, organisation, owner, account, topic, holding = {} } = item;
    const shown = {
      name: oneLine(name),
      organisation: line(organisation),
      owner: line(owner),
      account: line(account),
      topic: line(topic),
    };
    const guide = guideOf(
      item.kind,
      { ...item, ...shown, phone: null, phoneHolder: null, source: null, downloadedSource: null },
      item.rejection === undefined ? day : null,
      {
        ...holding,
        own: holding.own && wordedOwn(holding.own, oneLine),
      },
    );
    return { name: `guide-${index + 1}-${item.kind}.html`, html: documentPage(guideDocument(guide), language) };
  });
};

/**
 * Puts a digest into the words of its language: a mail and a calendar of its days.
 *
 * @param options.attach with the guides of its items, where files go along
 */
export const messageOf = async (
  digest: Digest,
  { attach = false }: { readonly attach?: boolean } = {},
): Promise<Message> => {
  const guides = attach ? await guidesOf(digest) : [];
  // who sends nothing needs neither pages nor mails
  const { documentMail } = await import("../../document/mail.ts");
  return {
    ...documentMail(noticeDocument(digest, guides), digest.language),
    calendar: await renewalCalendar(digest.due, digest.language),
    guides,
    messageId: digest.messageId,
  };
};
