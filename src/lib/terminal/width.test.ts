import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeForPeople } from "../text/shell-word.ts";
import { displayWidth, padLine, truncate } from "./width.ts";

const lines = fc.string({ unit: "binary" }).map(escapeForPeople);

test.each([
  ["髙﨑", 4],
  ["ｶﾞ", 2],
  ["ガ", 2],
  ["𠮷", 2],
  ["①α─", 3],
  ["é", 1],
  ["👨‍👩‍👧", 2],
  ["", 0],
])("%s is %i columns wide", (line, columns) => {
  expect(displayWidth(line)).toBe(columns);
});

test("padding fills exactly to the width and never cuts", () => {
  fc.assert(
    fc.property(lines, fc.nat(60), fc.constantFrom("start" as const, "end" as const), (line, columns, align) => {
      const padded = padLine(line, columns, align);
      expect(displayWidth(padded)).toBe(Math.max(columns, displayWidth(line)));
      expect(padded.includes(line)).toBe(true);
    }),
  );
});

test("truncated text fits and shows that it was cut; text that fits is not changed", () => {
  fc.assert(
    fc.property(lines, fc.nat(20), (line, columns) => {
      const cut = truncate(line, columns);
      expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
      expect(cut === line || cut === "" || cut.endsWith("…")).toBe(true);
      expect(displayWidth(line) > columns || cut === line).toBe(true);
    }),
  );
});
