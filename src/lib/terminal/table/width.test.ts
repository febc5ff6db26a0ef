import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeForPeople } from "../escape.ts";
import { displayWidth, padLine, shortenPaths, truncate, truncateMiddle } from "./width.ts";

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

test("a kanji is not cut in half", () => {
  expect(truncate("営業本部", 6)).toBe("営業…");
});

test("paths that do not fit lose leading names, the longest path first, before the end is cut", () => {
  const paths = "本社/営業部/第一営業課、支社/総務";
  expect(shortenPaths(paths, 40)).toBe(paths);
  expect(shortenPaths(paths, 32)).toBe("…/営業部/第一営業課、支社/総務");
  expect(shortenPaths(paths, 25)).toBe("…/第一営業課、支社/総務");
  expect(shortenPaths(paths, 22)).toBe("…/第一営業課、…/総務");
  expect(shortenPaths(paths, 12)).toBe("…/第一営業…");
  expect(shortenPaths("Head/Sales, Branch/Stores/Tokyo", 20)).toBe("Head/Sales, …/Tokyo");
});

test("text cut in the middle keeps both ends and never becomes wider", () => {
  expect(truncateMiddle("taro.yamada@example.jp (hanako)", 40)).toBe("taro.yamada@example.jp (hanako)");
  expect(truncateMiddle("taro.yamada@example.jp (hanako)", 20)).toBe("taro.yama…p (hanako)");
  expect(truncateMiddle("髙橋花子(山田)", 8)).toBe("髙…山田)");
  fc.assert(
    fc.property(lines, fc.nat(60), (line, columns) => {
      const cut = truncateMiddle(line, columns);
      expect(displayWidth(cut)).toBeLessThanOrEqual(Math.max(columns, 0));
      expect(cut === line).toBe(displayWidth(line) <= columns);
    }),
  );
});

test("a slash within a name does not separate names", () => {
  const path = String.raw`本社/研究\/開発\\部/一課`;
  expect(shortenPaths(path, 22)).toBe(String.raw`…/研究\/開発\\部/一課`);
  expect(shortenPaths(path, 20)).toBe("…/一課");
});
