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

  it.each(["a@b", "user001@example.com", "山田@例え.jp", "a..b@c"])("accepts %j as an email address", (value) =>
    expect(codes({ kind: "mail-address" }, value)).toEqual([]),
  );

  it.each(["a", "@", "a@", "@b", "a@b@c", "a b@c", "a\u3000b@c", "a@b\n", "\u0007a@b", "a\u0085@b"])(
    "refuses %j as an email address",
    (value) => expect(codes({ kind: "mail-address" }, value)).toEqual(["not-mail-address"]),
  );

  it("accepts booleans in any letter case, and nothing else", () => {
    for (const value of ["TRUE", "false", "True"]) expect(codes({ kind: "boolean" }, value)).toEqual([]);
    for (const value of ["1", "yes", "TRUE ", "ＴＲＵＥ", "true\n"]) {
      expect(codes({ kind: "boolean" }, value)).toEqual(["not-boolean"]);
    }
  });

  it.each([
    ["day", ["2028-02-29", "0001-01-01"], ["2026-02-29", "2026/4/1", "2026-4-1", "2026-04", "20260401", "2026-04-01 "]],
    ["integer", ["0", "12", "-3"], ["1.5", "01", "1,000", "-0", "１２", "1e3", "9007199254740993"]],
    ["count", ["0", "12"], ["-3", "1.5", "01", "１２"]],
  ] as const)("accepts only what a field with the rule %s can store", (type, good, bad) => {
    const { rule } = valueRuleOf(type === "count" ? { type: "integer", rule: { kind: type } } : { type });
    expect(good.flatMap((value) => codes(rule, value))).toEqual([]);
    expect(bad.map((value) => codes(rule, value))).toEqual(bad.map(() => [`not-${type}`]));
  });

  it("warns about a value that is not a port", () => {
    for (const value of ["1", "993", "65535"]) expect(codes({ kind: "port" }, value)).toEqual([]);
    for (const value of ["0", "65536", "-1", "99.5", "imap", "1e3"]) {
      expect(codes({ kind: "port" }, value)).toEqual(["port-range"]);
    }
  });
});
