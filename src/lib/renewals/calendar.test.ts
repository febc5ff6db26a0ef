import ICAL from "ical.js";
import { expect, test } from "vitest";
import { dayOf } from "../model/time.ts";
import { renderRenewalCalendar, type CalendarItem } from "./calendar.ts";
import { createDueReminder } from "#support/renewals/digest.ts";

const createItem = (item: Partial<CalendarItem>): CalendarItem => ({ ...createDueReminder().item, ...item });

const ENTRIES = [
  createItem({ id: "019a0000-0000-7000-8000-000000000001", name: "とても長い名前の".repeat(20) }),
  createItem({
    id: "019a0000-0000-7000-8000-000000000002",
    name: "a, b; c\\d\nBEGIN:VEVENT",
    kind: "custom",
    context: "kanto",
    expiresOn: "2028-02-29",
  }),
];

const parse = (calendar: string) => new ICAL.Component(ICAL.parse(calendar) as unknown[]);

test("an independent parser reads all-day events with alarms, identified by the items' ids", async () => {
  const events = parse(await renderRenewalCalendar(ENTRIES, "ja")).getAllSubcomponents("vevent");
  const read = events.map((component) => {
    const event = new ICAL.Event(component);
    const alarms = component
      .getAllSubcomponents("valarm")
      .map((alarm) => String(alarm.getFirstPropertyValue("trigger")));
    return [event.uid, event.startDate.toString(), event.startDate.isDate, event.summary, alarms];
  });
  const alarms = ["-P90D", "-P30D", "-P7D"];
  expect(read).toEqual([
    [ENTRIES[0]?.id, "2027-03-01", true, `期限: MDM プッシュ通知証明書「${"とても長い名前の".repeat(20)}」`, alarms],
    [ENTRIES[1]?.id, "2028-02-29", true, "期限: その他の期日「a, b; c\\d BEGIN:VEVENT」", alarms],
  ]);
});

test("an event names the command of its guide, and what happens at the end if that is known", async () => {
  const events = parse(await renderRenewalCalendar(ENTRIES, "en")).getAllSubcomponents("vevent");
  const [known, custom] = events.map((event) => String(event.getFirstPropertyValue("description")));
  expect(known).toMatch(/^commands no longer reach .*\nclomoctl renewals guide /);
  expect(custom).toMatch(/^clomoctl renewals guide /);
});

test("lines end with CRLF and fold at 75 octets, and the same records produce the same bytes", async () => {
  const calendar = await renderRenewalCalendar(ENTRIES, "en");
  expect(calendar.endsWith("END:VCALENDAR\r\n")).toBe(true);
  const lines = calendar.split("\r\n");
  expect(lines.every((line) => !line.includes("\n") && !line.includes("\r"))).toBe(true);
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
  expect(await renderRenewalCalendar(ENTRIES, "en")).toBe(calendar);
});

test("has the same method as the mail's header, and a change raises the sequence", async () => {
  const revised = async (updatedAt: string) => {
    const calendar = parse(await renderRenewalCalendar([createItem({ updatedAt })], "en"));
    expect(calendar.getFirstPropertyValue("method")).toBe("PUBLISH");
    return Number(calendar.getFirstSubcomponent("vevent")?.getFirstPropertyValue("sequence"));
  };
  expect(await revised("2026-11-20T00:00:01.000Z")).toBe((await revised("2026-11-20T00:00:00.000Z")) + 1);
  expect(await revised("2080-01-01T00:00:00.000Z")).toBeLessThan(2 ** 31);
});

test("an item that never expires has no event", async () => {
  const day = dayOf("9999-12-31T23:59:59Z", "Asia/Tokyo");
  expect(
    parse(await renderRenewalCalendar([createItem({ expiresOn: day })], "ja")).getAllSubcomponents("vevent"),
  ).toEqual([]);
});
