import { expect, test } from "vitest";
import type { DatedItem } from "../expiry-status.ts";
import { findRecipientReminders, type PendingReminder } from "./send.ts";
import type { Recipient } from "./settings-schema.ts";
import { createDatedItem } from "#support/renewals/digest.ts";
import {
  createReminderTenant,
  createPastReminder,
  type ReminderTenantContent,
} from "#support/renewals/notice-tenant.ts";

const NOW = new Date("2027-02-01T00:00:00.000Z");

const item = (id: string, expiresAt: string): DatedItem => createDatedItem({ id, name: id, expiresAt });
const MARCH = "2027-03-01T03:00:00.000Z";
const SOON = "2027-02-04T03:00:00.000Z";

/** What is to be done for IT, in these tenants, or only of its own items and in these contexts. */
const work = (
  known: readonly ReminderTenantContent[],
  { now = NOW, contexts }: { now?: Date; contexts?: readonly string[] } = {},
) => {
  const loaded = known.map(createReminderTenant);
  const recipient: Recipient = { name: "it", way: "mail", address: "IT@example.jp", language: "ja", contexts };
  const { unfinished, fresh } = findRecipientReminders(recipient, loaded, now);
  const brief = ({ key, due, tenant }: PendingReminder): string =>
    `${tenant.context}/${key.itemId} ${key.stage}${due === undefined ? " overtaken" : ` in ${due.item.daysLeft}`}`;
  return { unfinished: unfinished.map(brief), fresh: fresh.map(brief), all: [...unfinished, ...fresh] };
};

test("the most urgent comes first across tenants, and the earlier instant of a day", () => {
  const { fresh, unfinished } = work([
    { items: [item("b", MARCH), item("a", "2027-03-01T02:00:00.000Z")] },
    { context: "osaka", items: [item("c", SOON)] },
  ]);
  expect([unfinished, fresh]).toEqual([[], ["osaka/c 3 in 3", "kanto/a 30 in 28", "kanto/b 30 in 28"]]);
});

test("a reminder has its recorded key, and the day and moment in the tenant's time zone", () => {
  const at = "2027-02-01T15:30:00.000Z";
  const { all } = work(
    [{ items: [item("a", at)] }, { context: "ny", timezone: "America/New_York", items: [item("b", at)] }],
    { now: new Date("2027-02-01T15:30:00.000Z") },
  );
  expect(all.map(({ key }) => key)).toEqual([
    { itemId: "a", expiresAt: at, stage: 0, way: "mail", recipient: "it@example.jp" },
    { itemId: "b", expiresAt: at, stage: 0, way: "mail", recipient: "it@example.jp" },
  ]);
  expect(all.map(({ due }) => due)).toMatchObject([
    { tenant: "kanto", item: { expiresOn: "2027-02-02", daysLeft: 0, level: "expired" } },
    { tenant: "ny", item: { expiresOn: "2027-02-01", daysLeft: 0, level: "expired" } },
  ]);
  const before = work([{ items: [item("a", at)] }], { now: new Date("2027-02-01T15:29:59.999Z") });
  expect(before.all[0]?.due).toMatchObject({ item: { level: "critical", isToday: true } });
});

test.each([
  ["was sent", "sent", 30, [], []],
  ["failed", "failed", 30, ["kanto/a 30 in 28"], []],
  ["is being sent", "sending", 30, ["kanto/a 30 in 28"], []],
  ["of an earlier stage was sent", "sent", 90, [], ["kanto/a 30 in 28"]],
  ["of a more urgent stage was sent", "sent", 7, [], []],
  [
    "of an earlier stage was being sent when time overtook it",
    "sending",
    90,
    ["kanto/a 90 overtaken"],
    ["kanto/a 30 in 28"],
  ],
] as const)("if a reminder %s", (_, state, stage, unfinished, fresh) => {
  const notices = [createPastReminder("2027-01-01", { itemId: "a", state, stage })];
  expect(work([{ items: [item("a", MARCH)], notices }])).toMatchObject({ unfinished, fresh });
});

test.each([
  ["to somebody else", { recipient: "ops@example.jp" }],
  ["by another way", { way: "webhook" }],
  ["of another thing", { itemId: "b" }],
  ["of the date before it was renewed", { expiresAt: "2026-03-01T03:00:00.000Z" }],
])("a reminder sent %s does not count", (_, change) => {
  const notices = [createPastReminder("2027-01-01", { itemId: "a", ...change })];
  expect(work([{ items: [item("a", MARCH)], notices }]).fresh).toEqual(["kanto/a 30 in 28"]);
});

test("ignores an unfinished reminder of a removed item or of a former stage", () => {
  const notices = [createPastReminder("2027-01-01", { itemId: "gone", state: "sending" })];
  expect(work([{ items: [item("a", MARCH)], notices }])).toMatchObject({ unfinished: [], fresh: ["kanto/a 30 in 28"] });
});

test("settles an unfinished reminder without a message if the recipient no longer receives it", () => {
  const notices = [createPastReminder("2027-01-01", { itemId: "a", state: "sending" })];
  const own = { ...item("b", SOON), owner: "it@example.jp" };
  const done = work([{ items: [item("a", MARCH), own], notices }], { contexts: [] });
  expect(done).toMatchObject({ unfinished: ["kanto/a 30 overtaken"], fresh: ["kanto/b 3 in 3"] });
});
