import fc from "fast-check";
import { expect, test } from "vitest";
import { findBlock, withBlock, withoutBlock } from "./crontab-block.ts";

const LINES = ["# what", "0 9 * * * /bin/sh '/home/k/renewals.sh'"];
const BLOCK = `# >>> clomoctl renewals >>>\n${LINES.join("\n")}\n# <<< clomoctl renewals <<<\n`;

test.each([
  ["an empty crontab", "", BLOCK],
  ["one with lines", "MAILTO=a@example.jp\n5 4 * * * x\n", `MAILTO=a@example.jp\n5 4 * * * x\n${BLOCK}`],
  ["one with CRLF", "5 4 * * * x\r\n", `5 4 * * * x\r\n${BLOCK}`],
])("the block comes at the end of %s", (_, before, after) => {
  expect(withBlock(before, LINES)).toBe(after);
  expect(withoutBlock(after)).toBe(before);
});

test("a block is replaced where it stands, and lines added below it stay", () => {
  const before = `a\n${BLOCK}b\n`;
  expect(withBlock(before, ["new"])).toBe("a\n# >>> clomoctl renewals >>>\nnew\n# <<< clomoctl renewals <<<\nb\n");
  expect(withoutBlock(before)).toBe("a\nb\n");
});

test("a line without an end gets one, and loses it again unless something was added below", () => {
  const after = withBlock("5 4 * * * x", LINES);
  expect(after.startsWith("5 4 * * * x\n# >>> clomoctl renewals >>>\n")).toBe(true);
  expect(withBlock(after, LINES)).toBe(after);
  expect(withoutBlock(after)).toBe("5 4 * * * x");
  expect(withoutBlock(`${after}b\n`)).toBe("5 4 * * * x\nb\n");
});

test.each([
  ["no end", "# >>> clomoctl renewals >>>\nx\n"],
  ["no begin", "x\n# <<< clomoctl renewals <<<\n"],
  ["two blocks", BLOCK + BLOCK],
  ["the wrong order", "# <<< clomoctl renewals <<<\n# >>> clomoctl renewals >>>\n"],
])("marks with %s are refused", (_, crontab) => {
  expect(() => withBlock(crontab, LINES)).toThrow(expect.objectContaining({ code: "input-rejected" }));
  expect(() => findBlock(crontab)).toThrow(expect.objectContaining({ code: "input-rejected" }));
});

test("whatever a crontab holds, it comes back byte for byte, and twice is once", () => {
  const piece = fc.constantFrom("\n", "\r\n", "\r", "5 4 * * * x", "#", "%", "\u00e6", " ", "PATH=/bin");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const before = pieces.join("");
      const after = withBlock(before, LINES);
      expect(findBlock(after)?.lines).toEqual(LINES);
      expect(withoutBlock(after)).toBe(before);
      const again = withBlock(after, LINES);
      expect(again).toBe(after);
    }),
  );
});
