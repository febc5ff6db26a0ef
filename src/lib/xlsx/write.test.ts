import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { WorkbookReader } from "./workbook.ts";
import { encodeSheets, type Sheet } from "./write.ts";

const sheetOf = (name: string, rows: readonly string[][]): Sheet => ({
  name,
  rows: (async function* () {
    for (const row of rows) yield [row];
  })(),
});

const rowsIn = async (bytes: Uint8Array, sheet: string): Promise<readonly (readonly string[])[]> => {
  const rows: (readonly string[])[] = [];
  const record = (cells: readonly string[], count: number): void => void rows.push(cells.slice(0, count));
  const reader = new WorkbookReader({ fileName: "book.xlsx", sheet }, { record, problem: () => undefined });
  reader.write(bytes);
  for await (const _ of reader.end());
  return rows;
};

const encode = async (sheets: readonly Sheet[], maxRows?: number): Promise<Uint8Array> =>
  Uint8Array.from(Buffer.concat(await Array.fromAsync(encodeSheets(sheets, maxRows))));

test("cells are read back as they were written", async () => {
  const rows = [["キー"], ["a"], ["=1+1"], ["_x0041_\u0001"]];
  const book = await encode([sheetOf("更新", rows), sheetOf("A & B", [["x"]])]);
  expect(await rowsIn(book, "更新")).toEqual(rows);
  expect(await rowsIn(book, "A & B")).toEqual([["x"]]);
});

test("a sheet that is full is refused", async () => {
  await expect(encode([sheetOf("Sheet1", [["a"], ["b"]])], 1)).rejects.toThrow(Failure);
});

test("every sheet is printed on A4 landscape", async () => {
  const book = await encode([sheetOf("残す", [["名前"]]), sheetOf("回収", [["シリアルナンバー"]])]);
  const texts = listXmlParts(Buffer.from(book));
  const [kept = "", collected = ""] = texts.filter((xml) => xml.includes("<worksheet "));
  for (const xml of [kept, collected]) {
    expect(xml).toContain('<pageSetUpPr fitToPage="1"/>');
    expect(xml).toContain('<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>');
  }
  expect(texts.find((xml) => xml.includes("<workbook "))?.match(/_xlnm\.Print_Titles/g)).toHaveLength(2);
});

test("the first row is a header, and columns are as wide as their contents unless the page is too narrow", async () => {
  const [key, path] = ["taro.hasegawa001@kanagawa-branch.example.jp", "東日本営業本部/首都圏第一営業統括部/法人営業部"];
  const widths = async (cells: readonly string[]): Promise<readonly number[]> => {
    const book = await encode([sheetOf("Sheet1", [cells.map((_, at) => `列${at}`), [...cells]])]);
    const sheet = listXmlParts(Buffer.from(book)).find((xml) => xml.includes("<worksheet ")) ?? "";
    expect([...sheet.matchAll(/<c r="A\d" s="(\d)"/g)].map(([, style]) => style)).toEqual(["2", "1"]);
    return [...sheet.matchAll(/<col [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  };
  expect(await widths([key, path, "主任"])).toEqual([45, 48, 8]);
  const narrow = await widths([key, path, key, path, key, path, "主任"]);
  expect(narrow.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(180);
  expect(narrow).toEqual([28, 28, 28, 28, 28, 28, 8]);
});

/** Returns the XML of the parts of a workbook, in their order. */
const listXmlParts = (bytes: Buffer): readonly string[] => {
  const parts: string[] = [];
  const end = bytes.lastIndexOf("PK\u0005\u0006");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, length, start] = [20, 28, 42].map((place) =>
      place === 28 ? bytes.readUInt16LE(at + place) : bytes.readUInt32LE(at + place),
    ) as [number, number, number];
    const data = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    parts.push(inflateRawSync(bytes.subarray(data, data + packed)).toString("utf8"));
    at += 46 + length;
  }
  return parts;
};
