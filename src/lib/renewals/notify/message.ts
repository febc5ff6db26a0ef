import { commandName, line } from "../../advice/line.ts";
import { text, type Text } from "../../text/index.ts";
import { guideDocument } from "../guide/document.ts";
import { guideOf } from "../guide/index.ts";
import { wordedOwn } from "../guide/own.ts";
import { renewalCalendar } from "../output/calendar.ts";
import { html, type Markup } from "../../document/markup.ts";
import { htmlDocument } from "../../document/html.ts";
import { DARK, LIGHT } from "../../document/style.ts";
import {
  dayLabel,
  dayText,
  detailsOf,
  oneLine,
  timeLeft,
  titleOf,
  type Digest,
  type DueNotice,
  type Telling,
} from "./digest.ts";

/** A digest in words. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
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
export const subjectOf = ({ due, language }: Digest): string => {
  const [first] = due;
  if (first === undefined) return "";
  const others = due.length - 1;
  const left = timeLeft(first)[language];
  const title = titleOf(first.item, language);
  const subject =
    others === 0
      ? text(`[Renewal] ${left}: ${title}`, `【更新期限】${left}: ${title}`)
      : text(`[Renewal] ${left}: ${title} and ${others} more`, `【更新期限】${left}: ${title} ほか ${others} 件`);
  return subject[language];
};

const textOf = (digest: Digest, guides: readonly GuideFile[]): string => {
  const { due, warnings, language } = digest;
  const say = (wording: Text): string => wording[language];
  const items = due.map((one, index) =>
    [
      `■ ${titleOf(one.item, language)}`,
      `  ${say(dayLabel(one))}: ${dayText(one, language)} ${say(timeLeft(one))}`,
      ...detailsOf(one, { ...digest, guide: guides[index]?.name }).map(([label, value]) => `  ${say(label)}: ${value}`),
    ].join("\n"),
  );
  const cautions =
    warnings.length === 0
      ? []
      : [[say(text("Note:", "ご注意:")), ...warnings.map((warning) => `- ${say(warning)}`)].join("\n")];
  return `${[...items, ...cautions, `-- \n${say(FOOTER)}`].join("\n\n")}\n`;
};

/** Days that a full bar stands for, unless something has longer. */
const FULL_DAYS = 90;

const CRITICAL_DAYS = 30;

/** The level of a thing as its colour tells it: until the last month nothing presses. */
const levelOf = ({ days, expired }: DueNotice): "expired" | "critical" | "warning" =>
  expired || days <= 0 ? "expired" : days <= CRITICAL_DAYS ? "critical" : "warning";

/** Colours by night, for mail programs that keep a style sheet; the others show the colours of each element. */
const STYLE = `
:root{color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){
body{background:${DARK.paper}!important;color:${DARK.ink}!important}
.faint{color:${DARK.faint}!important}
.item{border-color:${DARK.rule}!important}
.rest{background:${DARK.rule}!important}
${(["expired", "critical", "warning"] as const)
  .map((level) => `.level.${level}{color:${DARK[level]}!important}.bar.${level}{background:${DARK[level]}!important}`)
  .join("\n")}
}`;

/** A bar as long as the time that is left: mail programs draw no SVG, all of them draw tables. */
const barOf = (due: DueNotice, fullDays: number): Markup => {
  const share = Math.round((Math.max(0, due.days) / fullDays) * 1000) / 10;
  const level = levelOf(due);
  const style = (colour: string): string => `background:${colour};font-size:0;line-height:8px;height:8px`;
  const width = share <= 0 ? null : html`width="${share}%"`;
  const rest = share <= 0 || share >= 100 ? null : html`<td class="rest" style="${style(LIGHT.rule)}">&nbsp;</td>`;
  return html`<table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    style="border-collapse:collapse;margin:6px 0;-webkit-print-color-adjust:exact;print-color-adjust:exact"
  >
    <tr>
      <td class="bar ${level}" ${width} style="${style(LIGHT[level])}">&nbsp;</td>
      ${rest}
    </tr>
  </table>`;
};

const rowOf = (due: DueNotice, telling: Telling, fullDays: number): Markup => {
  const { language } = telling;
  const level = levelOf(due);
  return html`<tr>
    <td class="item" style="padding:12px 0;border-bottom:1px solid ${LIGHT.rule}">
      <div style="font-weight:bold">${titleOf(due.item, language)}</div>
      <div>
        <span class="level ${level}" style="color:${LIGHT[level]};font-weight:bold">${timeLeft(due)[language]}</span>
        <span>${dayText(due, language)}</span>
      </div>
      ${barOf(due, fullDays)}
      <div class="faint" style="color:${LIGHT.faint};font-size:13px">
        ${detailsOf(due, telling).map(([label, value]) => html`<div>${label[language]}: ${value}</div>`)}
      </div>
    </td>
  </tr> `;
};

/**
 * A digest as an HTML mail: one row a thing, with a bar as long as the time left. No script, nothing from outside; without its
 * style sheet it reads as by day, and in print too.
 */
export const htmlOf = (digest: Digest, subject: string, guides: readonly GuideFile[] = []): string => {
  const { due, warnings, language } = digest;
  const fullDays = Math.max(FULL_DAYS, ...due.map(({ days }) => days));
  const note = text("Note", "ご注意")[language];
  const cautions = html`<h2 style="font-size:15px">${note}</h2>
    <ul>
      ${warnings.map((warning) => html`<li>${warning[language]}</li>`)}
    </ul>`;
  return htmlDocument({
    language,
    title: subject,
    style: STYLE,
    bodyStyle: `margin:0;padding:16px;overflow-wrap:anywhere;color:${LIGHT.ink};background:${LIGHT.paper};font:15px/1.6 sans-serif`,
    body: html`<h1 style="font-size:18px;margin:0 0 8px">${subject}</h1>
      <table
        role="presentation"
        width="100%"
        cellpadding="0"
        cellspacing="0"
        style="border-collapse:collapse;max-width:640px"
      >
        ${due.map((one, index) => rowOf(one, { ...digest, guide: guides[index]?.name }, fullDays))}
      </table>
      ${warnings.length === 0 ? null : cautions}
      <p class="faint" style="color:${LIGHT.faint};font-size:12px">${FOOTER[language]}</p>`,
  });
};

/** More than anybody renews at once; a guide has some 10 kB. */
const MAX_GUIDES = 10;

/** What leaves the tenant is on one line each, and never the number of a phone, or where it is. */
const guidesOf = async ({ due, language }: Digest): Promise<readonly GuideFile[]> => {
  // who attaches none needs no pages
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
 * Puts a digest into the words of its language: subject, text, HTML and a calendar of its days.
 *
 * @param options.attach with the guides of its items, where files go along
 */
export const messageOf = async (
  digest: Digest,
  { attach = false }: { readonly attach?: boolean } = {},
): Promise<Message> => {
  const guides = attach ? await guidesOf(digest) : [];
  return {
    subject: subjectOf(digest),
    text: textOf(digest, guides),
    html: htmlOf(digest, subjectOf(digest), guides),
    calendar: await renewalCalendar(digest.due, digest.language),
    guides,
    messageId: digest.messageId,
  };
};
