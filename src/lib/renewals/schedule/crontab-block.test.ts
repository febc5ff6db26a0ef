import fc from "fast-check";
import { expect, test } from "vitest";
import { findBlock, insertBlock, removeBlock } from "./crontab-block.ts";

const LINES = ["# what", "0 9 * * * /bin/sh '/home/k/renewals.sh'"];
const BLOCK = `# >>> clomoctl renewals >>>\n${LINES.join("\n")}\n# <<< clomoctl renewals <<<\n`;

test.each([
  ["an empty crontab", "", BLOCK],
  ["one with lines", "MAILTO=a@example.jp\n5 4 * * * x\n", `MAILTO=a@example.jp\n5 4 * * * x\n${BLOCK}`],
  ["one with CRLF", "5 4 * * * x\r\n", `5 4 * * * x\r\n${BLOCK}`],
])("adds the block at the end of %s", (_, before, after) => {
  expect(insertBlock(before, LINES)).toBe(after);
  expect(removeBlock(after)).toBe(before);
});

test("replaces a block in place, and keeps lines added below it", () => {
  const before = `a\n${BLOCK}b\n`;
  expect(insertBlock(before, ["new"])).toBe("a\n# >>> clomoctl renewals >>>\nnew\n# <<< clomoctl renewals <<<\nb\n");
  expect(removeBlock(before)).toBe("a\nb\n");
});

test("ends an unfinished line, and restores it unless something was added below", () => {
  const after = insertBlock("5 4 * * * x", LINES);
  expect(after.startsWith("5 4 * * * x\n# >>> clomoctl renewals >>>\n")).toBe(true);
  expect(insertBlock(after, LINES)).toBe(after);
  expect(removeBlock(after)).toBe("5 4 * * * x");
  expect(removeBlock(`${after}b\n`)).toBe("5 4 * * * x\nb\n");
});

test.each([
  ["no end", "# >>> clomoctl renewals >>>\nx\n"],
  ["no begin", "x\n# <<< clomoctl renewals <<<\n"],
  ["two blocks", BLOCK + BLOCK],
  ["the wrong order", "# <<< clomoctl renewals <<<\n# >>> clomoctl renewals >>>\n"],
])("refuses markers with %s", (_, crontab) => {
  expect(() => insertBlock(crontab, LINES)).toThrow(expect.objectContaining({ code: "input-rejected" }));
  expect(() => findBlock(crontab)).toThrow(expect.objectContaining({ code: "input-rejected" }));
});

test("restores any crontab byte for byte, and adding the block twice equals once", () => {
  const piece = fc.constantFrom("\n", "\r\n", "\r", "5 4 * * * x", "#", "%", "\u00e6", " ", "PATH=/bin");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const before = pieces.join("");
      const after = insertBlock(before, LINES);
      expect(findBlock(after)?.lines).toEqual(LINES);
      expect(removeBlock(after)).toBe(before);
      const again = insertBlock(after, LINES);
      expect(again).toBe(after);
    }),
  );
});
