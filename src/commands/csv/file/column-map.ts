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

/** `--map`. */
export const MAP = {
  kind: "file",
  value: "FILE",
  about: text(
    "YAML file that maps headers to fields, see csv map (default on a tenant: its context's)",
    "ヘッダーと項目の対応表ファイル(YAML。csv map を参照。テナントを使うコマンドの既定はコンテキストの設定)",
  ),
} as const satisfies TextField;

/** The name that is proposed for the map of a file, so that two lists have two: `list-map.yaml`. */
export const mapNameOf = (file: string): string => (file === "-" ? "map.yaml" : `${parse(file).name}-map.yaml`);

/** The custom fields of the tenant's users. */
export const customFieldsOf = async (tools: Pick<Tools, "tenant">): Promise<readonly CustomField[]> =>
  (await tools.tenant("users")).client.users.fields();

/** The places that may name a map. */
export interface MapChoice {
  /** `--map` */
  readonly option: string | undefined;
  /** a context may have one for each format */
  readonly context?: Context | undefined;
  /** the tenant's; if absent, a map may name any custom field */
  readonly customFields?: (() => Promise<readonly CustomField[]>) | undefined;
}

/**
 * The map of a format: that of `--map`, else the context's, else none.
 *
 * @throws `not-found` when the file does not exist, `usage` when it cannot be read
 * @throws `input-rejected` when it is not a map, or does not fit this format
 */
export async function loadColumnMap(
  { workingFolder }: Pick<Tools, "workingFolder">,
  format: FormatName,
  { option, context, customFields }: MapChoice,
): Promise<ColumnMap | undefined> {
  const file = option ?? (context?.kind === "embedded" ? context.maps.get(format) : undefined);
  if (file === undefined) return undefined;
  const content = await readText(resolve(workingFolder, file), file);
  const { parseMapFile } = await import("../../../lib/csv/layout/map-parse.ts");
  const known = FORMATS[format];
  return parseMapFile(content, known, file, known.custom ? await customFields?.() : undefined);
}
