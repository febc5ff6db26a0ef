import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EncodingGuess, EncodingDetector, NearUtf8Detector, detectUnsupportedKind } from "./detect.ts";
import { createEncoder } from "./encode.ts";
import type { Encoding } from "../records/record.ts";
import iconv from "iconv-lite";

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
      expect(detect(file, size)).toEqual({ encoding, ascii: false, ambiguity: undefined });
    }
  });

  test("is UTF-8 if the file has only ASCII, or is empty", () => {
    expect(detect(Buffer.from("a,b\n"))).toMatchObject({ encoding: "utf-8", ascii: true, ambiguity: undefined });
    expect(detect(new Uint8Array(0))).toMatchObject({ encoding: "utf-8", ascii: true });
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

const kindOf = (text: string, encoding: string, named = false) =>
  detectUnsupportedKind(iconv.encode(text, encoding, { addBOM: false }), named);

const PEOPLE = "氏名,メールアドレス\r\n一郎 刀,a@example.jp\r\n山田　最,b@example.jp\r\n";

test.each([
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
  ["utf-32le", "utf-32"],
  ["utf-32be", "utf-32"],
  ["euc-jp", "euc-jp"],
  ["utf-8", undefined],
  ["cp932", undefined],
])("text in %s is detected as %s", (encoding, kind) => {
  expect(kindOf(PEOPLE, encoding)).toBe(kind);
  expect(kindOf("name,mail\r\nTaro,taro@example.jp\r\n", encoding)).toBe(kind === "euc-jp" ? undefined : kind);
  expect(kindOf(PEOPLE, encoding, true)).toBeUndefined();
});

test("a byte order mark decides, and UTF-32 is still recognised", () => {
  expect(detectUnsupportedKind(iconv.encode(PEOPLE, "utf-16le", { addBOM: true }), false)).toBeUndefined();
  expect(detectUnsupportedKind(iconv.encode(PEOPLE, "utf-16be", { addBOM: true }), false)).toBeUndefined();
  expect(detectUnsupportedKind(iconv.encode(PEOPLE, "utf-32le", { addBOM: true }), false)).toBe("utf-32");
});

test("a few characters of EUC-JP are too few to tell it from half-width kana", () => {
  expect(kindOf("氏名,社員番号,部署", "euc-jp")).toBe("euc-jp");
  expect(kindOf("氏名,社員番号,部", "euc-jp")).toBeUndefined();
});

test("recognises ISO-2022-JP by its escapes", () => {
  expect(detectUnsupportedKind(Buffer.from("\u001b$B;aL>\u001b(B,mail\r\n"), false)).toBe("iso-2022-jp");
});

test("a program is not text, but text may contain NULs", () => {
  expect(detectUnsupportedKind(Buffer.from("\u007fELF\u0002\u0001\u0001\0\0"), true)).toBe("binary");
  expect(detectUnsupportedKind(Buffer.from(Array.from({ length: 400 }, (_, at) => (at * 7) % 31)), false)).toBe(
    "binary",
  );
  expect(detectUnsupportedKind(Buffer.from("氏名,役職\r\n山\0田,\0\r\n"), false)).toBeUndefined();
});

test("angle brackets mean a web page only at the start", () => {
  expect(detectUnsupportedKind(Buffer.from("氏名,<html>\r\n"), false)).toBeUndefined();
  expect(detectUnsupportedKind(Buffer.from('\ufeff <?xml version="1.0"?>'), false)).toBe("html");
});

test("half-width kana and other CP932 text are never detected as another encoding", () => {
  const words = fc
    .array(fc.constantFrom(...Array.from("ﾔﾏﾀﾞｱｲｳ山田髙㈱①表ソ麗靜葛飾～Az09,\r\n")), { maxLength: 60 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(words, (content) => kindOf(content, "cp932") === undefined),
    { numRuns: 100 },
  );
});
