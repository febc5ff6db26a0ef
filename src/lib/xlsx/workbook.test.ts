import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { writeXlsx } from "hucre/xlsx";
import { describe, expect, it, test } from "vitest";
import { Failure } from "../errors/index.ts";
import type { RecordProblem } from "../csv/records/record.ts";
import { buildParts, buildRow, buildWorkbook, packZip, type TestWorkbook } from "#support/xlsx/workbook.ts";
import { WorkbookReader } from "./workbook.ts";
import { encodeWorkbook } from "./write.ts";

interface Read {
  readonly rows: readonly (readonly [row: number, ...cells: string[]])[];
  readonly problems: readonly RecordProblem[];
}

const read = async (bytes: Uint8Array, sheet?: string): Promise<Read> => {
  const rows: [number, ...string[]][] = [];
  const problems: RecordProblem[] = [];
  const reader = new WorkbookReader(
    { sheet, fileName: "book.xlsx" },
    {
      record: (cells, count, row) => void rows.push([row, ...cells.slice(0, count)]),
      problem: (problem) => void problems.push(problem),
    },
  );
  for (let at = 0; at < bytes.length; at += 1000) reader.write(bytes.subarray(at, at + 1000));
  for await (const _ of reader.end());
  return { rows, problems };
};

const failureOf = async (bytes: Uint8Array, sheet?: string): Promise<Failure> => {
  const failure = await read(bytes, sheet).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  return failure as Failure;
};

const cellOf = async (
  cell: string,
  workbook: Partial<TestWorkbook> = {},
): Promise<{ readonly text: string | undefined; readonly problem: RecordProblem | undefined }> => {
  const rows = buildRow(1, "氏名", "コード") + buildRow(2, "山田", cell);
  const { rows: found, problems } = await read(buildWorkbook({ sheets: { 社員: { rows } }, ...workbook }));
  return { text: found[1]?.[2], problem: problems[0] };
};

const readMerged = async (ranges: readonly string[], ...rows: readonly (readonly string[])[]) => {
  const after = `<mergeCells>${ranges.map((range) => `<mergeCell ref="${range}"/>`).join("")}</mergeCells>`;
  const sheet = { rows: rows.map((cells, at) => buildRow(at + 1, ...cells)).join(""), after };
  const found = await read(buildWorkbook({ sheets: { 社員: sheet } }));
  return { rows: found.rows.map(([, ...cells]) => cells), codes: found.problems.map(({ code }) => code) };
};

describe("merged cells", () => {
  const HEADER = ["部", "課", "氏名"];

  test("below each other have the value of the first", async () => {
    const { rows, codes } = await readMerged(
      ["A2:A4", "B2:B3", "C4:C5"],
      HEADER,
      ["営業部", "一課", "山田"],
      ["", "", "佐藤"],
      ["", "二課", "鈴木"],
      ["総務部", "", ""],
    );
    expect(codes).toEqual([]);
    expect(rows.slice(1)).toEqual([
      ["営業部", "一課", "山田"],
      ["営業部", "一課", "佐藤"],
      ["営業部", "二課", "鈴木"],
      ["総務部", "", "鈴木"],
    ]);
  });

  test("that are blank are blank, and a row of blank cells stays blank", async () => {
    const { rows, codes } = await readMerged(
      ["A2:A3", "B2:B4"],
      HEADER,
      ["", "一課", "山田"],
      ["", "", "佐藤"],
      ["<c/>"],
    );
    expect(codes).toEqual([]);
    expect(rows.slice(1)).toEqual([
      ["", "一課", "山田"],
      ["", "一課", "佐藤"],
      ["", "", ""],
    ]);
  });
});

const numberOf = (value: number | string, format: string, date1904 = false) =>
  cellOf(`<c s="1"><v>${value}</v></c>`, { formats: [format], date1904 });

