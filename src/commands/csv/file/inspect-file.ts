import type { Inspection } from "../../../lib/csv/inspect.ts";
import { CONSOLE_DIALECT, type Encoding } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { readRecords } from "../../imports/plan/reading.ts";
import { readHead, rejectBrokenUtf8, rejectForeignFile } from "./encoding.ts";
import { isWorkbook, rejectSheetOption } from "./sheet.ts";
import { streamUntilAborted } from "./watched.ts";

interface FileInspectionOptions {
  readonly encoding: Encoding | "auto";
  readonly sheet: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Inspects a CSV file, or a sheet of a workbook.
 *
 * @throws `usage` if the sheet does not exist, or the file does not have sheets
 * @throws `input-rejected` if the file is neither a CSV file nor a workbook
 */
export async function inspectFile(
  file: InputFile,
  { encoding, sheet, signal }: FileInspectionOptions,
): Promise<Inspection> {
  const chunks = (): AsyncIterable<Uint8Array> => streamUntilAborted(file.chunks(), signal);
  const head = await readHead(file, signal);
  if (isWorkbook(head)) {
    const { inspectWorkbook } = await import("../../../lib/xlsx/inspect.ts");
    const reading = { encoding: "xlsx", dialect: CONSOLE_DIALECT, sheet } as const;
    return inspectWorkbook(file.bytes, (sink) => readRecords(chunks(), reading, file.label, sink));
  }
  rejectSheetOption(file.label, sheet);
  rejectForeignFile(file.label, head, encoding);
  const { inspect } = await import("../../../lib/csv/inspect.ts");
  const inspection = await inspect(chunks, { encoding: encoding === "auto" ? undefined : encoding });
  if (encoding === "auto" && inspection.encoding === "shift_jis") await rejectBrokenUtf8(file, { signal });
  return inspection;
}
