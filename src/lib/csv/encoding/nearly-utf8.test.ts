import fc from "fast-check";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { NearUtf8Detector } from "./nearly-utf8.ts";

function weigh(bytes: Uint8Array, size = bytes.length): NearUtf8Detector {
  const weight = new NearUtf8Detector();
  for (let at = 0; at < bytes.length; at += size) weight.write(bytes.subarray(at, at + size));
  return weight;
}
const isNearlyUtf8 = (bytes: Uint8Array, size?: number): boolean => weigh(bytes, size).end();

/** Hiragana, katakana, kanji of the first level, punctuation, full-width letters, ASCII. */
const COMMON = fc
  .array(fc.constantFrom(...Array.from("あゅりろんアュルン山田亜腕一営業、。ー（Ａ０Az09,\n")), { maxLength: 40 })
  .map((all) => all.join(""));

test("common Japanese in CP932 is never treated as broken UTF-8, whatever stray bytes it has", () => {
  const odd = fc.array(fc.constantFrom(0x80, 0xa0, 0xfd, 0xff), { maxLength: 3 });
  fc.assert(
    fc.property(COMMON, odd, COMMON, (before, bytes, after) => {
      const file = Buffer.concat([iconv.encode(before, "cp932"), Buffer.from(bytes), iconv.encode(after, "cp932")]);
      return !isNearlyUtf8(file);
    }),
    { numRuns: 100 },
  );
});

test("half-width kana are never treated as broken UTF-8, although two may look like one character", () => {
  const kana = fc.array(fc.integer({ min: 0xa1, max: 0xdf }), { minLength: 1, maxLength: 18 });
  fc.assert(
    fc.property(kana, (bytes) => {
      return !isNearlyUtf8(Buffer.from([0xb1, ...bytes]));
    }),
  );
});

test("Japanese UTF-8 with fewer broken bytes than characters is always nearly UTF-8, in any chunks", () => {
  const words = fc.array(fc.constantFrom(...Array.from("あゅりアン山田腕営業髙")), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.nat(), fc.integer({ min: 1, max: 9 }), (characters, place, size) => {
      const at = place % (characters.length + 1);
      const text = [...characters.slice(0, at), "#", ...characters.slice(at)].join("");
      const bytes = Buffer.from(text);
      bytes[bytes.indexOf("#")] = 0xff;
      return isNearlyUtf8(bytes, size);
    }),
  );
});

test.each([
  [20, 1, false],
  [21, 1, true],
  [41, 2, true],
  [40, 2, false],
])("%i characters of two bytes and %i broken bytes are nearly UTF-8: %s", (valid, broken, nearly) => {
  expect(isNearlyUtf8(Buffer.concat([Buffer.from("é".repeat(valid)), Buffer.alloc(broken, 0xff)]))).toBe(nearly);
});

test("stops reading once the result is certain", () => {
  expect(weigh(iconv.encode("山田".repeat(40), "cp932")).settled).toBe(true);
  expect(weigh(Buffer.concat([Buffer.from("山田".repeat(40)), Buffer.alloc(64, 0xff)])).settled).toBe(false);
  expect(weigh(Buffer.alloc(63, 0xff)).settled).toBe(false);
});
