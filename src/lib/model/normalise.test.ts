import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeKey, comparisonKey, emailKey, nameKey, nameSortKey, serialKey } from "./normalise.ts";

const LOOK_ALIKES = [
  ["\u301c", "\uff5e"],
  ["\u2212", "\uff0d"],
  ["\u2016", "\u2225"],
  ["\u2014", "\u2015"],
  ["\u00a2", "\uffe0"],
  ["\u00a3", "\uffe1"],
  ["\u00ac", "\uffe2"],
] as const;

describe("emailKey", () => {
  it.each([
    ["User@Example.COM", "user@example.com"],
    ["STRASSE@x", "Straße@x"],
    ["ΟΔΟΣ@x", "οδος@x"],
    ["ΟΔΟΣ@x", "οδοσ@x"],
    ["é@x", "E\u0301@x"],
    ["ﬁ@x", "FI@x"],
  ])("treats %s and %s as the same address", (a, b) => expect(emailKey(a)).toBe(emailKey(b)));

  it.each([
    ["Σ@x", "σ@x"],
    ["a\u0080B@x", "a\u0080b@x"],
    ["A\u007f@x", "a\u007f@x"],
    ["Ａ～@x", "ａ～@x"],
    ["", ""],
  ])("maps %j to %j", (address, key) => expect(emailKey(address)).toBe(key));

  it("does not depend on the letter case of ASCII or on composition", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(emailKey(value.normalize("NFD"))).toBe(emailKey(value.normalize("NFC")));
        expect(emailKey(value.replace(/[a-z]/g, (c) => c.toUpperCase()))).toBe(emailKey(value));
      }),
    );
  });
});

describe("codeKey and nameKey", () => {
  it.each(LOOK_ALIKES)("treat %s and %s as the same JIS character", (a, b) => {
    expect(codeKey(`x${a}`)).toBe(codeKey(`x${b}`));
    expect(nameKey(`x${a}`)).toBe(nameKey(`x${b}`));
    expect(emailKey(`x${a}@y`)).toBe(emailKey(`x${b}@y`));
  });

  it("compose characters, and keep letter case and width", () => {
    expect(nameKey("カ\u3099")).toBe("ガ");
    expect(nameKey("ｶﾞ")).toBe("ｶﾞ");
    expect(codeKey("a01")).not.toBe(codeKey("A01"));
    expect(codeKey("A01 ")).not.toBe(codeKey("A01"));
  });

  it("are the folded NFC form, on the fast path too", () => {
    const unit = fc.constantFrom(..."a か \u3099 ガ は \u309a 本 ー ｶ \u301c \u2212 é e\u0301".split(" "));
    fc.assert(
      fc.property(fc.string({ unit }), (value) => {
        const folded = value.normalize("NFC").replaceAll("\u301c", "\uff5e").replaceAll("\u2212", "\uff0d");
        expect(nameKey(value)).toBe(folded);
      }),
    );
    for (let c = 0x3041; c <= 0x9fff; c += 1) {
      if (c === 0x3097) c = 0x309f;
      if (c === 0x3100) c = 0x4e00;
      expect(nameKey(String.fromCharCode(c))).toBe(String.fromCharCode(c).normalize("NFC"));
    }
  });

  it("are that form for every character below U+10000", () => {
    const forms = new Map<string, string>(LOOK_ALIKES);
    const wrong: string[] = [];
    for (let c = 0; c <= 0xffff; c += 1) {
      const composed = String.fromCharCode(c).normalize("NFC");
      if (nameKey(String.fromCharCode(c)) !== (forms.get(composed) ?? composed)) wrong.push(c.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it("are idempotent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(nameKey(nameKey(value))).toBe(nameKey(value));
        expect(codeKey(codeKey(value))).toBe(codeKey(value));
      }),
    );
  });
});

describe("comparisonKey", () => {
  it("facts 6.6: compares ユーザーID exactly", () => {
    expect(comparisonKey("exact", "TESTuser")).not.toBe(comparisonKey("exact", "testuser"));
    expect(comparisonKey("mail-address", "A@B")).toBe("a@b");
  });

  it.each([
    ["mail-address", "a～が"],
    ["code", "A～が"],
    ["serial-number", "A～が"],
    ["name", "A～が"],
    ["exact", "A〜か\u3099"],
  ] as const)("compares a %s with its own kind of key", (comparison, key) => {
    expect(comparisonKey(comparison, "A〜か\u3099")).toBe(key);
  });
});

describe("serialKey", () => {
  it("has no lower-case ASCII letters, and is idempotent", () => {
    expect(serialKey("sn-00a ｓ")).toBe("SN-00A ｓ");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "Z", "0", "-", "〜", "ａ", "ß") }), (value) => {
        const key = serialKey(value);
        expect(key).toBe(codeKey(value).replaceAll("a", "A"));
        expect(serialKey(key)).toBe(key);
      }),
    );
  });
});

describe("nameSortKey", () => {
  it("facts 6.6: sorts by the console's character classes, then by code point", () => {
    const names = "9,A,Z,a,z,あ,ん,ア,ン,一,龠,𠮷,０,９,Ａ,ｚ, ,!,α,😀".split(",");
    const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    for (const order of [names.toReversed(), names.toSorted()]) {
      expect(order.toSorted((a, b) => byBytes(nameSortKey(a), nameSortKey(b)))).toEqual(names);
    }
  });

  it("sorts a name before longer names that begin with it", () => {
    expect(nameSortKey("山田") < nameSortKey("山田1")).toBe(true);
    expect(nameSortKey("山田1") < nameSortKey("山田あ")).toBe(true);
  });
});
