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

/** The marks of a ZIP archive, as an .xlsx workbook is, and of older Office files; no text begins so. */
const MARKS = [Buffer.from("504b0304", "hex"), Buffer.from("d0cf11e0", "hex")];

/** Whether a file that begins so is to be read, or refused, as a workbook. */
export const isWorkbook = (head: Uint8Array): boolean =>
  MARKS.some((mark) => mark.equals(head.subarray(0, mark.length)));

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