describe("a cell is read as Excel shows it", () => {
  test.each([
    ["0000", 12, "0012"],
    ["000-0000-0000", 9012345678, "090-1234-5678"],
    ["General", 12, "12"],
    ["General", 12345678901, "12345678901"],
    ["General", 123456789012, "123456789012"],
    ["General", 490154203237518, "490154203237518"],
    ["General", "4.90154203237518E14", "490154203237518"],
    ["General", 0.30000000000000004, "0.3"],
    ["General", "1E3", "1000"],
    ["#,##0", 1234567, "1,234,567"],
    ["#,##0", 12345678901, "12,345,678,901"],
    ["#,##0", 356938035643809, "356938035643809"],
    ["_ * #,##0_ ;_ * -#,##0_ ", 356938035643809, "356938035643809"],
    ["#,##0.0", 356938035643809, "356,938,035,643,809.0"],
    ["0.00E+00", 356938035643809, "356938035643809"],
    ["##0.0E+0", 35693803564380, "35693803564380"],
    ["0%", 0.25, "25%"],
    ["_ * #,##0_ ;_ * -#,##0_ ", 1234, "1,234"],
    ['"A"000', 7, "A007"],
    ["0", 490154203237518, "490154203237518"],
    ["@", 12, "12"],
    ["yyyy/m/d", 45000, "2023/03/15"],
    ["m/d/yy", 45000.75, "2023/03/15"],
    ['[$-411]ggge"年"m"月"d"日"', 45000, "2023/03/15"],
    ["yyyy-mm-dd hh:mm", 45000.75, "2023/03/15 18:00:00"],
    ["yyyy-mm-dd hh:mm", 45000.999999999, "2023/03/16"],
    ["yyyy/m/d", 1, "1900/01/01"],
    ["yyyy/m/d", 59, "1900/02/28"],
    ["yyyy/m/d", 61, "1900/03/01"],
    ["h:mm", 0.5, "12:00"],
    ["[h]:mm", 1.5, "36:00"],
  ])("%s %s", async (format, value, text) => {
    expect(await numberOf(value, format)).toEqual({ text, problem: undefined });
  });

  test("dates based on 1904", async () => {
    expect(await numberOf(43538, "yyyy/m/d", true)).toEqual({ text: "2023/03/15", problem: undefined });
    expect(await numberOf(0, "yyyy/m/d", true)).toEqual({ text: "1904/01/01", problem: undefined });
  });

  test.each([
    ["cell-digits", "0", 1234567890123456],
    ["cell-digits", "General", 1e15],
    ["cell-exponent", "General", 123456789012.5],
    ["cell-exponent", "0.00E+00", 490154000000000],
    ["cell-exponent", "0.00E+00", 490154203230000],
    ["cell-exponent", "0.00E+00", 12345],
    ["cell-format", "yyyy/m/d", 60],
    ["cell-format", "yyyy/m/d", -1],
    ["cell-format", "yyyy/m/d", 2_958_466],
    ["cell-format", ";;;", 12],
    ["cell-format", "G/標準", 12],
  ])("or reported as a problem: %s %s %s", async (code, format, value) => {
    const { problem } = await numberOf(value, format);
    expect(problem).toMatchObject({ code, row: 2, line: 2, column: 2, params: { cell: "B2" } });
    expect(JSON.stringify(problem)).not.toContain(String(value).slice(0, 5).padEnd(5, "?"));
  });

  test.each([
    ["a shared string", '<c t="s"><v>1</v></c>', "0012"],
    ["without its furigana", '<c t="s"><v>0</v></c>', "山田 太郎"],
    ["a string of a formula", '<c t="str"><f>A1</f><v>x &amp; y</v></c>', "x & y"],
    ["an empty string of a formula", '<c t="str"><f>A1</f><v></v></c>', ""],
    ["true", '<c t="b"><v>1</v></c>', "TRUE"],
    ["false", '<c t="b"><v>0</v></c>', "FALSE"],
    ["a date of strict workbooks", '<c t="d"><v>2023-03-15</v></c>', "2023/03/15"],
    ["characters that XML cannot hold", '<c t="inlineStr"><is><t>a_x0009_b_x005F_x0009_</t></is></c>', "a\tb_x0009_"],
    ["references and CDATA", '<c t="inlineStr"><is><t>&#x9AD9;&#65;<![CDATA[<&>]]></t></is></c>', "髙A<&>"],
    ["a style without a value", '<c s="0"/>', ""],
  ])("%s", async (_, cell, text) => {
    const strings = ["<r><t>山田</t></r><r><t> 太郎</t></r><rPh><t>ヤマダ</t></rPh>", "<t>0012</t>"];
    expect(await cellOf(cell, { strings })).toEqual({ text, problem: undefined });
  });

  test("with the words that its format adds to the text", async () => {
    const { text } = await cellOf('<c t="inlineStr" s="1"><is><t>山田</t></is></c>', { formats: ['@"様"'] });
    expect(text).toBe("山田様");
  });

  test.each([
    ["cell-formula", "<c><f>SUM(A1)</f></c>"],
    ["cell-formula", "<c><f>SUM(A1)</f><v/></c>"],
    ["cell-formula", '<c t="str"><f>A1</f></c>'],
    ["cell-formula", '<c><f t="shared" si="0"/></c>'],
    ["cell-error", '<c t="e"><v>#N/A</v></c>'],
    ["cell-error", '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>'],
  ])("a cell without a shown value is a problem, not a blank: %s %s", async (code, cell) => {
    expect((await cellOf(cell)).problem).toMatchObject({ code, row: 2, column: 2, params: { cell: "B2" } });
  });
});

