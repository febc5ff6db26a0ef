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

test("what is named is not looked at", async () => {
  const file = fileOf(NOT_UTF8);
  expect([await encodingOf(file, "utf-16le"), file.read]).toEqual(["utf-16le", 0]);
});

test("no more is read than is needed to be certain", async () => {
  const japanese = fileOf(ASCII, NOT_UTF8, ASCII);
  expect([await encodingOf(japanese, "auto"), japanese.read]).toEqual(["shift_jis", 2]);
  const plain = fileOf(ASCII, ASCII);
  expect([await encodingOf(plain, "auto"), plain.read]).toEqual(["utf-8", 2]);
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
