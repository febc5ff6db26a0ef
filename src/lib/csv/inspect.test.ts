import { describe, expect, test } from "vitest";
import { createEncoder } from "./encoding/encode.ts";
import { guessDelimiter, inspect } from "./inspect.ts";

const opened = (bytes: Uint8Array, size = 1 << 16) =>
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
const cp932 = (text: string): Buffer => createEncoder("shift_jis", { onUnmappable: "error" }).write(text);

describe("inspecting a file", () => {
  const file = Buffer.concat([
    cp932('氏名\t"組\r\n織"\r\n表\t1\n\r\nﾔﾏﾀﾞ\t2\t3\r\n'),
    Buffer.from([0xee, 0xe0, 0xf0, 0x40]),
    cp932("\tx\u001a"),
  ]);

  test.each([1, 3, 1000])("reports its format and its oddities, in chunks of %i", async (size) => {
    expect(await inspect(opened(file, size))).toEqual({
      encoding: "shift_jis",
      bom: false,
      size: file.length,
      ambiguity: undefined,
      delimiter: "\t",
      header: ["氏名", "組\r\n織"],
      records: 3,
      newlines: { crlf: 3, lf: 1, cr: 0 },
      quotedNewlines: 1,
      oddities: [
        { kind: "ctrl-z", count: 1, row: 0 },
        { kind: "newlines-mixed", count: 2, row: 0 },
        { kind: "no-final-newline", count: 1, row: 0 },
        { kind: "blank-rows", count: 1, row: 0 },
        { kind: "uneven-rows", count: 1, row: 4 },
        { kind: "private-use", count: 1, row: 5 },
        { kind: "half-width-kana", count: 4, row: 4 },
        { kind: "vendor-duplicates", count: 1, row: 0 },
      ],
      problems: [{ code: "character-private-use", row: 5, line: 6, column: 1, params: { codePoint: "U+E000" } }],
      problemCount: 1,
    });
  });

  test("finds nothing odd in a plain file, and nothing at all in an empty one", async () => {
    expect(await inspect(opened(Buffer.from("\ufeffa,b\n1,2\n")))).toMatchObject({
      encoding: "utf-8",
      bom: true,
      delimiter: ",",
      records: 1,
      oddities: [],
      problemCount: 0,
    });
    expect(await inspect(opened(new Uint8Array(0)))).toMatchObject({ size: 0, header: [], records: 0, oddities: [] });
  });

  test("uses the given encoding, and keeps only the first problems", async () => {
    const { encoding, ambiguity, problems, problemCount } = await inspect(opened(cp932("表\n能\n")), {
      encoding: "utf-8",
      maxProblems: 1,
    });
    expect([encoding, ambiguity, problems.length, problemCount]).toEqual(["utf-8", undefined, 1, 2]);
  });
});

test.each([
  ['"a;b",c\td', ","],
  ['"a,b"\tc;d', "\t"],
  ["a;b\nc,d", ";"],
  ["a", ","],
  ['"a""b";"c\n,', ";"],
])("the delimiter of %j is %j", (header, delimiter) => {
  expect(guessDelimiter(header)).toBe(delimiter);
});
