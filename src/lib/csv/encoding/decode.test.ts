import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decoder } from "./decode.ts";
import { loadEncoding } from "./decode-sequence.ts";
import { createEncoder } from "./encode.ts";
import { ENCODINGS, INPUT_ENCODINGS, type Encoding } from "../records/record.ts";

/** The text, with invalid bytes in angle brackets at their position. */
function decode(encoding: Encoding, bytes: Uint8Array, size = bytes.length): string {
  let decoded = "";
  const decoder = new Decoder(encoding, {
    text: (text) => (decoded += text),
    invalid: (hex) => (decoded += `<${hex}>`),
  });
  for (let at = 0; at < bytes.length; at += size) decoder.write(bytes.subarray(at, at + size));
  decoder.end();
  return decoded;
}

await loadEncoding("euc-jp");

describe("decoding", () => {
  test("keeps a character that is split between two uses of the same buffer", () => {
    let decoded = "";
    const decoder = new Decoder("shift_jis", { text: (text) => (decoded += text), invalid: () => undefined });
    const buffer = Buffer.alloc(1);
    for (const byte of [0x83, 0x72]) {
      buffer[0] = byte;
      decoder.write(buffer);
    }
    decoder.end();
    expect(decoded).toBe("ビ");
  });

  test("restores the encoded text, in chunks of every size", () => {
    const character = fc.constantFrom(..."a 表 ソ 能 ｱ 髙 ① \u001a \u001c \u007f \r é 𠮷".split(" "));
    const text = fc.array(character, { maxLength: 30 }).map((characters) => `${characters.join("")}.`);
    fc.assert(
      fc.property(text, fc.constantFrom(...ENCODINGS), fc.integer({ min: 1, max: 9 }), (content, encoding, size) => {
        const held = encoding === "shift_jis" ? content.replaceAll(/[é𠮷]/gu, "") : content;
        const encoder = createEncoder(encoding, { onUnmappable: "error", bom: true });
        expect(decode(encoding, Buffer.concat([encoder.write(held), encoder.end()]), size)).toBe(held);
      }),
      { numRuns: 100 },
    );
  });

  const HOSTILE = fc.array(fc.constantFrom(...Buffer.from("41228140858e8fa0b1c3e3edf0f4ffd8dc00", "hex")));

  test("finds the same invalid bytes however the file is split", () => {
    fc.assert(
      fc.property(
        HOSTILE,
        fc.constantFrom(...INPUT_ENCODINGS),
        fc.integer({ min: 1, max: 9 }),
        (values, encoding, size) => {
          const file = Uint8Array.from(values);
          expect(decode(encoding, file, size)).toBe(decode(encoding, file));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("finds invalid bytes exactly where the platform's decoder writes U+FFFD", () => {
    // how many replacement characters the end of a UTF-16 file gets is the decoder's own choice
    const runs = (text: string): string => text.replaceAll(/\ufffd+/g, "\ufffd");
    fc.assert(
      fc.property(HOSTILE, fc.constantFrom("utf-8", "utf-16le", "utf-16be"), (values, encoding) => {
        const file = Uint8Array.from([0, ...values]);
        const platform = new TextDecoder(encoding, { ignoreBOM: true }).decode(file);
        expect(runs(decode(encoding, file).replaceAll(/<.*?>/g, "\ufffd"))).toBe(runs(platform));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ["shift_jis", "4181ff42", "A<81 FF>B"],
    ["shift_jis", "41812242", 'A<81>"B'],
    ["shift_jis", "8540", "<85>@"],
    ["shift_jis", "4181", "A<81>"],
    ["shift_jis", "80a0", "<80><A0>"],
    ["euc-jp", "b3f4ada18eb18fb0a1", "株①ｱ丂"],
    ["euc-jp", "41b3ff42b3", "A<B3><FF>B<B3>"],
    ["euc-jp", "a2afb3f4", "<A2 AF>株"],
  ] as const)("decodes, and finds what is not a character: %s %s", (encoding, bytes, expected) => {
    for (const size of [1, 2, 100]) expect(decode(encoding, Buffer.from(bytes, "hex"), size)).toBe(expected);
  });

  test("skips a byte order mark only at the start", () => {
    const file = Buffer.from("\ufeffa\ufeffb");
    expect(decode("utf-8", file)).toBe("a\ufeffb");
    expect(decode("utf-8", file, 1)).toBe("a\ufeffb");
  });

  test("decodes chunks over 32 KiB with boundaries inside characters", () => {
    const text = `x${"表能".repeat(100_000)}`;
    const encoder = createEncoder("shift_jis", { onUnmappable: "error" });
    expect(decode("shift_jis", encoder.write(text))).toBe(text);
  });
});
