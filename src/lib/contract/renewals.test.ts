import { expect, test } from "vitest";
import { buildExampleRecord } from "../model/thing.ts";
import { REMINDER_KEY, RECORDED_FIELDS, RENEWAL_ITEM, RENEWAL_KINDS } from "../model/renewal.ts";
import renewals from "./renewals.ts";

const { add, edit, claimNotice } = renewals.routes;
const [NewRenewalItem, RenewalChange, RenewalItem, NoticeClaim] = [
  add.body,
  edit.body,
  add.answer.schema,
  claimNotice.body,
];

const NEW = { kind: "custom", name: "example.jp" };

test("a new item requires a kind and a name, and any other editable field may be missing or null", () => {
  expect(NewRenewalItem.parse(NEW)).toEqual(NEW);
  for (const field of ["kind", "name"] as const) {
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: undefined }).success, field).toBe(false);
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: null }).success, field).toBe(false);
  }
  const { kind: _kind, name: _name, certainty: _certainty, ...others } = RECORDED_FIELDS;
  for (const field of Object.keys(others)) {
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: null }).success, field).toBe(true);
  }
  expect(NewRenewalItem.parse(buildExampleRecord(RECORDED_FIELDS))).toEqual(buildExampleRecord(RECORDED_FIELDS));
});

test.each([
  ["a field nobody sets", { confirmedBy: "髙橋" }],
  ["a password", { password: "secret" }],
  ["a kind there is none of", { kind: "ssl" }],
  ["a date", { expiresAt: "2027-03-01" }],
  ["a certainty of null", { certainty: null }],
  ["a fingerprint in capitals", { fingerprint: "A".repeat(64) }],
])("refuses %s in a new item and in a change", (_, wrong) => {
  expect(NewRenewalItem.safeParse({ ...NEW, ...wrong }).success).toBe(false);
  expect(RenewalChange.safeParse(wrong).success).toBe(false);
});

test("a change may contain any field, or none", () => {
  expect(RenewalChange.parse({})).toEqual({});
});

test("a text that breaks its rule is not a malformed request, because the tenant reports it", () => {
  const wrong = { name: "", notes: "a".repeat(2001) };
  expect(RenewalChange.parse(wrong)).toEqual(wrong);
});

test("an item can have any kind", () => {
  for (const kind of Object.keys(RENEWAL_KINDS)) {
    const item = { ...buildExampleRecord(RENEWAL_ITEM.fields), kind };
    expect(RenewalItem.parse(item)).toEqual(item);
  }
});

test("a reminder is claimed by its key only", () => {
  const claim = buildExampleRecord(REMINDER_KEY);
  expect(NoticeClaim.parse(claim)).toEqual(claim);
  expect(NoticeClaim.safeParse({ ...claim, state: "sent" }).success).toBe(false);
  expect(NoticeClaim.safeParse({ ...claim, stage: 1.5 }).success).toBe(false);
  expect(NoticeClaim.safeParse({ ...claim, recipient: "a".repeat(321) }).success).toBe(false);
});
