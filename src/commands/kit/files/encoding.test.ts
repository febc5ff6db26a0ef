import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { detectEncoding } from "./encoding.ts";

function fileOf(...pieces: readonly Uint8Array[]) {
  const file = {
    label: "a.csv",
    read: 0,
    async *chunks(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) {
        file.read += 1;
        yield piece;
      }
    },
  };
  return file;
}

const ASCII = Buffer.from("a,b\n");
const NOT_UTF8 = Buffer.of(0x82, 0xa0, 0x0a);

/** More than enough to be CP932. */
const JAPANESE = Buffer.concat(Array.from({ length: 30_000 }, () => NOT_UTF8));

test("reads only the start if the encoding is given", async () => {
  const file = fileOf(JAPANESE, JAPANESE);
  expect([await detectEncoding(file, "utf-16le"), file.read]).toEqual(["utf-16le", 1]);
});

test("a signal ends it", async () => {
  const file = fileOf(ASCII, ASCII);
  await expect(detectEncoding(file, "auto", AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(file.read).toBe(1);
});

test("if the encoding cannot be detected, names the option for it", async () => {
  const file = fileOf(Buffer.from("a\nMuñoz\n"));
  await expect(detectEncoding(file, "auto")).rejects.toMatchObject({
    code: "input-rejected",
    where: "a.csv",
    hint: { en: expect.stringMatching(/--encoding utf-8 .*shift_jis/) },
  });
  await expect(detectEncoding(file, "auto")).rejects.toMatchObject({
    hint: { ja: expect.stringMatching(/--encoding utf-8.*shift_jis/) },
  });
});

test("reads UTF-8 with a broken byte as UTF-8, even if it is valid CP932", async () => {
  const file = fileOf(Buffer.from("n\r\n山田\r\nx"), Buffer.of(0xb1, 0x0d, 0x0a));
  for (const asked of ["auto", "utf-8"] as const) expect(await detectEncoding(file, asked)).toBe("utf-8");
  expect(await detectEncoding(file, "shift_jis")).toBe("shift_jis");
});

test.each([
  ["shift_jis", fileOf(Buffer.from("\ufeff"), Buffer.of(0x8e, 0x52)), "the file is not Shift_JIS"],
  ["shift_jis", fileOf(Buffer.from("山田\n")), "the file is not Shift_JIS"],
  ["utf-8", fileOf(JAPANESE), "the file is not UTF-8"],
] as const)("refuses a given encoding that is not that of the file: %s", async (asked, file, en) => {
  await expect(detectEncoding(file, asked)).rejects.toMatchObject({ what: { en }, hint: { en: "omit --encoding" } });
});

test.each([
  ["%PDF-1.7\n", "seems to be a PDF"],
  ["\r\n<!DOCTYPE html><html>Session expired", "seems to be HTML or XML"],
])("names a file type by its signature, even if an encoding is given: %j", async (start, en) => {
  const file = fileOf(Buffer.from(start, "latin1"));
  for (const asked of ["auto", "shift_jis"] as const) {
    await expect(detectEncoding(file, asked)).rejects.toMatchObject({
      code: "input-rejected",
      where: "a.csv",
      what: { en: expect.stringContaining(en) },
    });
  }
});

const PEOPLE = "氏名,メールアドレス\r\n一郎,a@example.jp\r\n";

test.each([
  ["utf-16le", "text in UTF-16LE without a byte order mark", "or pass --encoding utf-16le"],
  ["utf-16be", "text in UTF-16BE without a byte order mark", "or pass --encoding utf-16be"],
  ["utf-32le", "text in UTF-32", "pass CSV in UTF-8"],
])("names another encoding and what to do: %s", async (name, en, hint) => {
  expect(await detectEncoding(fileOf(iconv.encode(PEOPLE, "euc-jp")), "auto")).toBe("euc-jp");
  const file = fileOf(iconv.encode(PEOPLE, name, { addBOM: false }));
  await expect(detectEncoding(file, "auto")).rejects.toMatchObject({
    what: { en: expect.stringContaining(en) },
    hint: { en: expect.stringContaining(hint) },
  });
});
