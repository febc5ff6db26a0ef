import { describe, expect, test } from "vitest";
import { createEncoder } from "./encode.ts";
import { RecordReader, type RecordReaderOptions, Decoder } from "./reader.ts";
import { type RecordProblem, ENCODINGS, INPUT_ENCODINGS, type Encoding } from "../records/record.ts";
import fc from "fast-check";
import { loadEncoding } from "./decode-sequence.ts";

interface Read {
  readonly rows: { cells: string[]; sound: boolean }[];
  readonly problems: RecordProblem[];
}

function read(options: RecordReaderOptions, bytes: Uint8Array, size = 1 << 16): Read {
  const rows: Read["rows"] = [];
  const problems: RecordProblem[] = [];
  const reader = new RecordReader(options, {
    record: (cells, count, _row, _line, sound) => rows.push({ cells: cells.slice(0, count), sound }),
    problem: (problem) => problems.push(problem),
  });
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  reader.end();
  return { rows, problems };
}

const cp932 = (text: string): Buffer => createEncoder("shift_jis", { onUnmappable: "error" }).write(text);
const places = ({ problems }: Read) => problems.map(({ code, row, column, params }) => [code, row, column, params]);

describe("reading records from bytes", () => {
  const file = Buffer.concat([
    cp932("氏名,組織\r\n表,"),
    Buffer.from([0x81, 0xff]),
    cp932('能\r\n"ソ\r\n'),
    Buffer.from([0x80]),
    cp932('",'),
    Buffer.from([0xf0, 0x40]),
    cp932("\r\n\0,x\r\n"),
  ]);

  test.each([1, 2, 3, 5, 1000])("reports every invalid byte and character, in chunks of %i", (size) => {
    const outcome = read({ encoding: "shift_jis" }, file, size);
    expect(places(outcome)).toEqual([
      ["bytes-invalid", 2, 2, { bytes: "81 FF", encoding: "shift_jis" }],
      ["bytes-invalid", 3, 1, { bytes: "80", encoding: "shift_jis" }],
      ["character-private-use", 3, 2, { codePoint: "U+E000" }],
      ["character-nul", 4, 1, {}],
    ]);
    expect(outcome.rows).toEqual([
      { cells: ["氏名", "組織"], sound: true },
      { cells: ["表", "\ufffd能"], sound: false },
      { cells: ["ソ\r\n\ufffd", "\ue000"], sound: false },
      { cells: ["\0", "x"], sound: false },
    ]);
  });

  test("accepts private-use characters in a Unicode file", () => {
    expect(read({ encoding: "utf-8" }, Buffer.from("\ufeffa,\uf8ff")).problems).toEqual([]);
  });

  test.each([1, 2, 3, 4, 7, 1000])("reports invisible characters in UTF-8, in chunks of %i", (size) => {
    const file = Buffer.from("a…,b\u200b\r\nx\u2069,（\ufeffy）\r\nz,\u001a\0w\r\n佐\ufffd,｡\r\n");
    expect(places(read({ encoding: "utf-8" }, file, size))).toEqual([
      ["character-invisible", 1, 2, { codePoint: "U+200B" }],
      ["character-invisible", 2, 1, { codePoint: "U+2069" }],
      ["character-bom", 2, 2, {}],
      ["character-nul", 3, 2, {}],
      ["character-lost", 4, 1, {}],
    ]);
  });

  test("reads other dialects with csv-parse, and reports the same positions", () => {
    const other = Buffer.from('a|b\n"x|""y"|1\n\n2|z\0\n');
    for (const size of [1, 3, 100]) {
      const outcome = read({ encoding: "utf-8", dialect: { delimiter: "|" } }, other, size);
      expect(outcome.rows.map(({ cells }) => cells)).toEqual([
        ["a", "b"],
        ['x|"y', "1"],
        ["2", "z\0"],
      ]);
      expect(places(outcome)).toEqual([["character-nul", 4, 2, {}]]);
    }
  });

  test.each(["a;b,c", "a\tb,c"])("accepts tab and semicolon as delimiters: %j", (line) => {
    const delimiter = line.charAt(1);
    expect(read({ encoding: "utf-8", dialect: { delimiter } }, Buffer.from(line)).rows[0]?.cells).toEqual(["a", "b,c"]);
  });

  test("returns nothing for an empty file", () => {
    expect(read({ encoding: "utf-8" }, Buffer.from("\ufeff")).rows).toEqual([]);
  });
});

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
