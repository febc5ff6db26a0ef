import { text, type Language } from "../../text/index.ts";
import { detailsOf, titleOf, type DueNotice } from "../notify/digest.ts";

const DAY_SECONDS = 86_400;

/** Days before expiry on which a calendar raises an alarm. */
const ALARM_DAYS: readonly number[] = [90, 30, 7];

/** What a calendar shows of a recorded thing. */
export type CalendarEntry = Pick<DueNotice, "context" | "item" | "day">;

/**
 * An iCalendar of all-day events, one a thing, with alarms 90, 30 and 7 days before. The events' ids are the things' own:
 * a calendar that reads the file again moves what was renewed instead of showing it twice; the same records give the
 * same bytes.
 *
 * @see RFC 5545 3.1 (lines end in CRLF and are folded at 75 octets)
 */
export const renewalCalendar = async (entries: readonly CalendarEntry[], language: Language): Promise<string> => {
  const { default: ical, ICalAlarmType, ICalEventTransparency } = await import("ical-generator");
  const calendar = ical({
    name: text("Renewals", "更新期限")[language],
    prodId: { company: "clomoctl", product: "renewals", language: language.toUpperCase() },
  });
  for (const entry of entries) {
    const { item, day } = entry;
    const title = titleOf(item, language);
    const event = calendar.createEvent({
      id: item.id,
      // no timezone: the day is the zone's already, and ical-generator would take the process's zone in
      start: new Date(`${day}T00:00:00Z`),
      allDay: true,
      stamp: new Date(item.updatedAt),
      lastModified: new Date(item.updatedAt),
      summary: text(`Expires: ${title}`, `期限: ${title}`)[language],
      description: detailsOf(entry, true)
        .map(([label, value]) => `${label[language]}: ${value}`)
        .join("\n"),
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
