import { resolve } from "node:path";
import type { CustomField } from "../../../lib/client/index.ts";
import { FORMAT_NAMES, type FormatName } from "../../../lib/nouns/index.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { readText } from "../../../lib/files/index.ts";
import { defineChoice, defineOption } from "../field.ts";
import type { Tools } from "../tools.ts";

export const FORMAT_OPTION = defineChoice(FORMAT_NAMES, "format of the file", "ファイルの形式", {
  value: "FORMAT",
  required: true,
});

export const MAP_OPTION = defineOption(
  "file",
  "FILE",
  "YAML file that maps headers to fields; none accepts only the format's own headers. Default for commands with a tenant: the layout that fits the headers",
  "ヘッダーと項目の対応表ファイル(YAML)。none なら形式どおりのヘッダーだけを読む。テナントを使うコマンドの既定は、ヘッダーに合うレイアウト",
);

export const loadCustomFields = async (tools: Pick<Tools, "tenant">): Promise<readonly CustomField[]> =>
  (await tools.tenant("users")).client.users.fields();

/** @throws `not-found`; `usage` if the column map cannot be read; `input-rejected` if it is for another format */
export async function loadColumnMap(
  tools: Pick<Tools, "tenant" | "workingFolder">,
  format: FormatName,
  file: string | undefined,
): Promise<ParsedMapFile | undefined> {
  if (file === undefined || file === "none") return undefined;
  const content = await readText(resolve(tools.workingFolder, file), file);
  const { parseMapFile } = await import("../../../lib/csv/layout/map-parse.ts");
  const { [format]: known } = (await import("../../../lib/derived/formats.ts")).FORMATS;
  return parseMapFile(content, known, file, known.custom ? await loadCustomFields(tools) : undefined);
}
