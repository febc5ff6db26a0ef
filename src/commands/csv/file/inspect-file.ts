import type { Inspection } from "../../../lib/csv/inspect.ts";
import { CONSOLE_DIALECT, type Encoding } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { recordsOf } from "../../imports/plan/reading.ts";
import { headOf, refuseBrokenUtf8, refuseForeign } from "./encoding.ts";
import { isWorkbook, refuseSheet } from "./sheet.ts";
import { watched } from "./watched.ts";

interface InspectChoice {
  readonly encoding: Encoding | "auto";
  readonly sheet: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Describes a CSV file, or a sheet of a workbook.
 *
 * @throws `usage` if it has no such sheet, or no sheets; `input-rejected` if it is neither
 */
export async function inspectFile(file: InputFile, { encoding, sheet, signal }: InspectChoice): Promise<Inspection> {
  const chunks = (): AsyncIterable<Uint8Array> => watched(file.chunks(), signal);
  const head = await headOf(file, signal);
  if (isWorkbook(head)) {
    const { inspectWorkbook } = await import("../../../lib/xlsx/inspect.ts");
    const reading = { encoding: "xlsx", dialect: CONSOLE_DIALECT, sheet } as const;
    return inspectWorkbook(file.bytes, (sink) => recordsOf(chunks(), reading, file.label, sink));
  }
  refuseSheet(file.label, sheet);
  refuseForeign(file.label, head, encoding);
  const { inspect } = await import("../../../lib/csv/inspect.ts");
  const inspection = await inspect(chunks, { encoding: encoding === "auto" ? undefined : encoding });
  if (encoding === "auto" && inspection.encoding === "shift_jis") await refuseBrokenUtf8(file, { signal });
  return inspection;
}
