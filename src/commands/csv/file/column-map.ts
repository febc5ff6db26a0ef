import { resolve } from "node:path";
import type { CustomField } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { MapFileSchema } from "../../../lib/csv/layout/map-parse.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { readText } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

export const MAP_OPTION = {
  kind: "file",
  value: "FILE",
  about: text(
    "YAML file that maps headers to fields; none to read by exact headers (default with a tenant: the layout of the list)",
    "ヘッダーと項目の対応表ファイル(YAML。none なら項目名だけで読む。テナントを使うコマンドの既定は一覧のレイアウト)",
  ),
} as const satisfies TextField;

export const loadCustomFields = async (tools: Pick<Tools, "tenant">): Promise<readonly CustomField[]> =>
  (await tools.tenant("users")).client.users.fields();

export interface MapSources {
  readonly option: string | undefined;
  /** context that may specify a map for each format */
  readonly context?: Context | undefined;
  readonly customFields?: (() => Promise<readonly CustomField[]>) | undefined;
}

const NO_MAP = "none";

function findMapFile(format: FormatName, { option, context }: Omit<MapSources, "customFields">): string | undefined {
  if (option !== undefined) return option === NO_MAP ? undefined : option;
  return context?.kind === "embedded" ? context.maps.get(format) : undefined;
}

/**
 * Loads the column map of a format: from the file of `--map`, else from the file that the context specifies. Returns
 * undefined if neither specifies a file.
 *
 * @throws `not-found` if the file does not exist, `usage` if it cannot be read
 * @throws `input-rejected` if the file is not a map, or does not fit this format
 */
export async function loadColumnMap(
  { workingFolder }: Pick<Tools, "workingFolder">,
  format: FormatName,
  { option, context, customFields }: MapSources,
): Promise<MapFileSchema | undefined> {
  const file = findMapFile(format, { option, context });
  if (file === undefined) return undefined;
  const content = await readText(resolve(workingFolder, file), file);
  const { parseMapFile } = await import("../../../lib/csv/layout/map-parse.ts");
  const known = FORMATS[format];
  return parseMapFile(content, known, file, known.custom ? await customFields?.() : undefined);
}

/**
 * Returns the rules for the console's own files. What a map joins, translates and skips belongs to lists of other
 * systems.
 */
export const toConsoleMap = ({ columns }: ColumnMap): ColumnMap => ({ columns });
