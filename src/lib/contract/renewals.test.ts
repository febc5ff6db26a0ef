import { expect, test } from "vitest";
import { exampleOf } from "../model/thing.ts";
import { NOTICE_KEY, RECORDED_FIELDS, RENEWAL_ITEM, RENEWAL_KINDS } from "../model/renewal.ts";
import renewals from "./renewals.ts";

const { add, edit, claimNotice } = renewals.routes;
const [NewRenewalItem, RenewalChange, RenewalItem, NoticeClaim] = [
  add.body,
  edit.body,
  add.answer.schema,
  claimNotice.body,
];

const NEW = { kind: "custom", name: "example.jp" };

test("a new item needs a kind and a name; every other field that people set may be missing or null", () => {
  expect(NewRenewalItem.parse(NEW)).toEqual(NEW);
  for (const field of ["kind", "name"] as const) {
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: undefined }).success, field).toBe(false);
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: null }).success, field).toBe(false);
  }
  const { kind: _kind, name: _name, certainty: _certainty, ...others } = RECORDED_FIELDS;
  for (const field of Object.keys(others)) {
    expect(NewRenewalItem.safeParse({ ...NEW, [field]: null }).success, field).toBe(true);
  }
  expect(NewRenewalItem.parse(exampleOf(RECORDED_FIELDS))).toEqual(exampleOf(RECORDED_FIELDS));
});

test.each([
  ["a field nobody sets", { confirmedBy: "髙橋" }],
  ["a password", { password: "secret" }],
  ["a kind there is none of", { kind: "ssl" }],
  ["a date", { expiresAt: "2027-03-01" }],
  ["a certainty of null", { certainty: null }],
  ["a fingerprint in capitals", { fingerprint: "A".repeat(64) }],
])("%s is refused, in a new item and in a change", (_, wrong) => {
  expect(NewRenewalItem.safeParse({ ...NEW, ...wrong }).success).toBe(false);
  expect(RenewalChange.safeParse(wrong).success).toBe(false);
});

test("a change may be of any field, or of none", () => {
  expect(RenewalChange.parse({})).toEqual({});
});

test("a text that breaks its rule is no malformed request: the tenant says so", () => {
  const wrong = { name: "", notes: "a".repeat(2001) };
  expect(RenewalChange.parse(wrong)).toEqual(wrong);
});

test("an item may be of every kind", () => {
  for (const kind of Object.keys(RENEWAL_KINDS)) {
    const item = { ...exampleOf(RENEWAL_ITEM.fields), kind };
    expect(RenewalItem.parse(item)).toEqual(item);
  }
});

test("a notice is claimed by its key and nothing else", () => {
  const claim = exampleOf(NOTICE_KEY);
  expect(NoticeClaim.parse(claim)).toEqual(claim);
  expect(NoticeClaim.safeParse({ ...claim, state: "sent" }).success).toBe(false);
  expect(NoticeClaim.safeParse({ ...claim, stage: 1.5 }).success).toBe(false);
  expect(NoticeClaim.safeParse({ ...claim, recipient: "a".repeat(321) }).success).toBe(false);
});
