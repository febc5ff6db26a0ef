import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { countCharacters, listRuleFaults, type Rule } from "./rules.ts";
import { valueRuleOf } from "./thing.ts";

const codes = (rule: Rule, value: string): readonly string[] => listRuleFaults(rule, value).map(({ code }) => code);

const PASSWORD: Rule = { kind: "text", min: 6, max: 255, charset: "half-width-alphanumeric" };

describe("characterCount", () => {
  it("counts code points", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => countCharacters(value) === [...value].length));
    expect(countCharacters("\ud842\udfb7野家")).toBe(3);
  });
});

describe("faultsOf", () => {
  it("accepts blank for every rule", () => {
    const rules: readonly Rule[] = [PASSWORD, { kind: "mail-address" }, { kind: "boolean" }, { kind: "port" }];
    for (const rule of rules) expect(codes(rule, "")).toEqual([]);
  });

  it("counts characters, not UTF-16 units, against both limits", () => {
    const rule: Rule = { kind: "text", min: 2, max: 3 };
    expect(codes(rule, "𠮷")).toEqual(["too-short"]);
    expect(codes(rule, "𠮷𠮷𠮷")).toEqual([]);
    expect(listRuleFaults(rule, "𠮷𠮷𠮷𠮷")).toEqual([{ code: "too-long", params: { length: 4, max: 3 } }]);
  });

  it("reports every fault of a value at once", () => {
    expect(codes(PASSWORD, "ａ")).toEqual(["too-short", "not-alphanumeric"]);
  });

  it("accepts only half-width letters and digits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 6, maxLength: 8 }), (value) => {
        expect(codes(PASSWORD, value).includes("not-alphanumeric")).toBe(!/^[0-9A-Za-z]*$/.test(value));
      }),
    );
    expect(codes(PASSWORD, "abcXYZ019")).toEqual([]);
    for (const value of ["abcdef@", "abcdef[", "abcdef`", "abcdef{", "abcdef/", "abcdef:"]) {
      expect(codes(PASSWORD, value)).toEqual(["not-alphanumeric"]);
    }
  });

  it.each([
    [
      "mail-address",
      ["a@b", "user001@example.com", "山田@例え.jp", "a..b@c"],
      ["a", "@", "a@", "@b", "a@b@c", "a b@c", "a\u3000b@c", "a@b\n", "\u0007a@b", "a\u0085@b"],
    ],
    ["boolean", ["TRUE", "false", "True"], ["1", "yes", "TRUE ", "ＴＲＵＥ", "true\n"]],
    ["port", ["1", "993", "65535"], ["0", "65536", "-1", "99.5", "imap", "1e3"]],
    ["day", ["2028-02-29", "0001-01-01"], ["2026-02-29", "2026/4/1", "2026-4-1", "2026-04", "20260401", "2026-04-01 "]],
    ["integer", ["0", "12", "-3"], ["1.5", "01", "1,000", "-0", "１２", "1e3", "9007199254740993"]],
    ["count", ["0", "12"], ["-3", "1.5", "01", "１２"]],
  ] as const)("accepts only what a field with the rule %s can store", (type, good, bad) => {
    const { rule } = valueRuleOf(
      type === "day" || type === "integer" ? { type } : { type: "text", rule: { kind: type } },
    );
    expect(good.flatMap((value) => codes(rule, value))).toEqual([]);
    expect(bad.map((value) => codes(rule, value))).toEqual(
      bad.map(() => [type === "port" ? "port-range" : `not-${type}`]),
    );
  });
});
