import { describe, expect, test } from "vitest";
import { type EncodingGuess, EncodingDetector } from "./detect.ts";
import { createEncoder } from "./encode.ts";
import type { Encoding } from "../records/record.ts";

function detect(bytes: Uint8Array, size = 1 << 16): EncodingGuess {
  const detector = new EncodingDetector();
  for (let at = 0; at < bytes.length; at += size) detector.write(bytes.subarray(at, at + size));
  return detector.end();
}

function encode(encoding: Encoding, text: string, bom = false): Buffer {
  const encoder = createEncoder(encoding, { onUnmappable: "error", bom });
  return Buffer.concat([encoder.write(text), encoder.end()]);
}

describe("the encoding of a file", () => {
  test.each([
    ["utf-8", true],
    ["utf-16le", true],
    ["utf-16be", true],
    ["utf-8", false],
    ["shift_jis", false],
  ] as const)("is detected as %s with byte order mark %s, in chunks of every size", (encoding, bom) => {
    const file = encode(encoding, "氏名,組織\r\n髙橋,ｱ\r\n", bom);
    for (let size = 1; size <= file.length; size++) {
      expect(detect(file, size)).toEqual({ encoding, ascii: false });
    }
  });

  test("is UTF-8 if the file has only ASCII, or is empty", () => {
    expect(detect(Buffer.from("a,b\n"))).toMatchObject({ encoding: "utf-8", ascii: true });
    expect(detect(new Uint8Array(0))).toMatchObject({ encoding: "utf-8", ascii: true });
  });

  test("is CP932 if UTF-8 would be truncated at the end", () => {
    expect(detect(Buffer.from([0x61, 0xe8, 0xa1]), 1).encoding).toBe("shift_jis");
  });
});
