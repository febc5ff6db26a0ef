import { valueRuleOf } from "./thing.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../derived/formats.ts";
import { comparisonKey } from "./normalise.ts";
import { DEVICE } from "../nouns/device.ts";
import { ORG } from "../nouns/organisation.ts";
import { SECURED_USER } from "../nouns/secured-user.ts";
import { USER } from "../nouns/user.ts";
import { MAX_FIELD_CHARACTERS, MAX_KEY_BYTES, MAX_UNCHECKED_UNITS } from "./rules.ts";
import { describeValueWarning, describeRefusal, findValueFaults, removeHiddenCharacters } from "./value.ts";

const { name, emails, title, address } = USER.fields;
const MEMO = DEVICE.fields.memo;

const codes = (field: Parameters<typeof valueRuleOf>[0], value: string): readonly string[] =>
  findValueFaults(valueRuleOf(field), value).map(({ code }) => code);

describe("characters and lengths", () => {
  test.each([
    ["a line break", title, "課長\n部長", ["value-lines"]],
    ["a carriage return", title, "課長\r部長", ["value-lines"]],
    ["a line separator", title, "課長\u2028部長", ["value-lines"]],
    ["BEL and a line break", title, "課長\u0007\n", ["value-hidden"]],
    ["a tab", title, "a\tb", ["value-hidden"]],
    ["DEL", title, "a\u007f", ["value-hidden"]],
    ["a C1 control", title, "a\u0085b", ["value-hidden"]],
    ["a mark of direction", name, "\u202e山田", ["value-hidden"]],
    ["a blank without width", title, "a\u200b", ["value-hidden"]],
    ["a soft hyphen", title, "a\u00adb", ["value-hidden"]],
    ["a lone surrogate", title, "a\ud800", ["value-hidden"]],
    ["a joiner that joins nothing", title, "a\u200db", ["value-hidden"]],
    ["a character lost earlier", name, "佐\ufffd\u200b 一郎", ["character-lost"]],
    ["an emoji of several people", title, "👩‍👩‍👧", []],
    ["a flag with a joiner", title, "🏳️‍🌈", []],
    ["a word of a script that joins", title, "می‌خواهم", []],
    ["a variant of a kanji", name, "辻\u{e0100}", []],
    ["an address of several lines", address, "千代田区\r\n丸の内\n1-1", []],
    ["a memo with a tab", MEMO, "a\tb", ["value-hidden"]],
    ["other letters", name, "髙橋 一郎", []],
    ["a text of the most characters", title, "題".repeat(MAX_FIELD_CHARACTERS), []],
    ["a text that is too long", title, "題".repeat(MAX_FIELD_CHARACTERS + 1), ["too-long"]],
    ["characters of two units", title, "𠮷".repeat(MAX_FIELD_CHARACTERS), []],
    ["a limit of the manual", SECURED_USER.fields.description, "題".repeat(255), []],
    ["more than a limit of the manual", SECURED_USER.fields.description, "題".repeat(256), ["too-long"]],
    ["an account name", USER.fields.accountName, "a".repeat(321), ["too-long"]],
    ["a scheme's own limit", { type: "text", longest: 3 } as const, "abcd", ["too-long"]],
    ["a key", ORG.fields.code, "a".repeat(MAX_KEY_BYTES), []],
    ["a key that is too long", ORG.fields.code, "a".repeat(MAX_KEY_BYTES + 1), ["key-too-long"]],
    ["a key of kanji", ORG.fields.name, "部".repeat(867), ["key-too-long"]],
    ["a key that is longer than its value", ORG.fields.name, "\u0958".repeat(700), ["key-too-long"]],
    ["a path, which nothing is found by", ORG.fields.parentPath, "部/".repeat(2000), []],
  ])("%s", (_, field, value, expected) => {
    expect(codes(field, value)).toEqual(expected);
  });

  test("reports invisible characters by code point, each once", () => {
    expect(describeRefusal(valueRuleOf(title), "a\u200b\u202eb\u200b")).toEqual({
      en: "contains invisible characters (U+200B, U+202E)",
      ja: "目に見えない文字があります(U+200B, U+202E)",
    });
  });

  test("removes them completely, and keeps the others in order", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const mended = removeHiddenCharacters(valueRuleOf(MEMO), value);
        expect(codes(MEMO, mended)).not.toContain("value-hidden");
        expect(removeHiddenCharacters(valueRuleOf(MEMO), mended)).toBe(mended);
      }),
    );
    expect(removeHiddenCharacters(valueRuleOf(title), "\n\u202e営\t業\u200b部\r\n")).toBe("営 業部");
    expect(removeHiddenCharacters(valueRuleOf(title), "営業\n部")).toBe("営業\n部");
  });
});

describe("lengths", () => {
  test("no column has a lower limit than the length below which values are not checked", () => {
    const limits = Object.values(FORMATS).flatMap(({ columns }) => columns.map(({ value }) => value.max));
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(MAX_UNCHECKED_UNITS);
  });

  test("a value that is too short to be checked exceeds no limit, whatever its characters are", () => {
    const keys = Object.values(FORMATS).flatMap(({ columns }) => columns.map(({ value }) => value));
    const units = fc.string({
      unit: fc.oneof(
        fc.constantFrom("ΐ", "ﬃ", "\u{1d160}", "\u0958", "部"),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
      maxLength: 120,
    });
    fc.assert(
      fc.property(units, fc.constantFrom(...keys), (value, of) => {
        fc.pre(of.key !== undefined && value.length <= MAX_UNCHECKED_UNITS);
        expect(Buffer.byteLength(comparisonKey(of.key ?? "exact", value))).toBeLessThanOrEqual(MAX_KEY_BYTES);
      }),
    );
  });
});

test("warns about what is common in files, but accepts it", () => {
  for (const [field, value] of [
    [title, "課長 "],
    [emails, "<a@x.jp>"],
    [emails, "mailto:a@x.jp"],
  ] as const) {
    expect(describeRefusal(valueRuleOf(field), value)).toBeUndefined();
    expect(describeValueWarning(valueRuleOf(field), value)?.ja).toMatch(/[ぁ-ん]/);
  }
  for (const wrapped of ["<a@x.jp>", "mailto:a@x.jp", "mailto:<a@x.jp>"])
    expect(describeValueWarning(valueRuleOf(emails), wrapped)?.en).toContain("to enter only the address: a@x.jp");
  expect(describeValueWarning(valueRuleOf(emails), "a@x.jp")).toBeUndefined();
});
