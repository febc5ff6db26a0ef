import { expect, test } from "vitest";
import { elementOf } from "./ber.ts";

test("a constructed element ends where its length or two zero bytes say", () => {
  const known = Uint8Array.of(0x30, 2, 0x05, 0, 9);
  expect(elementOf(known)).toEqual({ tag: 0x30, content: known.subarray(2, 4), whole: known.subarray(0, 4) });
  const open = Uint8Array.of(0x30, 0x80, 0x05, 0, 0, 0, 9);
  expect(elementOf(open)).toEqual({ tag: 0x30, content: open.subarray(2, 4), whole: open.subarray(0, 6) });
});

test.each([0x01, 0x02, 0x03, 0x04, 0x06, 0x80, 0x81])("a primitive element of tag %i has a length", (tag) => {
  expect(() => elementOf(Uint8Array.of(tag, 0x80, 0, 0))).toThrow("only a constructed element");
});
