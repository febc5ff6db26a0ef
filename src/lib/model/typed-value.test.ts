import { expect, test } from "vitest";
import { DEVICE } from "./device.ts";
import { typedFault } from "./typed-value.ts";
import { USER } from "./user.ts";

const { name, emails } = USER.fields;

test.each([
  [name, "a\nb", "has several lines"],
  [name, "a\tb", "has characters that nobody sees"],
  [name, "a\u200b", "has characters that nobody sees"],
  [name, "a\ud800", "has characters that nobody sees"],
  [name, " a", "has blanks at its ends"],
  [DEVICE.fields.memo, "a\tb", "has characters that nobody sees"],
])("%# a value that is refused by hand", (field, value, reason) => {
  expect(typedFault(field, value)).toMatchObject({ reason: { en: reason } });
});

test("an address alone is typed: the hint has it", () => {
  expect(typedFault(emails, "<a@x.jp>")?.hint?.en).toBe("type the address alone: a@x.jp");
  expect(typedFault(emails, "a@x.jp")).toBeUndefined();
});

test("a memo may have several lines, a name other letters", () => {
  expect([typedFault(DEVICE.fields.memo, "a\nb"), typedFault(name, "髙橋 一郎")]).toEqual([undefined, undefined]);
});
