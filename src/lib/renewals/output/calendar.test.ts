import ICAL from "ical.js";
import { expect, test } from "vitest";
import { dayOf } from "../../model/time.ts";
import { renewalCalendar } from "./calendar.ts";
import { dueNotice } from "#support/renewals/digest.ts";

const ENTRIES = [
  dueNotice({ item: { id: "019a0000-0000-7000-8000-000000000001", name: "とても長い名前の".repeat(20) } }),
  dueNotice({
    context: "kanto",
    item: { id: "019a0000-0000-7000-8000-000000000002", name: "a, b; c\\d\nBEGIN:VEVENT", kind: "custom" },
    day: "2028-02-29",
  }),
];

const parse = (calendar: string) => new ICAL.Component(ICAL.parse(calendar) as unknown[]);

test("an independent parser reads all-day events with alarms, by the things' own ids", async () => {
  const events = parse(await renewalCalendar(ENTRIES, "ja")).getAllSubcomponents("vevent");
  const read = events.map((component) => {
    const event = new ICAL.Event(component);
    const alarms = component
      .getAllSubcomponents("valarm")
      .map((alarm) => String(alarm.getFirstPropertyValue("trigger")));
    return [event.uid, event.startDate.toString(), event.startDate.isDate, event.summary, alarms];
  });
  const alarms = ["-P90D", "-P30D", "-P7D"];
  expect(read).toEqual([
    [
      ENTRIES[0]?.item.id,
      "2027-03-01",
      true,
      `期限: MDM プッシュ通知証明書「${"とても長い名前の".repeat(20)}」`,
      alarms,
    ],
    [ENTRIES[1]?.item.id, "2028-02-29", true, "期限: その他の期日「a, b; c\\d BEGIN:VEVENT」", alarms],
  ]);
});

test("lines end in CRLF and are folded at 75 octets; the same records give the same bytes", async () => {
  const calendar = await renewalCalendar(ENTRIES, "en");
  expect(calendar.endsWith("END:VCALENDAR\r\n")).toBe(true);
  const lines = calendar.split("\r\n");
  expect(lines.every((line) => !line.includes("\n") && !line.includes("\r"))).toBe(true);
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
  expect(await renewalCalendar(ENTRIES, "en")).toBe(calendar);
});

test("says how it is sent, as the mail's header does, and raises the sequence with a change", async () => {
  const revised = async (updatedAt: string) => {
    const calendar = parse(await renewalCalendar([dueNotice({ item: { updatedAt } })], "en"));
    expect(calendar.getFirstPropertyValue("method")).toBe("PUBLISH");
    return Number(calendar.getFirstSubcomponent("vevent")?.getFirstPropertyValue("sequence"));
  };
  expect(await revised("2026-11-20T00:00:01.000Z")).toBe((await revised("2026-11-20T00:00:00.000Z")) + 1);
  expect(await revised("2080-01-01T00:00:00.000Z")).toBeLessThan(2 ** 31);
});

test("what never expires has no event", async () => {
  const day = dayOf("9999-12-31T23:59:59Z", "Asia/Tokyo");
  expect(parse(await renewalCalendar([dueNotice({ day })], "ja")).getAllSubcomponents("vevent")).toEqual([]);
});

test("no thing is a calendar too", async () => {
  expect(parse(await renewalCalendar([], "ja")).getAllSubcomponents("vevent")).toEqual([]);
});
