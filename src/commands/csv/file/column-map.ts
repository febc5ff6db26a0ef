import { parse, resolve } from "node:path";
import type { CustomField } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { readText } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

/** The option `--map`. */
export const MAP_OPTION = {
  kind: "file",
  value: "FILE",
  about: text(
    "YAML file that maps headers to fields, see csv map (default with a tenant: the column map file of its context)",
    "ヘッダーと項目の対応表ファイル(YAML。csv map を参照。テナントを使うコマンドの既定はコンテキストの設定)",
  ),
} as const satisfies TextField;

/** Returns the proposed name for a file's map: `list-map.yaml` for `list.csv`, so each list has its own map. */
export const proposeMapName = (file: string): string => (file === "-" ? "map.yaml" : `${parse(file).name}-map.yaml`);

/** Returns the custom fields of the tenant's users. */
export const loadCustomFields = async (tools: Pick<Tools, "tenant">): Promise<readonly CustomField[]> =>
  (await tools.tenant("users")).client.users.fields();

/** The places that may specify the map of a format. */
export interface MapSources {
  /** value of `--map` */
  readonly option: string | undefined;
  /** context that may specify a map for each format */
  readonly context?: Context | undefined;
  /** returns the custom fields of the tenant; if absent, a map may name any custom field */
  readonly customFields?: (() => Promise<readonly CustomField[]>) | undefined;
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
): Promise<ColumnMap | undefined> {
  const file = option ?? (context?.kind === "embedded" ? context.maps.get(format) : undefined);
  if (file === undefined) return undefined;
  const content = await readText(resolve(workingFolder, file), file);
  const { parseMapFile } = await import("../../../lib/csv/layout/map-parse.ts");
  const known = FORMATS[format];
  return parseMapFile(content, known, file, known.custom ? await customFields?.() : undefined);
}
