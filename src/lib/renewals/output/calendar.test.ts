import ICAL from "ical.js";
import { expect, test } from "vitest";
import { dayOf } from "../../model/time.ts";
import { text, type Language } from "../../text/index.ts";
import type { DatedItem } from "../judge.ts";
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

test("what its issuer rejected is an event of that day without alarms, and moves the event that was there", async () => {
  const rejection = { what: text("rejected", "拒否"), at: "2026-11-21T00:00:05.000Z" };
  const item = { kind: "ade-token", updatedAt: "2026-11-20T00:00:00.000Z" } as const;
  const eventOf = async (change: Partial<DatedItem>, language: Language) => {
    const entry = dueNotice({ item: { ...item, ...change }, day: "2026-11-21" });
    const event = parse(await renewalCalendar([entry], language)).getFirstSubcomponent("vevent");
    const summary = String(event?.getFirstPropertyValue("summary"));
    const sequence = Number(event?.getFirstPropertyValue("sequence"));
    return { summary, sequence, alarms: event?.getAllSubcomponents("valarm").length };
  };
  const before = await eventOf({}, "en");
  const expiresAt = rejection.at;
  expect(await eventOf({ rejection, expiresAt }, "en")).toEqual({
    summary: 'Rejected by Apple: ADE server token "本社"',
    sequence: before.sequence + 86_405,
    alarms: 0,
  });
  expect((await eventOf({ rejection, expiresAt }, "ja")).summary).toBe("Apple が拒否: ADE サーバートークン「本社」");
});

test("what never expires has no event", async () => {
  const day = dayOf("9999-12-31T23:59:59Z", "Asia/Tokyo");
  expect(parse(await renewalCalendar([dueNotice({ day })], "ja")).getAllSubcomponents("vevent")).toEqual([]);
});

test("no thing is a calendar too", async () => {
  expect(parse(await renewalCalendar([], "ja")).getAllSubcomponents("vevent")).toEqual([]);
});
