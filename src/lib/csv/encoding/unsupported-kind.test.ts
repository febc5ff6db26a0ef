import fc from "fast-check";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { detectUnsupportedKind } from "./unsupported-kind.ts";

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
