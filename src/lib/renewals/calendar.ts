import { toPlainCommands } from "../terminal/commands.ts";
import { text, type Language } from "../text/index.ts";
import { LAST_DAY } from "../model/time.ts";
import { line } from "../advice/index.ts";
import { EXPIRY_CONSEQUENCES } from "../nouns/renewal.ts";
import type { ItemWithStatus } from "./expiry-status.ts";
import { formatItemTitle } from "./finding.ts";
import { toOneLine } from "../text/shell-word.ts";

const DAY_SECONDS = 86_400;
const SEQUENCE_EPOCH_SECONDS = Date.parse("2020-01-01T00:00:00Z") / 1000;

const ALARM_DAYS: readonly number[] = [90, 30, 7];

export type CalendarItem = ItemWithStatus & { readonly expiresAt: string };

const describeItem = ({ context, kind, name }: CalendarItem, language: Language): string =>
  [EXPIRY_CONSEQUENCES[kind]?.[language] ?? "", toPlainCommands(`${line("renewals guide", [name], { context })}`, {})]
    .filter((part) => part !== "")
    .join("\n");

/**
 * The ID of an event is the ID of its item, so that a changed date moves the event.
 * @see RFC 5545 3.1, 3.8.7.4; RFC 6047 2.4
 */
export const renderRenewalCalendar = async (items: readonly CalendarItem[], language: Language): Promise<string> => {
  const { default: ical, ICalAlarmType, ICalCalendarMethod, ICalEventTransparency } = await import("ical-generator");
  const calendar = ical({
    name: text("Renewals", "年次更新・期限")[language],
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: "clomoctl", product: "renewals", language: language.toUpperCase() },
  });
  for (const item of items) {
    const { expiresOn: day } = item;
    if (day === LAST_DAY) continue;
    const title = toOneLine(formatItemTitle(item)[language]);
    const changedAt = new Date(item.updatedAt);
    const event = calendar.createEvent({
      id: item.id,
      // the day has no time zone, because ical-generator would convert the day
      start: new Date(`${day}T00:00:00Z`),
      allDay: true,
      stamp: changedAt,
      lastModified: changedAt,
      // calendars ignore an update without a higher number
      sequence: Math.max(0, Math.trunc(changedAt.getTime() / 1000) - SEQUENCE_EPOCH_SECONDS),
      summary: text(`Expires: ${title}`, `期限: ${title}`)[language],
      description: describeItem(item, language),
      transparency: ICalEventTransparency.TRANSPARENT,
    });
    for (const days of ALARM_DAYS) {
      event.createAlarm({
        type: ICalAlarmType.display,
        triggerBefore: days * DAY_SECONDS,
        description: text(`${days} days left: ${title}`, `あと ${days} 日: ${title}`)[language],
      });
    }
  }
  return `${calendar.toString().trimEnd()}\r\n`;
};
