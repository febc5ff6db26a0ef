import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordProblem, RecordSink } from "./record.ts";
import { RecordScanner, type SplitterOptions } from "./scanner.ts";
import { CsvParseSplitter } from "./csv-parse-splitter.ts";

interface Outcome {
  readonly records: { cells: string[]; row: number; line: number; sound: boolean }[];
  readonly problems: RecordProblem[];
}

const LIMITS: SplitterOptions = {
  delimiter: ",",
  maxCells: 10_000,
  maxRecordLength: 1_000_000,
  headerRow: 1,
};

type Make = (options: SplitterOptions, sink: RecordSink) => RecordScanner;
const scanner: Make = (options, sink) => new RecordScanner(options, sink);
const reference: Make = (options, sink) => new CsvParseSplitter(options, sink);

function split(make: Make, pieces: Iterable<string>, limits: Partial<SplitterOptions> = {}): Outcome {
  const records: Outcome["records"] = [];
  const problems: RecordProblem[] = [];
  const splitter = make(
    { ...LIMITS, ...limits },
    {
      record: (cells, count, row, line, sound) => records.push({ cells: cells.slice(0, count), row, line, sound }),
      problem: (problem) => problems.push(problem),
    },
  );
  for (const piece of pieces) splitter.write(piece);
  splitter.end();
  return { records, problems };
}

const cells = (make: Make, content: string): string[][] => split(make, [content]).records.map((record) => record.cells);

/** Cuts a text into pieces of `size` UTF-16 code units, keeping surrogate pairs whole as a decoder does. */
function* cut(content: string, size: number): Generator<string> {
  const characters = Array.from(content);
  for (let at = 0; at < characters.length; at += size) yield characters.slice(at, at + size).join("");
}

const NOISE = fc.constantFrom(...'"|"|,|,|\r|\n|\r\n|a| |表|𠮷|ｱ|""|",|,"|"\n'.split("|"));
const invalidMix = fc.array(NOISE, { maxLength: 40 }).map((parts) => parts.join(""));
const cell = fc.array(fc.constantFrom('"', ",", "\r", "\n", "x", "ソ", "𠮷"), { maxLength: 6 }).map((c) => c.join(""));
const quoteCell = (text: string, always: boolean): string =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const validFile = fc
  .array(
    fc.tuple(
      fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 5 }),
      fc.constantFrom("\r\n", "\n", "\r"),
    ),
    { maxLength: 8 },
  )
  .map((rows) => rows.map(([row, end]) => row.map(([text, q]) => quoteCell(text, q)).join(",") + end).join(""));

