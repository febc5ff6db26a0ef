import { text, type Language } from "../../text/index.ts";
import { LAST_DAY } from "../../model/time.ts";
import { detailsOf, titleOf, type DueNotice, type DetailOptions } from "../notify/digest.ts";

const DAY_SECONDS = 86_400;
const COUNTED_FROM_SECONDS = Date.parse("2020-01-01T00:00:00Z") / 1000;

/** Days before expiry on which a calendar raises an alarm. */
const ALARM_DAYS: readonly number[] = [90, 30, 7];

/** What a calendar shows of a recorded thing. */
export type CalendarEntry = Pick<DueNotice, "context" | "item" | "day"> & Pick<DetailOptions, "readsReserved">;

/**
 * An iCalendar of all-day events, one a thing, with alarms 90, 30 and 7 days before; without what never expires. What was
 * rejected ends on the day of the rejection, without alarms. The events' ids are the things' own: a calendar that reads the file
 * again moves what was renewed instead of showing it twice; the same records give the same bytes.
 *
 * @see RFC 5545 3.1 (lines end in CRLF and are folded at 75 octets), 3.8.7.4 (SEQUENCE); RFC 6047 2.4 (METHOD)
 */
export const renewalCalendar = async (entries: readonly CalendarEntry[], language: Language): Promise<string> => {
  const { default: ical, ICalAlarmType, ICalCalendarMethod, ICalEventTransparency } = await import("ical-generator");
  const calendar = ical({
    name: text("Renewals", "更新期限")[language],
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: "clomoctl", product: "renewals", language: language.toUpperCase() },
  });
  for (const entry of entries) {
    const { item, day, readsReserved } = entry;
    if (day === LAST_DAY) continue;
    const title = titleOf(item)[language];
    const isRejected = item.rejection !== undefined;
    // what was rejected ended then
    const changes = isRejected ? [item.updatedAt, item.expiresAt] : [item.updatedAt];
    const changedAt = new Date(Math.max(...changes.map((instant) => Date.parse(instant))));
    const event = calendar.createEvent({
      id: item.id,
      // no timezone: the day is the zone's already, and ical-generator would take the process's zone in
      start: new Date(`${day}T00:00:00Z`),
      allDay: true,
      stamp: changedAt,
      lastModified: changedAt,
      // grows with every change, as a new date must make it
      sequence: Math.max(0, Math.trunc(changedAt.getTime() / 1000) - COUNTED_FROM_SECONDS),
      summary: (isRejected
        ? text(`Rejected by Apple: ${title}`, `Apple が拒否: ${title}`)
        : text(`Expires: ${title}`, `期限: ${title}`))[language],
      description: detailsOf(entry, { severalContexts: true, readsReserved })
        .map(([label, value]) => `${label[language]}: ${value[language]}`)
        .join("\n"),
      transparency: ICalEventTransparency.TRANSPARENT,
    });
    // the day of a rejection has come
    for (const days of isRejected ? [] : ALARM_DAYS) {
      event.createAlarm({
        type: ICalAlarmType.display,
        triggerBefore: days * DAY_SECONDS,
        description: text(`${days} days left: ${title}`, `あと ${days} 日: ${title}`)[language],
      });
    }
  }
  return `${calendar.toString().trimEnd()}\r\n`;
};
