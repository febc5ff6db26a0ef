import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8 } from "./utf8.ts";

test("reads every text as written, including a byte order mark and U+FFFD", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (written) => {
      expect(decodeUtf8(Buffer.from(`\ufeff${written}\ufffd`), "a.yaml")).toBe(`\ufeff${written}\ufffd`);
    }),
  );
  expect(decodeUtf8(Buffer.from("xy山").subarray(1), "a.yaml")).toBe("y山");
});

test.each([
  ["a byte in the first line", [0xb1], 1],
  ["CP932", [0x61, 0x0a, 0x62, 0x0a, 0x8e, 0x52, 0x0a], 3],
  ["a character that is cut off by the line's end", [0x0a, 0xe5, 0xb1, 0x0a, 0x0a], 2],
  ["a character that is cut off by the file's end", [0x0a, 0x0a, 0xe5, 0xb1], 3],
  ["half of a surrogate pair", [0xed, 0xa0, 0x80], 1],
  ["UTF-16", [0xff, 0xfe, 0x61, 0x00], 1],
])("refuses text that is not UTF-8, with its line: %s", (_, bytes, line) => {
  const refusal = {
    code: "input-rejected",
    where: `a.yaml:${line}`,
    what: { en: "not UTF-8 text", ja: "UTF-8 のテキストではありません" },
    hint: { en: "save the file as UTF-8", ja: "ファイルを UTF-8 で保存してください" },
  };
  expect(() => decodeUtf8(Uint8Array.from(bytes), "a.yaml")).toThrow(expect.objectContaining(refusal));
});
