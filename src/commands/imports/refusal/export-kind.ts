import { readHeader } from "../../../lib/csv/layout/header.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { readRecords, type InputFormat } from "../plan/reading.ts";

/**
 * Minimum number of matching columns that identifies an export. A single column, such as the organisation code, may
 * occur
 * in several kinds of exports.
 */
const MIN_COLUMNS = 2;

/**
 * Returns the kinds of records with the most matching columns in an export. Exports of SECURED APPs match several
 * kinds.
 * Returns an empty list if too few columns match.
 */
export async function detectExportKinds(file: InputFile, reading: InputFormat): Promise<readonly FormatName[]> {
  const header = await readHeaderCells(file, reading);
  const counts = new Map<FormatName, number>();
  for (const kind of FORMAT_NAMES) {
    const { columns } = readHeader(header, FORMATS[kind]).layout;
    counts.set(kind, columns.filter(({ positions }) => positions.length > 0).length);
  }
  const most = Math.max(MIN_COLUMNS, ...counts.values());
  return FORMAT_NAMES.filter((kind) => counts.get(kind) === most);
}

async function readHeaderCells(file: InputFile, reading: InputFormat): Promise<readonly string[]> {
  let header: readonly string[] | undefined;
  const sink = {
    record: (cells: readonly string[], count: number) => void (header ??= cells.slice(0, count)),
    problem: () => undefined,
  };
  try {
    for await (const _ of readRecords(file.chunks(), { ...reading, rows: 1 }, file.label, sink))
      if (header !== undefined) break;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return header ?? [];
}
