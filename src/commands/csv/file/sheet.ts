export { isWorkbook } from "../../../lib/csv/encoding/foreign.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";

/** `--sheet` of every command that reads a file. */
export const SHEET = {
  kind: "string",
  value: "NAME",
  about: text(
    "the sheet of an .xlsx workbook (default: the only one with data)",
    "Excel ブック(.xlsx)のシート名(既定: データのある唯一のシート)",
  ),
} as const satisfies TextField;

/** @throws `usage` if a sheet of a file is asked for that is no workbook */
export function refuseSheet(where: string, sheet: string | undefined): void {
  if (sheet === undefined) return;
  throw new Failure("usage", {
    what: text(
      "--sheet is for Excel workbooks; this is a text file",
      "--sheet は Excel ブック用です。このファイルはテキストです",
    ),
    where,
  });
}