describe("the scanner and csv-parse", () => {
  test("split valid files the same, in chunks of every size", () => {
    fc.assert(
      fc.property(validFile, fc.integer({ min: 1, max: 12 }), fc.boolean(), (file, size, cutEnd) => {
        const content = cutEnd ? file.replace(/(?:\r\n|\r|\n)$/, "") : file;
        const whole = split(reference, [content]);
        expect(split(scanner, cut(content, size))).toEqual(whole);
        expect(split(reference, cut(content, size))).toEqual(whole);
        expect(whole.problems).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("agree on all records before the first problem, and on the kind and position of the problem", () => {
    fc.assert(
      fc.property(invalidMix, fc.integer({ min: 1, max: 9 }), (content, size) => {
        const expected = split(reference, [content]);
        const got = split(scanner, cut(content, size));
        const first = expected.problems[0];
        expect(got.problems[0]).toEqual(first);
        const sound = (outcome: Outcome) => outcome.records.filter(({ row }) => first === undefined || row < first.row);
        expect(sound(got)).toEqual(sound(expected));
      }),
      { numRuns: 100 },
    );
  });

  test("report the same about broken input, however it is split", () => {
    fc.assert(
      fc.property(invalidMix, fc.integer({ min: 1, max: 9 }), (content, size) => {
        expect(split(scanner, cut(content, size))).toEqual(split(scanner, [content]));
      }),
      { numRuns: 100 },
    );
  });
});

describe.each([
  ["the scanner", scanner],
  ["csv-parse", reference],
])("%s", (_, make) => {
  test.each([
    ["doubled quotes, delimiters and newlines in quotes", 'a,"b ""c"", d\r\ne"\r\nf,g', ['a|b "c", d\r\ne', "f|g"]],
    ["an empty line as an empty cell in a file of one column", "a\n\nb\n", ["a", "", "b"]],
    ["the last cell of a file that ends with a delimiter", "a,b\n1,", ["a|b", "1|"]],
  ])("keeps %s", (_what, content, rows) => {
    expect(cells(make, content).map((row) => row.join("|"))).toEqual(rows);
  });

  test.each([
    [
      "lines past quoted newlines, after CR, LF and CRLF",
      'a,b\r1,"x\r\ny\nz"\n2,b\r\n3,c',
      ["1:1", "2:2", "3:5", "4:6"],
    ],
    ["an empty line as a row, but skips it", "a,b\n\n1,2\n", ["1:1", "3:3"]],
  ])("counts %s", (_what, content, counted) => {
    expect(split(make, [content]).records.map(({ row, line }) => `${row}:${line}`)).toEqual(counted);
  });

  test("drops a record that is too long, and reports it", () => {
    const { records, problems } = split(make, ["a\n", "x".repeat(50), "x".repeat(51), "\n"], { maxRecordLength: 100 });
    expect(problems).toEqual([{ code: "record-too-long", row: 2, line: 2, column: 0, params: { max: 100 } }]);
    expect(records[1]).toEqual({ cells: [], row: 2, line: 2, sound: false });
    expect(split(make, ["a\n", "x".repeat(100), "\nb"], { maxRecordLength: 100 }).problems).toEqual([]);
    const unclosed = split(make, ['a\n"', ...Array<string>(3).fill("x".repeat(60))], { maxRecordLength: 100 });
    expect(unclosed.problems[0]).toEqual(problems[0]);
  });

  test("drops a record with too many columns, and continues", () => {
    const { records, problems } = split(make, ["a,b\n1,2,3,4\n5,6\n"], { maxCells: 3 });
    expect(problems).toEqual([{ code: "columns-too-many", row: 2, line: 2, column: 0, params: { max: 3 } }]);
    expect(records.map((record) => record.cells)).toEqual([["a", "b"], [], ["5", "6"]]);
  });

  test("reports the position of a problem found between two chunks", () => {
    const problems: RecordProblem[] = [];
    const rows: [string[], boolean][] = [];
    const splitter = make(LIMITS, {
      record: (row, count, _row, _line, sound) => rows.push([row.slice(0, count), sound]),
      problem: (problem) => problems.push(problem),
    });
    splitter.write("a,b\n1,x\ufdd0");
    splitter.note("bytes-invalid", { bytes: "FF" });
    splitter.write("y\n2,z\n");
    splitter.end();
    expect(problems).toEqual([{ code: "bytes-invalid", row: 2, line: 2, column: 2, params: { bytes: "FF" } }]);
    expect(rows).toEqual([
      [["a", "b"], true],
      [["1", "x\ufdd0y"], false],
      [["2", "z"], true],
    ]);
  });
});

describe("the scanner, if quoting is broken", () => {
  const codes = (content: string) =>
    split(scanner, [content]).problems.map(({ code, row, column }) => [code, row, column]);

  test("reports every position and continues", () => {
    expect(codes('a,b"c\n1,"x"y\n2,3\n4,"5')).toEqual([
      ["quote-stray", 1, 2],
      ["quote-trailing", 2, 2],
      ["quote-unclosed", 4, 2],
    ]);
    expect(cells(scanner, 'a,b"c\n1,"x"y\n2,3\n')).toEqual([
      ["a", 'b"c'],
      ["1", "xy"],
      ["2", "3"],
    ]);
  });

  test("keeps no more than a record's limit of an unclosed quote in memory", () => {
    const pieces = Array.from({ length: 100 }, () => "x".repeat(1000));
    const { problems, records } = split(scanner, ['a\n"', ...pieces], { maxRecordLength: 5000 });
    expect(problems.map(({ code, row }) => [code, row])).toEqual([
      ["record-too-long", 2],
      ["quote-unclosed", 2],
    ]);
    expect(records[1]?.cells).toEqual([]);
  });
});
