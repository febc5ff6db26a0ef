import { text, type Text } from "../../text/index.ts";
import { WRITERS } from "../guide/document.ts";
import { guideOf } from "../guide/index.ts";
import { renewalCalendar } from "../output/calendar.ts";
import { dayText, detailsOf, oneLine, timeLeft, titleOf, type Digest, type DueNotice, type Telling } from "./digest.ts";

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
  "Sent by clomoctl renewals notify. Each reminder is sent once. Record the renewal to stop them until the next expiry date.",
  "clomoctl renewals notify からの通知です。各段階の通知は 1 回だけです。更新を記録すると、次の期限まで通知は止まります。",
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
      `  ${say(text("Expires", "期限"))}: ${dayText(one, language)} ${say(timeLeft(one))}`,
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

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const colourOf = ({ days, expired }: DueNotice): string =>
  expired || days <= 0 ? "#b3261e" : days <= CRITICAL_DAYS ? "#c2410c" : "#1d6fa5";

/** A bar as long as the time that is left: mail programs draw no SVG, all of them draw tables. */
const barOf = (due: DueNotice, fullDays: number): string => {
  const share = Math.round((Math.max(0, due.days) / fullDays) * 1000) / 10;
  const bar = `background:${colourOf(due)};font-size:0;line-height:8px;height:8px`;
  const rest = "background:#e2e5e9;font-size:0;line-height:8px;height:8px";
  const cells =
    share <= 0
      ? `<td style="${bar}">&nbsp;</td>`
      : `<td width="${share}%" style="${bar}">&nbsp;</td>${share >= 100 ? "" : `<td style="${rest}">&nbsp;</td>`}`;
  return (
    `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" ` +
    `style="border-collapse:collapse;margin:6px 0;-webkit-print-color-adjust:exact;print-color-adjust:exact">` +
    `<tr>${cells}</tr></table>`
  );
};

const rowOf = (due: DueNotice, telling: Telling, fullDays: number): string => {
  const { language } = telling;
  const say = (wording: Text): string => wording[language];
  const details = detailsOf(due, telling)
    .map(([label, value]) => `<div>${escaped(say(label))}: ${escaped(value)}</div>`)
    .join("");
  return (
    `<tr><td style="padding:12px 0;border-bottom:1px solid #d5d9de">` +
    `<div style="font-weight:bold">${escaped(titleOf(due.item, language))}</div>` +
    `<div><span style="color:${colourOf(due)};font-weight:bold">${escaped(say(timeLeft(due)))}</span> ` +
    `<span>${escaped(dayText(due, language))}</span></div>` +
    `${barOf(due, fullDays)}<div style="color:#4a5158;font-size:13px">${details}</div></td></tr>`
  );
};

/**
 * A digest as an HTML mail: one row a thing, with a bar as long as the time left. No script, no style sheet, nothing
 * from outside; it reads the same in print.
 */
export const htmlOf = (digest: Digest, subject: string, guides: readonly GuideFile[] = []): string => {
  const { due, warnings, language } = digest;
  const fullDays = Math.max(FULL_DAYS, ...due.map(({ days }) => days));
  const rows = due.map((one, index) => rowOf(one, { ...digest, guide: guides[index]?.name }, fullDays)).join("\n");
  const cautions = warnings.map((warning) => `<li>${escaped(warning[language])}</li>`).join("");
  const note = text("Note", "ご注意")[language];
  return `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:16px;overflow-wrap:anywhere;color:#1c2126;background:#ffffff;font:15px/1.6 sans-serif">
<h1 style="font-size:18px;margin:0 0 8px">${escaped(subject)}</h1>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;max-width:640px">
${rows}
</table>
${cautions === "" ? "" : `<h2 style="font-size:15px">${note}</h2><ul>${cautions}</ul>`}
<p style="color:#4a5158;font-size:12px">${escaped(FOOTER[language])}</p>
</body>
</html>
`;
};

/** More than anybody renews at once; a guide has some 10 kB. */
const MOST_GUIDES = 10;

/** What leaves the tenant is on one line each, and never where a phone is. */
const guidesOf = ({ due, language }: Digest): readonly GuideFile[] =>
  due.slice(0, MOST_GUIDES).map(({ item, day }, index) => {
    const line = (value: string | null): string | null => (value === null ? null : oneLine(value));
    const { name, organisation, owner, account, topic } = item;
    const shown = {
      name: oneLine(name),
      organisation: line(organisation),
      owner: line(owner),
      account: line(account),
      topic: line(topic),
    };
    const guide = guideOf(item.kind, { ...item, ...shown, phone: null, source: null }, day);
    return { name: `guide-${index + 1}-${item.kind}.html`, html: WRITERS.html(guide, language) };
  });

/**
 * Puts a digest into the words of its language: subject, text, HTML and a calendar of its days.
 *
 * @param options.attach with the guides of its items, where files go along
 */
export const messageOf = async (
  digest: Digest,
  { attach = false }: { readonly attach?: boolean } = {},
): Promise<Message> => {
  const guides = attach ? guidesOf(digest) : [];
  return {
    subject: subjectOf(digest),
    text: textOf(digest, guides),
    html: htmlOf(digest, subjectOf(digest), guides),
    calendar: await renewalCalendar(digest.due, digest.language),
    guides,
    messageId: digest.messageId,
  };
};