describe("rows", () => {
  it("keep their numbers, and have as many cells as the header", async () => {
    const rows = [
      buildRow(1, "氏名", "コード", "役職", '<c s="0"/>'),
      buildRow(3, "山田"),
      '<row r="4"><c r="B4" s="0"/></row>',
      '<row r="7"><c r="B7" t="inlineStr"><is><t>x</t></is></c><c r="E7"><v>1</v></c></row>',
      buildRow(8, "林", "1", "2"),
    ].join("");
    expect((await read(buildWorkbook({ sheets: { a: { rows } } }))).rows).toEqual([
      [1, "氏名", "コード", "役職"],
      [3, "山田", "", ""],
      [4, "", "", ""],
      [7, "", "x", "", "", "1"],
      [8, "林", "1", "2"],
    ]);
  });

  it("begin with the first row of the sheet", async () => {
    const rows = buildRow(3, "氏名") + buildRow(4, "山田");
    expect((await read(buildWorkbook({ sheets: { a: { rows } } }))).rows).toEqual([
      [1, ""],
      [3, "氏名"],
      [4, "山田"],
    ]);
  });

  it("are read and counted if they are hidden", async () => {
    const rows = `${buildRow(1, "氏名")}<row r="2" hidden="1"><c><v>1</v></c></row>${buildRow(3, "b")}<row r="4" hidden="true"><c><v>2</v></c></row><row r="5" hidden="1"/>`;
    const { rows: found, problems } = await read(buildWorkbook({ sheets: { a: { rows } } }));
    expect(found).toHaveLength(4);
    expect(problems).toEqual([{ code: "rows-hidden", row: 0, line: 0, column: 0, params: { count: 2, row: 2 } }]);
  });

  it("have a problem for each cell covered by a merge of several columns", async () => {
    const rows = [1, 2, 3, 4].map((row) => buildRow(row, "a", row > 1 ? "b" : "", "c")).join("");
    const after = '<mergeCells><mergeCell ref="B2:C3"/><mergeCell ref="A3:A4"/><mergeCell ref="A1:C1"/></mergeCells>';
    const { problems } = await read(buildWorkbook({ sheets: { a: { rows, after } } }));
    expect(problems.map(({ row, column, params }) => [row, column, params["cell"], params["range"]])).toEqual([
      [1, 3, "C1", "A1:C1"],
      [2, 3, "C2", "B2:C3"],
      [3, 2, "B3", "B2:C3"],
      [3, 3, "C3", "B2:C3"],
    ]);
  });
});

