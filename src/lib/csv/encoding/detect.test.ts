import fc from "fast-check";
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
      expect(detect(file, size)).toEqual({ encoding, ascii: false, ambiguity: undefined, size: file.length });
    }
  });

  test("is UTF-8 if the file has only ASCII, or is empty", () => {
    expect(detect(Buffer.from("a,b\n"))).toMatchObject({ encoding: "utf-8", ascii: true, ambiguity: undefined });
    expect(detect(new Uint8Array(0))).toMatchObject({ encoding: "utf-8", ascii: true, size: 0 });
  });

  test("is CP932 if UTF-8 would be truncated at the end", () => {
    expect(detect(Buffer.from([0x61, 0xe8, 0xa1]), 1).encoding).toBe("shift_jis");
  });

  test("is ambiguous if every non-ASCII character is valid as UTF-8 and as half-width kana", () => {
    const file = Buffer.from('name,note\r\n"a\r\nb",x\r\nJuan Muñoz,é\r\n');
    for (const size of [1, 2, 7, 1000]) {
      expect(detect(file, size)).toMatchObject({
        encoding: "utf-8",
        ambiguity: { row: 3, utf8: "Juan Muñoz,é", cp932: "Juan Muﾃｱoz,ﾃｩ" },
      });
    }
  });

  test("is not ambiguous if any character is not kana", () => {
    expect(detect(Buffer.from("Muñoz\n表\n")).ambiguity).toBeUndefined();
    expect(detect(encode("shift_jis", "ﾔﾏﾀﾞ")).encoding).toBe("shift_jis");
  });

  test("is detected for any valid text, and ambiguous exactly if both readings are possible", () => {
    const text = fc.array(fc.constantFrom("ñ", "é", "a", "ß", "\n", "表", "ｱ")).map((all) => all.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 5 }), (content, size) => {
        const file = Buffer.from(content);
        const high = file.filter((byte) => byte >= 0x80);
        const kana = high.length > 0 && high.every((byte) => byte >= 0xa1 && byte <= 0xdf);
        const detected = detect(file, size);
        expect(detected.encoding).toBe("utf-8");
        expect(detected.ambiguity !== undefined).toBe(kana);
      }),
    );
  });
});
