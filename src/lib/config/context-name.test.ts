import fc from "fast-check";
import { expect, test } from "vitest";
import { contextNameKey, parseContextName } from "./context-name.ts";

test.each(["acme", "株式会社アクメ", "a.b-c_1", "conference", "com10", "a".repeat(64), "ｶﾞ"])("%s is a name", (name) => {
  expect(parseContextName(name)).toBe(name);
});

test.each([
  "",
  "..",
  ".",
  ".a",
  "a.",
  "a/b",
  "a\\b",
  "a b",
  " a",
  "a ",
  "-a",
  "CON",
  "con",
  "Con.txt",
  "nul.",
  "LPT1",
  "com¹.x",
  "a:b",
  "a*",
  "a?",
  "a<",
  "a|b",
  'a"',
  "a\0",
  "a\n",
  "a\u202eb",
  "a".repeat(65),
  "𠮷".repeat(60),
])("%j is none", (name) => {
  expect(() => parseContextName(name)).toThrow(expect.objectContaining({ code: "usage" }));
});

test("a name never leaves its folder, whatever is tried", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (wished) => {
      let name;
      try {
        name = parseContextName(wished);
      } catch {
        return;
      }
      expect(name).not.toMatch(/[/\\:*?"<>|\p{C}\s]|^\.|\.$/u);
    }),
  );
});

test("names that differ in case or composition only are one", () => {
  expect(contextNameKey("Acme")).toBe(contextNameKey("aCME"));
  expect(contextNameKey("か\u3099")).toBe(contextNameKey("が"));
});