describe("sheets", () => {
  const [filled, empty] = [{ rows: buildRow(1, "氏名") }, { rows: '<row r="1"><c s="0"/></row>' }];

  it.each([
    ["the only one", { a: filled }, 1],
    ["sheet of an .xlsx workbook (default: the only sheet with data)", { a: empty, b: filled }, 1],
    ["the only one that is not hidden", { a: { ...filled, state: "hidden" }, b: filled }, 1],
    ["an empty one", { a: empty, b: empty }, 0],
  ])("are read without a name: %s", async (_, sheets, count) => {
    expect((await read(buildWorkbook({ sheets }))).rows).toHaveLength(count);
  });

  it("are listed if several have data", async () => {
    const bytes = buildWorkbook({ sheets: { 社員: filled, "R&D": filled, c: empty } });
    expect(await failureOf(bytes)).toMatchObject({
      code: "usage",
      what: { en: 'several sheets have data: "社員", "R&D"' },
      where: "--sheet",
    });
    expect((await read(bytes, "R&D")).rows).toEqual([[1, "氏名"]]);
    expect(await failureOf(bytes, "D")).toMatchObject({ code: "usage", where: "--sheet" });
  });

  it("may be hidden if they are named", async () => {
    const bytes = buildWorkbook({ sheets: { a: { ...filled, state: "veryHidden" }, b: empty } });
    expect((await read(bytes, "a")).rows).toHaveLength(1);
  });
});

