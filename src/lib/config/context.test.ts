import fc from "fast-check";
import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { parseContextName } from "./context.ts";
import { toContextNameKey } from "./index.ts";

test.each(["名".repeat(64), "𠮷".repeat(50), "é".repeat(64).normalize("NFD")])("%s is short enough", (name) => {
  expect(parseContextName(name)).toBe(name.normalize("NFC"));
});

test.each(["acme", "株式会社アクメ", "a.b-c_1", "conference", "com10", "a".repeat(64), "ｶﾞ"])(
  "%s is a valid name",
  (name) => {
    expect(parseContextName(name)).toBe(name);
  },
);

const RESERVED = "CON con Con.txt nul. conin$ CONOUT$.txt prn aux.csv LPT1 com¹.x".split(" ");
const MARKED = ' .. . .a a. a/b a\\b -a a:b a* a? a< a|b a" a\0 a\n a\u202eb'.split(" ");
const TOO_LONG = ["名".repeat(67), "𠮷".repeat(51), "a".repeat(65), "𠮷".repeat(60)];

test.each([...RESERVED, ...MARKED, ...TOO_LONG, "a b", " a", "a "])("%j is not a valid name", (name) => {
  expect(() => parseContextName(name)).toThrow(expect.objectContaining({ code: "usage" }));
});

/** Valid names, varied in one or two places: purely random strings are hardly ever valid names. */
const nearName = fc
  .tuple(
    fc.array(fc.constantFrom<string>("a", "B", "7", "客", "が", "か\u3099", "é", "-", "_", ".", "con", "lpt1"), {
      maxLength: 6,
    }),
    fc.array(
      fc.tuple(
        fc.nat({ max: 6 }),
        fc.constantFrom("/", "\\", "..", ":", " ", "\t", "\0", "\u202e", "\u3099", "*", ".", "．", "¹", "𠮷", "\ud842"),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([parts, added]) => added.reduce((all, [at, sign]) => all.toSpliced(at, 0, sign), parts).join(""));

test("no valid name leads out of its folder", () => {
  const tried = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof({ arbitrary: nearName, weight: 9 }, fc.string({ unit: "binary" })), (wished) => {
      let name: string | undefined;
      let refusal: unknown;
      try {
        name = parseContextName(wished);
      } catch (error) {
        refusal = error;
      }
      expect(refusal === undefined || (refusal instanceof Failure && refusal.code === "usage")).toBe(true);
      if (name === undefined) {
        tried.refused += 1;
        return;
      }
      tried.taken += 1;
      expect(name).toBe(wished.normalize("NFC"));
      expect(name).not.toMatch(/[/\\:*?"<>|\p{C}\s]|^[.\p{M}-]|\.$/u);
      expect(name).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|$)/i);
      expect(parseContextName(name)).toBe(name);
    }),
    { numRuns: 100 },
  );
  expect(tried.taken).toBeGreaterThan(10);
  expect(tried.refused).toBeGreaterThan(10);
});

test("names that differ only in case or composition are the same", () => {
  expect(toContextNameKey("Acme")).toBe(toContextNameKey("aCME"));
  expect(toContextNameKey("か\u3099")).toBe(toContextNameKey("が"));
  expect(toContextNameKey("straße")).toBe(toContextNameKey("STRASSE"));
  expect(toContextNameKey("客先")).not.toBe(toContextNameKey("客先1"));
});
