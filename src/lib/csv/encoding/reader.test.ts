import { describe, expect, test } from "vitest";
import { createEncoder } from "./encode.ts";
import { RecordReader, type RecordReaderOptions } from "./reader.ts";
import type { RecordProblem } from "../records/record.ts";

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
    const file = Buffer.from("a…,b\u200b\r\nx\u2069,（\ufeffy）\r\nz,\u001a\0w\r\n");
    expect(places(read({ encoding: "utf-8" }, file, size))).toEqual([
      ["character-invisible", 1, 2, { codePoint: "U+200B" }],
      ["character-invisible", 2, 1, { codePoint: "U+2069" }],
      ["character-bom", 2, 2, {}],
      ["character-nul", 3, 2, {}],
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
