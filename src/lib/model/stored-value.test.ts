import { expect, test } from "vitest";
import type { Fields } from "./thing.ts";
import { RESOURCES } from "../handover/resources.ts";
import { valueChecker } from "./stored-value.ts";

const FIELDS = {
  short: { type: "text", longest: 3, example: "" },
  filled: { type: "text", blank: false, nullable: true, example: "a" },
  parts: { type: "objects", of: { name: { type: "text", longest: 2, blank: false, example: "a" } }, example: [] },
} as const satisfies Fields;

const check = valueChecker(FIELDS);
const GOOD = { short: "𠮟𠮟𠮟", filled: null, parts: [{ name: "ab" }] };

test("values are held to what their fields promise", () => {
  expect(check(GOOD)).toBeUndefined();
  expect(check({ ...GOOD, short: "abcd" })?.en).toBe("short: it has more than 3 characters");
  expect(check({ ...GOOD, filled: "" })?.ja).toBe("filled: 空にはできません");
  expect(check({ ...GOOD, parts: [{ name: "a" }, { name: "" }] })?.en).toBe("parts: name: it must not be empty");
});

test("a scheme's name and a user's addresses are held to their rules", () => {
  const schemes = valueChecker(RESOURCES.schemes.fields);
  expect(schemes({ name: "管理", operations: [] })).toBeUndefined();
  expect(schemes({ name: "長".repeat(101), operations: [] })?.en).toMatch(/^name: /);
  const users = valueChecker(RESOURCES.users.fields);
  expect(users({ emails: ["taro@example.jp", "none"] })?.en).toMatch(/^emails: /);
});
