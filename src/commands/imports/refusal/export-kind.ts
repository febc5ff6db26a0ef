import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMAT_NAMES, loadFormat, type FormatName } from "../../../lib/model/console-files.ts";
import { inspectFile } from "../../csv/file/inspect-file.ts";
import type { Tools } from "../../tools.ts";
import type { Reading } from "../plan/reading.ts";

/** Minimum number of columns by which an export is known: several kinds have the code of an organisation. */
const MIN_COLUMNS = 2;

/** Returns the kinds of which an export has the most columns; those of SECURED APPs have the same. None if it has too few of any. */
export async function kindsOfExport(
  tools: Pick<Tools, "signal">,
  file: InputFile,
  encoding: Reading["encoding"],
): Promise<readonly FormatName[]> {
  const { header } = await inspectFile(file, {
    encoding: encoding === "xlsx" ? "auto" : encoding,
    sheet: undefined,
    signal: tools.signal,
  });
  const counts = new Map<FormatName, number>();
  for (const kind of FORMAT_NAMES) {
    const { columns } = readHeader(header, await loadFormat(kind)).layout;
    counts.set(kind, columns.filter(({ positions }) => positions.length > 0).length);
  }
  const most = Math.max(MIN_COLUMNS, ...counts.values());
  return FORMAT_NAMES.filter((kind) => counts.get(kind) === most);
}
