import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import type { ReminderRecord } from "../../model/renewal.ts";
import type { DatedItem } from "../judge.ts";
import { findDateWarning, listUndatedWarnings } from "./warnings.ts";
import { LoadedTenant } from "./tenant.ts";
import type { Recipient } from "./settings.ts";
import { createDueReminder } from "#support/renewals/digest.ts";
import {
  createReminderTenant,
  createPastReminder,
  type ReminderTenantContent,
} from "#support/renewals/notice-tenant.ts";

const NOW = new Date("2027-01-30T00:00:00.000Z");
const IT: Recipient = { name: "it", way: "mail", address: "it@example.jp", language: "ja" };

const past = createPastReminder;

const tenantOf = (notices: readonly ReminderRecord[], known: Omit<ReminderTenantContent, "notices"> = {}) => {
  const { tenant, asked } = createReminderTenant({ items: [createDueReminder().item], ...known, notices });
  return { asked, loaded: LoadedTenant.load(tenant, { now: NOW, stages: [90, 30] }) };
};

test("requests reminders only if an item has reached a stage", async () => {
  const { item } = createDueReminder();
  const far = tenantOf([], { items: [{ ...item, expiresAt: "2027-12-01T00:00:00.000Z" }] });
  expect(await far.loaded).toMatchObject({ items: [], undated: [], past: [] });
  expect(far.asked.notices).toBe(0);
  const near = tenantOf([past("2027-01-01")]);
  expect(await near.loaded).toMatchObject({ items: [{ name: "本社" }], undated: [], past: [{ stage: 30 }] });
  expect(near.asked.notices).toBe(1);
});

test("reports a date that differs between file and record in one line", () => {
  const { item, ...due } = createDueReminder();
  expect(findDateWarning({ ...due, item })).toBeUndefined();
  expect(findDateWarning({ ...due, item: { ...item, remark: null } })).toBeUndefined();
  const remark = text("the file says\n2028", "ファイルでは\n2028");
  expect(findDateWarning({ ...due, item: { ...item, remark } })).toMatchObject({
    en: 'MDM push certificate "本社": the file says 2028',
  });
});

test("an item without a date is reported to its recipients, or to everybody", async () => {
  const undated: DatedItem = { ...createDueReminder().item, name: "所有者", kind: "android-owner", expiresAt: null };
  const tenants = [await tenantOf([], { items: [createDueReminder().item, undated] }).loaded];
  const warned = (recipient?: Recipient) =>
    listUndatedWarnings(tenants, recipient).map(({ en, ja }) =>
      [en, ja].every((line) => line.includes("所有者") && line.includes("kanto")),
    );
  expect(tenants.map(({ items, undated }) => [items.length, undated.length])).toEqual([[1, 1]]);
  expect(warned()).toEqual([true]);
  expect(warned(IT)).toEqual([true]);
  expect(warned({ ...IT, kinds: ["push-certificate"] })).toEqual([]);
});
