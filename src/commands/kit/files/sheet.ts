import { INPUT_ENCODINGS } from "../../../lib/csv/records/record.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { MAX_HEADER_ROW } from "../../../lib/model/import.ts";
import { defineChoice, defineOption } from "../field.ts";

export const INPUT_ENCODING_OPTION = defineChoice(
  ["auto", ...INPUT_ENCODINGS],
  "encoding of the file; auto tries a byte order mark, valid UTF-8, EUC-JP, then Shift_JIS",
  "ファイルの文字コード(auto: BOM、正しい UTF-8、EUC-JP、Shift_JIS の順に判定)",
  { default: "auto", value: "NAME" },
);

export const SHEET_OPTION = defineOption(
  "string",
  "NAME",
  "sheet of an .xlsx workbook (default: the only sheet with data)",
  "Excel ブック(.xlsx)のシート名(既定: データのある唯一のシート)",
);

export const HEADER_ROW_OPTION = defineOption(
  "number",
  "N",
  "row of the header; the rows above it are ignored (default: the first row that looks like a header)",
  "ヘッダー行の行番号。それより上の行は読み込まない(既定: ヘッダーらしい最初の行)",
  { min: 1, max: MAX_HEADER_ROW },
);

export function rejectSheetOption(where: string, sheet: string | undefined): void {
  if (sheet === undefined) return;
  throw new Failure("usage", {
    what: text("--sheet is for workbooks, but this is a text file", "--sheet は Excel ブック用です"),
    where,
  });
}
