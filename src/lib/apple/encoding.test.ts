import { expect, test } from "vitest";
import { readElement } from "./encoding.ts";

test("a constructed element ends at its length or at two zero bytes", () => {
  const known = Uint8Array.of(0x30, 2, 0x05, 0, 9);
  expect(readElement(known)).toEqual({ tag: 0x30, content: known.subarray(2, 4), whole: known.subarray(0, 4) });
  const open = Uint8Array.of(0x30, 0x80, 0x05, 0, 0, 0, 9);
  expect(readElement(open)).toEqual({ tag: 0x30, content: open.subarray(2, 4), whole: open.subarray(0, 6) });
});

test.each([0x01, 0x02, 0x03, 0x04, 0x06, 0x80, 0x81])("a primitive element of tag %i has a length", (tag) => {
  expect(() => readElement(Uint8Array.of(tag, 0x80, 0, 0))).toThrow("only a constructed element");
});