describe("the same records", () => {
  const RECORDS = [
    ["氏名", "社員コード", "TEL", "入社日", "在籍"],
    ["山田 太郎", "0012", "090-1234-5678", "2023/03/15", "TRUE"],
    ["髙橋 花子", "0034", "", "", "FALSE"],
  ];

  test("as openpyxl writes them, by number formats and as text", async () => {
    const bytes = await readFile(new URL("../../../test/support/xlsx/openpyxl.xlsx", import.meta.url));
    for (const sheet of ["数値", "文字列"]) {
      const { rows, problems } = await read(bytes, sheet);
      expect(problems).toEqual([]);
      expect(rows.map(([, ...cells]) => cells)).toEqual(RECORDS);
    }
  });

  test("as hucre writes them", async () => {
    const [header = [], ...others] = RECORDS;
    const rows = [
      header,
      ["山田 太郎", 12, 9012345678, new Date("2023-03-15T00:00:00Z"), true],
      ["髙橋 花子", 34, null, null, false],
    ];
    const format = (numFmt: string) => ({ style: { numFmt } });
    const cells = new Map([
      ["1,1", format("0000")],
      ["2,1", format("0000")],
      ["1,2", format("000-0000-0000")],
    ]);
    const bytes = await writeXlsx({ sheets: [{ name: "社員", rows, cells }] });
    expect((await read(bytes)).rows.map(([, ...row]) => row)).toEqual([header, ...others]);
  });

  test("for any cells, as written by clomoctl", async () => {
    const cell = fc.string({ unit: "binary", maxLength: 8 }).filter((value) => value.isWellFormed());
    const row = fc.array(cell, { minLength: 3, maxLength: 3 }).filter((cells) => cells[2] !== "");
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (records) => {
        async function* batches() {
          yield records.slice(0, 1);
          yield records.slice(1);
        }
        const bytes = Buffer.concat(await Array.fromAsync(encodeWorkbook(batches())));
        expect((await read(bytes)).rows.map(([, ...cells]) => cells)).toEqual(records);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a file that is not a valid workbook is rejected in one line", () => {
  const good = buildParts({ sheets: { a: { rows: buildRow(1, "氏名") } } });
  const sheet = (xml: string | Buffer): Buffer => packZip({ ...good, "xl/worksheets/sheet0.xml": xml });
  const rows = (xml: string): Buffer => sheet(`<worksheet><sheetData>${xml}</sheetData></worksheet>`);
  const ole = Buffer.from("d0cf11e0a1b11ae1", "hex");

  test.each([
    ["an older one", Buffer.concat([ole, Buffer.alloc(512)]), /not an \.xlsx/],
    [
      "a binary one",
      packZip({ "_rels/.rels": good["_rels/.rels"]?.toString().replace(".xml", ".bin") ?? "" }),
      /not an \.xlsx/,
    ],
    ["an archive of other files", packZip({ "a.txt": "b" }), /damaged/],
    ["a broken off one", packZip(good).subarray(0, 600), /damaged/],
    ["one with a document type", sheet('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), /damaged/],
    ["an unknown entity", rows(buildRow(1, "&b;")), /damaged/],
    ["a broken off sheet", sheet("<worksheet><sheetData"), /damaged/],
    ["bytes that are no UTF-8", sheet(Buffer.from([0x3c, 0x61, 0x3e, 0xff])), /damaged/],
    ["rows that go back", rows(buildRow(2, "a") + buildRow(1, "b")), /damaged/],
    ["a row beyond the last", rows(buildRow(2 ** 20 + 1, "a")), /damaged/],
    ["cells that go back", rows('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), /damaged/],
    ["a cell beyond the last", rows('<row r="1"><c r="XFE1"><v>1</v></c></row>'), /damaged/],
    ["a string that it lacks", rows('<row r="1"><c t="s"><v>7</v></c></row>'), /damaged/],
    ["a tag without an end", rows(`<c a="${"x".repeat(200_000)}`), /too large/],
    ["a cell of millions of characters", rows(buildRow(1, "x".repeat(2_000_000))), /too large/],
  ])("%s", async (_, bytes, what) => {
    const failure = await failureOf(bytes);
    expect(failure).toMatchObject({ code: "input-rejected", where: "book.xlsx" });
    expect(failure.what.en).toMatch(what);
    expect(failure.what.ja).not.toBe(failure.what.en);
    expect(failure.hint).toBeDefined();
  });

  test("modified bytes", async () => {
    const bytes = packZip(good);
    const at = bytes.indexOf("PK\x01\x02", bytes.indexOf("sheet0.xml"));
    bytes.writeUInt32LE(1, bytes.indexOf("xl/worksheets/sheet0.xml", at) - 46 + 16);
    expect((await failureOf(bytes)).what.en).toMatch(/damaged/);
  });

  test("a zip bomb, whatever size it claims", async () => {
    const part = "xl/worksheets/sheet0.xml";
    const bomb = { ...good, [part]: `<worksheet>${" ".repeat(20_000_000)}</worksheet>` };
    expect((await failureOf(packZip(bomb, { claim: 2 ** 31 }))).what.en).toMatch(/too large/);
    expect((await failureOf(packZip({ ...good, "xl/styles.xml": " ".repeat(20_000_000) }))).what.en).toMatch(
      /too large/,
    );
    expect((await failureOf(packZip(bomb, { claim: 5 }))).what.en).toMatch(/damaged/);
  });

  test("external files are not opened, and macros are not run", async () => {
    const related = good["xl/_rels/workbook.xml.rels"]?.toString() ?? "";
    const external =
      '<Relationship Id="x" Type="http://a/sharedStrings" Target="file:///etc/passwd" TargetMode="External"/>';
    const parts = { "xl/_rels/workbook.xml.rels": related.replace("<Relationships>", `<Relationships>${external}`) };
    const bytes = packZip({
      ...good,
      ...parts,
      "xl/vbaProject.bin": "macro",
      "xl/externalLinks/externalLink1.xml": "<",
    });
    expect((await read(bytes)).rows).toEqual([[1, "氏名"]]);
  });
});

test("the first rows are read with their strings, wherever these are, but without other strings", async () => {
  const cell = (at: number): string => `<c t="s"><v>${at}</v></c>`;
  const rows = [
    buildRow(1, cell(2)),
    buildRow(2, cell(0), "b"),
    ...Array.from({ length: 5000 }, (_, at) => buildRow(at + 3, cell(9))),
  ];
  const strings = ["a", "x", "title"].map((one) => `<t>${one}</t>`);
  const book = buildWorkbook({ sheets: { 社員: { rows: rows.join("") } }, strings });
  const found: string[][] = [];
  const record = (cells: readonly string[], count: number): void => void found.push(cells.slice(0, count));
  const reader = new WorkbookReader({ fileName: "book.xlsx", rows: 2 }, { record, problem: () => undefined });
  reader.write(book);
  for await (const _ of reader.end());
  expect(found.slice(0, 2)).toEqual([["title"], ["a", "b"]]);
  expect(found.length).toBeLessThan(5000);
  await expect(read(book)).rejects.toMatchObject({ code: "input-rejected" });
});
