import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatRecord, NEWLINES } from "./record.ts";

const cell = fc
  .array(fc.constantFrom('"', ",", "\r", "\n", " ", "\t", ";", "'", "=", "表", "𠮷", "\ufeff"), { maxLength: 5 })
  .map((characters) => characters.join(""));

test("writes a record as csv-stringify does", () => {
  fc.assert(
    fc.property(
      fc.array(cell, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...Object.values(NEWLINES)),
      (cells, newline) => {
        const soleBlank = cells.length === 1 && cells[0] === "";
        expect(formatRecord(cells, newline)).toBe(
          stringify([cells], { record_delimiter: newline, quote_record_delimiter: true, quoted_empty: soleBlank }),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("quotes a cell only if necessary", () => {
  expect(formatRecord([" a ", "b,c", 'd"e', "f\rg", ""], "\r\n")).toBe(' a ,"b,c","d""e","f\rg",\r\n');
  expect(formatRecord([""], "\n")).toBe('""\n');
});
