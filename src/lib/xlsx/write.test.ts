import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { WorkbookReader } from "./workbook.ts";
import { encodeSheets, type Sheet } from "./write.ts";

const sheetOf = (name: string, rows: readonly string[][], printed?: boolean): Sheet => ({
  name,
  printed,
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

test("a printed sheet that is full continues on another sheet below the same header", async () => {
  const rows = [["キー"], ["a"], ["b"], ["c"], ["=1+1"], ["_x0041_\u0001"]];
  const book = await encode([sheetOf("更新", rows, true), sheetOf("A & B", [["x"]], true)], 3);
  expect(await rowsIn(book, "更新")).toEqual([["キー"], ["a"], ["b"]]);
  expect(await rowsIn(book, "更新 (2)")).toEqual([["キー"], ["c"], ["=1+1"]]);
  expect(await rowsIn(book, "更新 (3)")).toEqual([["キー"], ["_x0041_\u0001"]]);
  expect(await rowsIn(book, "A & B")).toEqual([["x"]]);
});

test("another sheet that is full is refused", async () => {
  await expect(encode([sheetOf("Sheet1", [["a"], ["b"]])], 1)).rejects.toThrow(Failure);
});
