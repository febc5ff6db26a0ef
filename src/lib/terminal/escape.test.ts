import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeForPeople } from "../text/shell-word.ts";

test.each([
  ["\u001b[31mred", String.raw`\x1b[31mred`],
  ["\u009b2J", String.raw`\x9b2J`],
  ["abc\u202egpj.exe", String.raw`abc\u202egpj.exe`],
  ["two\nlines\tand\rmore\u0000", String.raw`two\nlines\tand\rmore\x00`],
  ["\ud83d", String.raw`\ud83d`],
  ["髙﨑 ①㈱ ｶﾞ 𠮷 👨‍👩‍👧 é", "髙﨑 ①㈱ ｶﾞ 𠮷 👨‍👩‍👧 é"],
  [String.raw`C:\new`, String.raw`C:\new`],
])("%j is shown as %s", (data, shown) => {
  expect(escapeForPeople(data)).toBe(shown);
});

test("no control or bidi character or lone surrogate is left, and a second pass changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (data) => {
      const shown = escapeForPeople(data);
      expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(escapeForPeople(shown)).toBe(shown);
    }),
  );
});

test("printable text stays as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (data) => escapeForPeople(data) === data));
});
