import { isAbsolute, relative, resolve } from "node:path";
import type { MapFileSchema } from "../../../lib/csv/layout/map-parse.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { text } from "../../../lib/text/index.ts";
import { findMapFile, loadColumnMap, loadCustomFields } from "../../csv/file/column-map.ts";
import type { Tools } from "../../tools.ts";
import type { ImportRequest } from "./options.ts";

/** The map that reads the file of an import, and its file. */
export interface ListMap {
  readonly map: MapFileSchema;
  /** name of the map's file, relative to the working folder if it is inside */
  readonly file: string;
  /** true if the context specifies the map, and not `--map` */
  readonly isOfContext: boolean;
}

/**
 * Loads the map of an import: of `--map`, or of the context. A map of the context that names headers is not used for a
 * file that has none of them, but only headers of the format.
 *
 * @throws as `loadColumnMap`
 */
export async function loadListMap(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
): Promise<ListMap | undefined> {
  const { kind, options } = requested;
  const { context } = await tools.tenant("imports");
  const isOfContext = options.map === undefined;
  const source = { option: options.map, context, isList: !options.fromConsole };
  const map = await loadColumnMap(tools, kind, { ...source, customFields: () => loadCustomFields(tools) });
  const path = findMapFile(kind, source);
  if (map === undefined || path === undefined) return undefined;
  const near = relative(tools.workingFolder, resolve(tools.workingFolder, path));
  const name = isOfContext && !near.startsWith("..") && !isAbsolute(near) ? near : path;
  if (!isOfContext || options.fromConsole || (await needsMap(tools, file, requested, map)))
    return { map, file: name, isOfContext };
  await tools.terminal.note(
    text(
      `all headers are those of the format, so ${name} is not used`,
      `ヘッダーがすべて形式どおりのため、${name} は使いません`,
    ),
  );
  return undefined;
}

async function needsMap(tools: Tools, file: InputFile, requested: ImportRequest, map: MapFileSchema): Promise<boolean> {
  const named = [
    ...map.columns.map(({ header }) => header),
    ...(map.joins ?? []).flatMap(({ headers }) => headers),
    ...(map.skip ?? []).map(({ header }) => header),
  ].map((header) => nameKey(header.trim()));
  if (named.length === 0) return true;
  const headers = await ignoreFailure(() => readHeaders(tools, file, requested));
  if (headers === undefined || headers.some((header) => named.includes(nameKey(header)))) return true;
  const { findOpenHeaders } = await import("../../csv/questions/ask.ts");
  const format = FORMATS[requested.kind];
  if (findOpenHeaders(headers, format, {}).length === 0) return false;
  const customFields = format.custom ? await loadCustomFields(tools) : undefined;
  return findOpenHeaders(headers, format, { customFields }).length > 0;
}

async function readHeaders(
  { signal }: Tools,
  file: InputFile,
  { kind, options: { encoding, sheet, headerRow } }: ImportRequest,
): Promise<readonly string[]> {
  const [{ detectInputFormat }, { findHeaderInFile }, { surveyFile }] = await Promise.all([
    import("./reading.ts"),
    import("./send.ts"),
    import("../../csv/questions/survey.ts"),
  ]);
  const reading = await detectInputFormat(file, { encoding, sheet, headerRow, signal });
  const row = headerRow ?? (await findHeaderInFile(file, reading, FORMATS[kind], { sheet, signal })).row;
  return (await surveyFile(file, { ...reading, headerRow: row }, signal, 0)).map(({ header }) => header);
}
