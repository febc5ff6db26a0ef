import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { encodingOf } from "./encoding.ts";

/** A file in pieces, and the number of pieces read. */
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

test("of what is named only the start is looked at", async () => {
  const file = fileOf(JAPANESE, JAPANESE);
  expect([await encodingOf(file, "utf-16le"), file.read]).toEqual(["utf-16le", 1]);
});

test("no more is read than is needed to be certain", async () => {
  const japanese = fileOf(JAPANESE, JAPANESE);
  expect([await encodingOf(japanese, "auto"), japanese.read]).toEqual(["shift_jis", 1]);
  const plain = fileOf(ASCII, ASCII);
  expect([await encodingOf(plain, "auto"), plain.read]).toEqual(["utf-8", 2]);
});

test("nothing is read twice, also where it takes long to tell", async () => {
  const ascii = Buffer.from("a,b\n".repeat(30_000));
  const late = fileOf(ascii, Buffer.from("表\n".repeat(5)), Buffer.of(0xb1, 0x0a), ascii);
  await expect(encodingOf(late, "auto")).rejects.toMatchObject({ where: "a.csv:30006" });
  const file = fileOf(ascii, ascii, NOT_UTF8, ascii);
  expect([await encodingOf(file, "auto"), file.read]).toEqual(["shift_jis", 4]);
});

test("a signal ends it", async () => {
  const file = fileOf(ASCII, ASCII);
  await expect(encodingOf(file, "auto", { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
  expect(file.read).toBe(1);
});

test("where nobody can tell, the option that does is named", async () => {
  const file = fileOf(Buffer.from("a\nMuñoz\n"));
  await expect(encodingOf(file, "auto")).rejects.toMatchObject({
    code: "input-rejected",
    where: "a.csv",
    hint: { en: expect.stringMatching(/--encoding utf-8 .*--encoding shift_jis/) },
  });
  await expect(encodingOf(file, "auto", { flag: "--from-encoding" })).rejects.toMatchObject({
    hint: { ja: expect.stringMatching(/--from-encoding utf-8.*--from-encoding shift_jis/) },
  });
});

test.each([
  ["n\r\n山田\r\nx", 3],
  ['氏名,メールアドレス\r\n"山\r\n田",a@example.jp\r\n鈴木', 3],
])(
  "UTF-8 with a broken byte is refused, naming row and byte, also where all of it is valid CP932: %j",
  async (content, row) => {
    const file = fileOf(Buffer.from(content), Buffer.of(0xb1, 0x0d, 0x0a));
    await expect(encodingOf(file, "auto")).rejects.toMatchObject({
      code: "input-rejected",
      what: {
        en: `row ${row} has bytes that are not UTF-8 (B1), though nearly all of the file is`,
        ja: `ほとんどが UTF-8 のファイルですが、${row} 行目に UTF-8 でないバイト列(B1)があります`,
      },
      where: `a.csv:${row}`,
      hint: { en: expect.stringMatching(/--encoding utf-8 .*--encoding shift_jis/) },
    });
    expect(await encodingOf(file, "shift_jis")).toBe("shift_jis");
    expect(await encodingOf(file, "utf-8")).toBe("utf-8");
  },
);

test("UTF-8 that breaks off is refused too", async () => {
  const file = fileOf(Buffer.from("氏名,組織\r\n髙橋,"), Buffer.from("営業").subarray(0, 5));
  await expect(encodingOf(file, "auto")).rejects.toMatchObject({ where: "a.csv:2" });
});

test("a word in UTF-8 does not make a Shift_JIS file UTF-8", async () => {
  const shiftJis = iconv.encode("氏名,メールアドレス\r\n山田,a@example.jp\r\n", "cp932");
  expect(await encodingOf(fileOf(shiftJis, Buffer.from("鈴木,b@example.jp\r\n")), "auto")).toBe("shift_jis");
});

test.each([
  ["%PDF-1.7\n", "this is a PDF", "PDF です"],
  ["\r\n<!DOCTYPE html><html>Session expired", "this is a web page", "Web ページ"],
])("what has a signature is named, also where an encoding is: %j", async (start, en, ja) => {
  const file = fileOf(Buffer.from(start, "latin1"));
  for (const asked of ["auto", "shift_jis"] as const) {
    await expect(encodingOf(file, asked)).rejects.toMatchObject({
      code: "input-rejected",
      where: "a.csv",
      what: { en: expect.stringContaining(en), ja: expect.stringContaining(ja) },
    });
  }
});

const PEOPLE = "氏名,メールアドレス\r\n一郎,a@example.jp\r\n";

test.each([
  ["utf-16le", "this looks like UTF-16LE without a byte order mark", "pass --from-encoding utf-16le"],
  ["utf-16be", "this looks like UTF-16BE without a byte order mark", "pass --from-encoding utf-16be"],
  ["utf-32le", "this is text in UTF-32, which is not read", "save it as UTF-8"],
  ["euc-jp", "this is text in EUC-JP, which is not read", "save it as UTF-8"],
])("another encoding is named with the way out: %s", async (name, en, hint) => {
  const file = fileOf(iconv.encode(PEOPLE, name, { addBOM: false }));
  await expect(encodingOf(file, "auto", { flag: "--from-encoding" })).rejects.toMatchObject({
    what: { en },
    hint: { en: expect.stringContaining(hint) },
  });
});
