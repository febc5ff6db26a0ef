export { isWorkbook } from "../../../lib/csv/encoding/foreign.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";

/** The option `--sheet` of every command that reads a file. */
export const SHEET_OPTION = {
  kind: "string",
  value: "NAME",
  about: text(
    "sheet of an .xlsx workbook (default: the only sheet with data)",
    "Excel ブック(.xlsx)のシート名(既定: データのある唯一のシート)",
  ),
} as const satisfies TextField;

/** Rejects `--sheet` for a file that is not a workbook.  @throws `usage` if a sheet is specified */
export function rejectSheetOption(where: string, sheet: string | undefined): void {
  if (sheet === undefined) return;
  throw new Failure("usage", {
    what: text(
      "--sheet can be used only with Excel workbooks, but this file is a text file",
      "--sheet は Excel ブック用ですが、このファイルはテキストです",
    ),
    where,
  });
}
